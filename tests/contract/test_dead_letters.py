"""What every ``DeadLetters`` promises. A new adapter joins by a line in ``MAKERS``."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.dead_letters import SqlDeadLetters
from apollonia.errors import ConflictError, NotFoundError
from apollonia.ports.catalog import DeadLetter
from apollonia.ports.dead_letters import DeadLetters, LetterFilter, LetterState
from apollonia.testing.builders import a_time
from apollonia.testing.fake_dead_letters import FakeDeadLetters

HOLD_US = 30_000_000
DEAD = LetterFilter(states=frozenset({LetterState.DEAD}))


@dataclass
class Setup:
    """Letters, another process' view of them, and the way they get there."""

    letters: DeadLetters
    second: DeadLetters
    keep: Callable[[Sequence[DeadLetter]], Awaitable[None]]


async def _sql(open_database) -> Setup:
    first, second = await open_database(), await open_database()
    catalog = SqlCatalog(first)

    async def keep(letters):
        async with catalog.begin() as unit:
            await unit.save_dead_letters(letters)

    return Setup(SqlDeadLetters(first), SqlDeadLetters(second), keep)


async def _fake(_open_database) -> Setup:
    fake = FakeDeadLetters()

    async def keep(letters):
        fake.keep(letters)

    return Setup(fake, fake, keep)


MAKERS = {"sql": _sql, "fake": _fake}


@pytest.fixture(params=MAKERS)
async def setup(request, open_database) -> Setup:
    return await MAKERS[request.param](open_database)


@pytest.fixture
def letters(setup):
    return setup.letters


def a_letter(message_id="m1", **changes) -> DeadLetter:
    letter = DeadLetter(
        message_id=message_id,
        queue="apollonia-populator",
        schema="apollonia.file/1",
        body=b'{"n": 1}',
        reason="FileEvent: size: Field required",
        error="malformed_message",
        attempts=1,
        time=a_time(),
        headers={"traceparent": "00-1", "x-other": "ä"},
    )
    return replace(letter, **changes)


async def only(letters):
    (letter,) = (await letters.page(LetterFilter(), limit=10)).items
    return letter


async def claimed(letters, now_us=0, limit=100):
    return await letters.claim(limit, now_us=now_us, hold_us=HOLD_US)


async def test_a_letter_tells_why_where_and_when(setup):
    body = b"\x00\xff no text"
    given = a_letter(body=body)
    await setup.keep([given])

    kept = await only(setup.second)
    whole = await setup.second.find(given.id)

    assert (kept.id, kept.queue, kept.message_id) == (given.id, given.queue, "m1")
    assert (kept.error, kept.reason, kept.schema) == (given.error, given.reason, given.schema)
    assert (kept.attempts, kept.occurrences, kept.size) == (1, 1, len(body))
    assert (kept.first_time, kept.last_time, kept.state) == (a_time(), a_time(), LetterState.DEAD)
    assert (kept.actor, kept.changed_time, kept.note) == (None, None, None)
    assert whole is not None
    assert (whole.letter, whole.headers, whole.body) == (kept, given.headers, body)
    assert await setup.second.find("nobody") is None


async def test_the_same_failure_told_again_counts_once(setup):
    await setup.keep([a_letter(), a_letter()])
    await setup.keep([a_letter(reason="other words")])

    kept = await only(setup.letters)

    assert (kept.occurrences, kept.reason) == (1, a_letter().reason)


async def test_a_letter_that_fails_again_is_the_same_with_the_newest_reason(setup):
    await setup.keep([a_letter(), a_letter(time=a_time(5), reason="now this", attempts=3)])

    kept = await only(setup.letters)

    assert (kept.occurrences, kept.reason, kept.attempts) == (2, "now this", 3)
    assert (kept.first_time, kept.last_time) == (a_time(), a_time(5))


async def test_one_message_is_one_letter_per_queue(setup):
    await setup.keep([a_letter(), a_letter(queue="apollonia-graph")])

    assert len((await setup.letters.page(LetterFilter(), limit=10)).items) == 2


