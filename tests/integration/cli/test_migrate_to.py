"""`apollonia migrate-to`: an embedded catalog, and what still waits in its bus, on PostgreSQL."""

import pytest

from apollonia.adapters.bus.sql_bus import SqlBus
from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.adapters.database import Database
from apollonia.adapters.library import SqlLibrary
from apollonia.messages import ALL_QUEUES, FILES, topology
from apollonia.testing.builders import a_file_body, a_message
from apollonia.testing.installation import Installation

pytestmark = pytest.mark.service


@pytest.fixture
def installation(postgresql_url, tmp_path):
    environ = {"APOLLONIA_CATALOG__URL": postgresql_url}
    return Installation([], tmp_path / "data", environ=environ)


async def wait_in_the_bus(data, number):
    data.mkdir()
    bus = SqlBus(data / "bus.db", clock=SystemClock())
    await bus.declare(topology(*ALL_QUEUES))
    bodies = [a_file_body(path=b"/music/%d.flac" % at) for at in range(number)]
    await bus.publish(FILES.name, [a_message(body) for body in bodies])
    await bus.close()


async def test_migrate_to_takes_along_what_still_waits(installation, postgresql_url):
    await wait_in_the_bus(installation.data, 1)
    Installation([], installation.data).command("migrate", "--data", str(installation.data))

    done = installation.command("migrate-to", "--data", str(installation.data))

    assert done.returncode == 0, done.stderr
    assert "Moved 1 files and 1 events" in done.stdout
    database = Database(postgresql_url)
    await database.open()
    assert (await SqlLibrary(database).stats()).files == 1
    await database.close()
    again = installation.command("migrate-to", "--data", str(installation.data))
    assert again.returncode == 1
    assert "has a catalog already" in again.stderr
    assert "Traceback" not in again.stderr


def test_migrate_to_without_a_catalog_says_so(installation):
    done = installation.command("migrate-to", "--data", str(installation.data))

    assert done.returncode == 1
    assert "there is no catalog in" in done.stderr


def test_migrate_to_without_a_target_is_a_fault_of_the_configuration(tmp_path):
    done = Installation([], tmp_path / "x").command("migrate-to", "--data", str(tmp_path / "x"))

    assert done.returncode == 2
    assert "APOLLONIA_CATALOG__URL" in done.stderr
