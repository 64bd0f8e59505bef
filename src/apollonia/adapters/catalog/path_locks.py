"""The paths that a unit of work has to itself, where several write at once."""

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import short_hash
from apollonia.adapters.database.bulk import driver_of


class PathLocks:
    """Held until the end of the transaction; for paths with and without a file."""

    def __init__(self) -> None:
        self._held: set[int] = set()

    def take(self, connection: Connection, paths: Iterable[bytes]) -> bool:
        """Wait for those that others hold; whether any is new, so that what was read may be old."""
        driver = driver_of(connection)
        if driver.one_writes_at_a_time:
            return False
        new = {short_hash(path) for path in paths} - self._held
        driver.lock(connection, new)
        self._held |= new
        return bool(new)
