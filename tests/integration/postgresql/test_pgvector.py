"""The index of vectors on a PostgreSQL that has pgvector: as good as looking at all of them."""

from random import Random

import pytest

from apollonia.adapters.database import Database
from apollonia.adapters.database.bulk import run
from apollonia.adapters.similarity import vectors
from apollonia.adapters.similarity.exact import ExactVectors
from apollonia.adapters.similarity.pgvector import PgVectors
from apollonia.ports.similarity import Embedding

pytestmark = pytest.mark.service


async def test_the_index_finds_what_looking_at_all_finds(postgresql_url, tmp_path):
    database = Database(postgresql_url)
    await database.open()
    try:
        indexed = await PgVectors.opened(database, "m", 16)
        if indexed is None:
            pytest.skip("this PostgreSQL has no pgvector, or we may not use it")
        random = Random(1)
        given = [
            Embedding(f"{at:064x}", "m", tuple(random.gauss(0, 1) for _ in range(16)))
            for at in range(600)
        ]
        await database.write(lambda at: vectors.save(at, given))
        exact = ExactVectors(database, tmp_path, "m", 16)
        shared = 0
        for it in given[:50]:
            wanted = vectors.direction_of(it.values) or b""
            found, by_hand = await indexed.nearest(wanted, 10), await exact.nearest(wanted, 10)
            assert found[0][1] == pytest.approx(1, abs=1e-3)
            shared += len({number for number, _ in found} & {number for number, _ in by_hand})
        assert shared >= 450  # of 500
    finally:
        await database.write(lambda at: run(at, f"DROP TABLE IF EXISTS {_table()}"))
        await database.close()


def _table():
    return PgVectors(Database("postgresql://nobody@localhost/none"), "m", 16)._table