async def test_pages_visit_every_letter_once_newest_first(setup):
    await setup.keep([a_letter(f"m{n}", time=a_time(n // 2)) for n in range(7)])

    seen, after = [], None
    while True:
        page = await setup.letters.page(LetterFilter(), limit=3, after=after)
        seen += page.items
        after = page.next
        if after is None:
            break

    assert len({it.id for it in seen}) == len(seen) == 7
    assert [it.last_time for it in seen] == sorted((it.last_time for it in seen), reverse=True)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (LetterFilter(queue="apollonia-graph"), {"c"}),
        (LetterFilter(error="ValueError"), {"b", "c"}),
        (LetterFilter(reason="100% OF_it"), {"b"}),
        (LetterFilter(reason="%"), {"b"}),
        (LetterFilter(error="ValueError", reason="nothing"), set()),
        (LetterFilter(states=frozenset({LetterState.DISCARDED})), set()),
    ],
)
async def test_filters_narrow_pages_and_wishes_alike(setup, where, found):
    await setup.keep(
        [
            a_letter("a"),
            a_letter("b", error="ValueError", reason="100% of_it! is wrong"),
            a_letter("c", error="ValueError", queue="apollonia-graph"),
        ]
    )

    page = await setup.letters.page(where, limit=10)

    assert {it.message_id for it in page.items} == found
    assert await setup.letters.discard(where, actor="me", time=a_time(1)) == len(found)
    left = await setup.letters.page(DEAD, limit=10)
    assert {it.message_id for it in left.items} == {"a", "b", "c"} - found


async def test_counts_are_by_queue_error_and_state(setup):
    await setup.keep([a_letter("a"), a_letter("b"), a_letter("c", error="KeyError")])
    await setup.letters.discard(LetterFilter(error="KeyError"), actor="me", time=a_time(1))

    counts = await setup.letters.counts()

    queue = "apollonia-populator"
    assert [(it.queue, it.error, it.state, it.number) for it in counts] == [
        (queue, "malformed_message", LetterState.DEAD, 2),
        (queue, "KeyError", LetterState.DISCARDED, 1),
    ]


async def test_a_wish_to_requeue_is_claimed_carried_out_and_marked(setup):
    await setup.keep([a_letter("a"), a_letter("b")])
    assert await setup.letters.request_requeue(LetterFilter(), actor="ada", time=a_time(1)) == 2

    found = await claimed(setup.second)
    await setup.second.mark_requeued([it.letter for it in found], time=a_time(2))

    assert {it.letter.message_id for it in found} == {"a", "b"}
    assert found[0].body == a_letter().body
    page = await setup.letters.page(LetterFilter(), limit=10)
    assert {(it.state, it.actor, it.changed_time) for it in page.items} == {
        (LetterState.REQUEUED, "ada", a_time(2))
    }
    assert not await claimed(setup.letters, now_us=10 * HOLD_US)


async def test_what_one_has_claimed_nobody_else_gets_until_its_time_is_over(setup):
    await setup.keep([a_letter(str(n)) for n in range(3)])
    await setup.letters.request_requeue(LetterFilter(), actor="ada", time=a_time(1))

    first = await claimed(setup.letters, limit=2)
    second = await claimed(setup.second)
    late = await claimed(setup.second, now_us=HOLD_US)

    assert (len(first), len(second), len(late)) == (2, 1, 3)


async def test_a_letter_that_failed_again_meanwhile_stays_dead(setup):
    await setup.keep([a_letter()])
    await setup.letters.request_requeue(LetterFilter(), actor="ada", time=a_time(1))
    found = await claimed(setup.letters)
    await setup.keep([a_letter(time=a_time(2))])

    await setup.letters.mark_requeued([it.letter for it in found], time=a_time(3))

    kept = await only(setup.letters)
    assert (kept.state, kept.occurrences, kept.actor) == (LetterState.DEAD, 2, "ada")


async def test_a_requeued_letter_that_comes_back_is_dead_once_more(setup):
    await setup.keep([a_letter()])
    await setup.letters.request_requeue(LetterFilter(), actor="ada", time=a_time(1))
    found = await claimed(setup.letters)
    await setup.letters.mark_requeued([it.letter for it in found], time=a_time(2))
    await setup.keep([a_letter()])  # a copy of the first one, late
    assert (await only(setup.letters)).state is LetterState.REQUEUED

    await setup.keep([a_letter(time=a_time(3))])

    kept = await only(setup.letters)
    assert (kept.state, kept.occurrences) == (LetterState.DEAD, 2)


async def test_what_cannot_be_sent_back_says_why(setup):
    await setup.keep([a_letter()])
    await setup.letters.request_requeue(LetterFilter(), actor="ada", time=a_time(1))
    found = await claimed(setup.letters)

    await setup.letters.refuse_requeue([it.letter for it in found], note="no such queue")

    kept = await only(setup.letters)
    assert (kept.state, kept.note) == (LetterState.DEAD, "no such queue")
    assert await setup.letters.request_requeue(DEAD, actor="ada", time=a_time(2)) == 1
    assert (await only(setup.letters)).note is None


async def test_one_letter_is_requeued_and_discarded_by_its_id(setup):
    await setup.keep([a_letter("a"), a_letter("b")])
    wanted = a_letter("a").id

    await setup.letters.discard_of(wanted, actor="ada", time=a_time(1))
    with pytest.raises(ConflictError, match="discarded"):
        await setup.letters.discard_of(wanted, actor="ada", time=a_time(1))
    await setup.letters.request_requeue_of(wanted, actor="bob", time=a_time(2))
    with pytest.raises(ConflictError, match="requested"):
        await setup.letters.request_requeue_of(wanted, actor="ada", time=a_time(3))

    found = await claimed(setup.letters)
    assert [(it.letter.message_id, it.letter.actor) for it in found] == [("a", "bob")]
    for change in (setup.letters.discard_of, setup.letters.request_requeue_of):
        with pytest.raises(NotFoundError, match="nobody"):
            await change("nobody", actor="ada", time=a_time(4))


async def test_prune_drops_what_was_settled_long_ago(setup):
    await setup.keep([a_letter(str(n), error=f"E{n}") for n in range(4)])
    for n in range(3):
        await setup.letters.discard(LetterFilter(error=f"E{n}"), actor="a", time=a_time(n))

    assert await setup.letters.prune(a_time(2), 1) == 1
    assert await setup.letters.prune(a_time(2), 10) == 1
    assert await setup.letters.prune(a_time(2), 10) == 0

    left = await setup.letters.page(LetterFilter(), limit=10)
    assert {it.message_id for it in left.items} == {"2", "3"}


async def test_texts_that_no_database_takes_are_kept_readable(setup):
    await setup.keep([a_letter(reason="a\x00b\ud800", headers={"x": "\x00"})])

    assert "a" in (await only(setup.letters)).reason
