"""Alembic's entry: runs within the connection and transaction that ``migrate`` opened."""

from alembic import context

from apollonia.adapters.database.schema import METADATA
from apollonia.errors import ConfigurationError

_connection = context.config.attributes.get("connection")
if _connection is None:
    raise ConfigurationError("migrations run through `apollonia migrate` only")
context.configure(
    connection=_connection,
    target_metadata=METADATA,
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
