"""``apollonia dead …`` over a real data folder, and what health says of dead letters."""

import json

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, migrate
from apollonia.adapters.dead_letters import SqlDeadLetters
from apollonia.ports.catalog import DeadLetter
from apollonia.ports.dead_letters import LetterFilter
from apollonia.testing.builders import a_time
from apollonia.testing.installation import Installation
from apollonia.wiring.api import dead_letters_check

QUEUE = "apollonia-populator"


def a_letter(message_id, reason):
    body = b'{"n": 1}'
    return DeadLetter(message_id, QUEUE, "s/1", body, reason, "ValueError", 3, a_time())


async def test_letters_are_seen_requeued_and_discarded_at_a_terminal(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    await migrate(data / "catalog.db")
    database = Database(data / "catalog.db")
    await database.open()
    letters = SqlDeadLetters(database)
    check = dead_letters_check(letters)
    assert await check() is None
    async with SqlCatalog(database).begin() as unit:
        await unit.save_dead_letters([a_letter("a", "no size"), a_letter("b", "odd [red]")])
    assert "apollonia dead list" in (await check() or "")

    installation = Installation([], data)

    def dead(*words, code=0):
        done = installation.command("dead", *words, "--data", str(data))
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    assert "2 messages wait" in (shown := dead("list"))
    assert "odd [red]" in shown
    assert '"n": 1' in dead("show", a_letter("a", "").id)
    assert "say which letters" in dead("requeue", code=1)
    assert json.loads(dead("requeue", "--reason", "NO SIZE", "--json")) == {"changed": 1}
    assert "1 dead letters are discarded" in dead("discard", a_letter("b", "").id)
    assert "already" in dead("discard", a_letter("b", "").id, code=1)
    (waiting,) = json.loads(dead("list", "--json"))
    assert (waiting["message_id"], waiting["state"]) == ("a", "requested")
    assert waiting["actor"].startswith("cli")

    page = await letters.page(LetterFilter(), limit=10)
    assert {it.message_id: it.state for it in page.items} == {"a": "requested", "b": "discarded"}
    await database.close()
