"""A migrated catalog in a folder of its own."""

import pytest

from apollonia.adapters.database import Database, DatabaseOptions, migrate


@pytest.fixture
async def file(tmp_path):
    """The migrated file."""
    path = tmp_path / "catalog.db"
    await migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
async def database(file):
    """Open, with little patience for locks, and one reader so that a test knows it."""
    options = DatabaseOptions(readers=1, busy_timeout_s=0.5)
    opened = Database(f"sqlite:///{file}", options=options)
    await opened.open()
    yield opened
    await opened.close()
