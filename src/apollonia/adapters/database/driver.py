"""What the databases do differently; ``bulk`` has the words for those who use it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy.engine import Connection

from apollonia.adapters.database.columns import Columns

type Values = Sequence[Any]
type AnyRow = Sequence[Any]


class Otherwise(NamedTuple):
    """What to do with rows whose ``key`` is there already: an ``ON CONFLICT`` clause."""

    key: tuple[str, ...]
    action: str

    @property
    def clause(self) -> str:
        """As it stands behind the values."""
        return f" ON CONFLICT ({', '.join(self.key)}) DO {self.action}"


class Driver(Protocol):
    """Statements have ``?`` where values go, and ``IN {keys}`` where keys go."""

    @property
    def vector_columns(self) -> tuple[str, ...]:
        """What ``files`` has besides: its words for the search, where we write them ourselves."""
        ...

    one_writes_at_a_time: bool
    """Then nothing changes under a transaction that writes, and nothing needs locks."""

    def run(self, connection: Connection, statement: str, values: Values) -> list[AnyRow]:
        """The rows of one statement."""
        ...

    def insert(
        self,
        connection: Connection,
        table: str,
        columns: tuple[str, ...],
        rows: Iterable[Values],
        otherwise: Otherwise | None,
    ) -> None:
        """Insert the rows, in few statements; of two with one key to be replaced the later."""
        ...

    def update(
        self,
        connection: Connection,
        table: str,
        key: str,
        columns: tuple[str, ...],
        rows: Collection[Values],
    ) -> None:
        """Set some columns of many rows: each is the new values, then the key."""
        ...

    def select(
        self, connection: Connection, columns: Columns, rest: str, values: Values
    ) -> list[AnyRow]:
        """The rows of ``SELECT columns rest``."""
        ...

    def for_keys(self, connection: Connection, statement: str, keys: Iterable[Any]) -> list[AnyRow]:
        """The rows of a statement for many keys, each counted once."""
        ...

    def select_for_keys(
        self, connection: Connection, columns: Columns, rest: str, keys: Iterable[Any]
    ) -> list[AnyRow]:
        """As ``select``, for many keys."""
        ...

    def new_numbers(self, connection: Connection, table: str, count: int) -> Sequence[int]:
        """Numbers for new rows that no other writer gets; growing."""
        ...

    def lock(self, connection: Connection, keys: Iterable[int]) -> None:
        """Wait until no other transaction holds one of these; hold them until the end.

        64 bits each. What is read afterwards is what the others committed.
        """
        ...

    def now_us(self, connection: Connection) -> int:
        """µs since 1970, by the one clock that all who share the database go by."""
        ...
