"""A PostgreSQL database that refuses, deadlocks and hangs up on demand."""

import asyncio
from contextlib import suppress
from random import Random

import asyncpg

_FAILING = """
CREATE OR REPLACE FUNCTION chaos_fails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF random() < {share} THEN
        RAISE EXCEPTION 'injected' USING ERRCODE =
            CASE WHEN random() < 0.5 THEN '40001' ELSE '40P01' END;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS chaos ON {table};
CREATE TRIGGER chaos BEFORE INSERT OR UPDATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION chaos_fails();
"""
_OURS = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class DisturbedDatabase:
    """One database, by its URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def disturb(self, dice: Random) -> None:
        """End some of its connections, and hold rows for a while in an order nobody else takes."""
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(self._url, timeout=10)
            try:
                pids = [row[0] for row in await connection.fetch(_OURS)]
                for pid in dice.sample(pids, len(pids) // 3):
                    await connection.execute("SELECT pg_terminate_backend($1)", pid)
                for order in ("DESC", "ASC"):
                    async with connection.transaction():
                        for table in ("shelves", "files"):
                            await connection.execute(
                                f"SELECT number FROM {table} ORDER BY number {order}"  # noqa: S608
                                " LIMIT 200 FOR UPDATE"
                            )
                            await asyncio.sleep(0.5)
            finally:
                await connection.close()

    async def fail_statements(self, share: float) -> bool:
        """PostgreSQL refuses this share of writes with a deadlock or serialisation failure.

        Tells whether it could be asked for that now.
        """
        script = "".join(_FAILING.format(share=share, table=it) for it in ("file_events", "files"))
        try:
            connection = await asyncpg.connect(self._url, timeout=10)
        except (OSError, asyncpg.PostgresError):
            return False
        try:
            await connection.execute(f"SET lock_timeout = '5s'; {script}", timeout=30)
        except asyncpg.PostgresError:
            return False
        finally:
            await connection.close()
        return True

    async def accepts_statements(self) -> bool:
        """Take the refusals of ``fail_statements`` away; whether that worked."""
        return await self.fail_statements(0.0)
