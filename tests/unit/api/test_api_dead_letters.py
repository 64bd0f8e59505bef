"""Messages that could not be handled, over HTTP."""

import pytest
from pydantic import TypeAdapter

from apollonia.api.dead_letter_schemas import DeadLetterCounts, DeadLetterPage, WholeDeadLetter
from apollonia.ports.catalog import DeadLetter
from apollonia.ports.dead_letters import LetterState
from apollonia.testing.builders import a_time

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
HOME = "/api/v1/dead-letters"


def a_letter(message_id="m1", **changes):
    fields = {
        "message_id": message_id,
        "queue": "apollonia-populator",
        "schema": "apollonia.file/1",
        "body": b'{"n":1}',
        "reason": "size: Field required",
        "error": "malformed_message",
        "attempts": 1,
        "time": a_time(),
        "headers": {"traceparent": TRACE},
    }
    return DeadLetter(**{**fields, **changes})


@pytest.fixture
def letters(world):
    world.dead_letters.keep(
        [
            a_letter("a", time=a_time(1)),
            a_letter("b", time=a_time(2), queue="apollonia-graph", error="KeyError"),
            a_letter("c", time=a_time(3), body=b"\xff{"),
        ]
    )
    return world.dead_letters


async def states(script):
    answer = await script.get(HOME)
    return {it["message_id"]: it["state"] for it in answer.json()["items"]}


async def test_letters_are_listed_page_by_page_newest_first(letters, script):
    answer = await script.get(HOME, params={"limit": 2})
    page = TypeAdapter(DeadLetterPage).validate_json(answer.content)
    assert [it.message_id for it in page.items] == ["c", "b"]
    rest = await script.get(HOME, params={"limit": 2, "cursor": page.next})
    assert [it["message_id"] for it in rest.json()["items"]] == ["a"]
    assert rest.json()["next"] is None

    other = await script.get(HOME, params={"cursor": page.next, "queue": "x"})
    assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor")


async def test_list_is_narrowed(letters, script):
    for params, found in (
        ({"queue": "apollonia-graph"}, ["b"]),
        ({"error": "KeyError"}, ["b"]),
        ({"reason": "SIZE"}, ["c", "b", "a"]),
        ({"state": "discarded"}, []),
        ({"state": ["dead", "requested"]}, ["c", "b", "a"]),
    ):
        answer = await script.get(HOME, params=params)
        assert [it["message_id"] for it in answer.json()["items"]] == found
    assert (await script.get(HOME, params={"state": "odd"})).status_code == 400


async def test_one_letter_tells_all(letters, script):
    answer = await script.get(f"{HOME}/{a_letter('a').id}")
    whole = TypeAdapter(WholeDeadLetter).validate_json(answer.content)
    assert (whole.body, whole.body_truncated) == ('{\n  "n": 1\n}', False)
    assert (whole.trace_id, whole.headers) == ("a" * 32, {"traceparent": TRACE})
    odd = await script.get(f"{HOME}/{a_letter('c').id}")
    assert odd.json()["body"] == "\\xff{"
    missing = await script.get(f"{HOME}/nobody")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_counts_are_told(letters, script):
    answer = await script.get(f"{HOME}/counts")
    counts = TypeAdapter(DeadLetterCounts).validate_json(answer.content)
    assert [(it.queue, it.state, it.number) for it in counts.items] == [
        ("apollonia-populator", LetterState.DEAD, 2),
        ("apollonia-graph", LetterState.DEAD, 1),
    ]


async def test_one_letter_is_requeued_and_discarded(letters, script):
    one = f"{HOME}/{a_letter('a').id}"
    answer = await script.post(f"{one}/requeue")
    assert (answer.status_code, answer.json()["state"]) == (202, "requested")
    assert answer.json()["actor"] is not None
    again = await script.post(f"{one}/requeue")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    gone = await script.post(f"{one}/discard")
    assert (gone.status_code, gone.json()["state"]) == (200, "discarded")
    assert (await script.post(f"{HOME}/nobody/discard")).status_code == 404


async def test_many_letters_are_requeued_or_discarded_at_once(letters, script):
    answer = await script.post(f"{HOME}/discard", json={"error": "KeyError"})
    assert (answer.status_code, answer.json()) == (200, {"changed": 1})
    answer = await script.post(f"{HOME}/requeue", json={})
    assert (answer.status_code, answer.json()) == (202, {"changed": 2})
    assert await states(script) == {"a": "requested", "b": "discarded", "c": "requested"}
    assert (await script.post(f"{HOME}/requeue", json={"ids": []})).status_code == 400


async def test_a_browser_needs_its_proof(letters, world):
    async with await world.browser() as browser:
        refused = await browser.post(f"{HOME}/discard", json={})
    assert refused.status_code == 403
