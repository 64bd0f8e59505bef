"""``/dead-letters``."""

from dataclasses import astuple
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from apollonia.api.context import ApiContext, Caller, Context
from apollonia.api.cursors import MAX_CURSOR_CHARS
from apollonia.api.dead_letter_schemas import (
    MAX_WORDS,
    DeadLetterChoice,
    DeadLetterCounts,
    DeadLetterPage,
    DeadLettersAnswer,
    WholeDeadLetter,
)
from apollonia.api.json_response import json_response
from apollonia.api.present_letters import letter_item, whole_letter
from apollonia.api.problems import problems
from apollonia.api.rest.session import CsrfProof
from apollonia.domain.times import format_micros
from apollonia.errors import NotFoundError
from apollonia.ports.dead_letters import (
    MAX_LETTER_PAGE,
    LetterFilter,
    LetterMark,
    LetterState,
    WholeLetter,
)

_HOME = "/api/v1/dead-letters"
_Text = Annotated[str | None, Query(max_length=MAX_WORDS)]

Queue = Annotated[_Text, Query(description="Name of the queue that they were in")]
Error = Annotated[_Text, Query(description="Exactly this error")]
Reason = Annotated[_Text, Query(description="Words in the reason, in upper or lower case")]
States = Annotated[
    list[LetterState] | None, Query(max_length=8, description="Any of these; all when not given")
]
Limit = Annotated[int, Query(ge=1, le=MAX_LETTER_PAGE, description="Letters per page")]
Cursor = Annotated[
    str | None, Query(max_length=MAX_CURSOR_CHARS, description="`next` of the page before")
]
LetterId = Annotated[str, Path(max_length=64, description="`id` of the letter")]


async def _where(
    queue: Queue = None, error: Error = None, reason: Reason = None, state: States = None
) -> LetterFilter:
    return LetterFilter(queue=queue, error=error, reason=reason, states=frozenset(state or ()))


def add_dead_letters(router: APIRouter) -> None:
    """What could not be handled: looked at, sent back, given up."""
    _add_reads(router)
    changes: dict[str, Any] = {"methods": ["POST"], "tags": ["dead letters"]}
    many: dict[str, Any] = {
        "response_model": DeadLettersAnswer,
        "responses": problems(400, 401, 403, 503),
    }
    one: dict[str, Any] = {
        "response_model": WholeDeadLetter,
        "responses": problems(401, 403, 404, 409, 503),
    }
    router.add_api_route(
        f"{_HOME}/requeue",
        requeue_all,
        status_code=202,
        summary="Send dead letters back to their queues",
        **changes,
        **many,
    )
    router.add_api_route(
        f"{_HOME}/discard", discard_all, summary="Give dead letters up", **changes, **many
    )
    router.add_api_route(
        f"{_HOME}/{{letter_id}}/requeue",
        requeue_one,
        status_code=202,
        summary="Send one dead letter back to its queue",
        **changes,
        **one,
    )
    router.add_api_route(
        f"{_HOME}/{{letter_id}}/discard",
        discard_one,
        summary="Give one dead letter up",
        **changes,
        **one,
    )


def _add_reads(router: APIRouter) -> None:
    router.add_api_route(
        _HOME,
        list_letters,
        response_model=DeadLetterPage,
        tags=["dead letters"],
        summary="List messages that could not be handled",
        responses=problems(400, 401, 503),
    )
    router.add_api_route(
        f"{_HOME}/counts",
        count_letters,
        response_model=DeadLetterCounts,
        tags=["dead letters"],
        summary="Count dead letters by queue, error and state",
        responses=problems(401, 503),
    )
    router.add_api_route(
        f"{_HOME}/{{letter_id}}",
        show_letter,
        response_model=WholeDeadLetter,
        tags=["dead letters"],
        summary="One dead letter with its message",
        responses=problems(401, 404, 503),
    )


async def list_letters(
    context: Context,
    where: Annotated[LetterFilter, Depends(_where)],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The newest first. Follow `next` until it is null."""
    of = ("dead letters", sorted(where.states), *astuple(where)[1:])
    after = None if cursor is None else LetterMark(*context.cursors.unseal(cursor, of))
    page = await context.ports.dead_letters.page(where, limit=limit, after=after)
    following = page.next and context.cursors.seal((page.next.last_time, page.next.id), of)
    return json_response({"items": [letter_item(it) for it in page.items], "next": following})


async def count_letters(context: Context) -> Response:
    """At most 500 lines, the largest numbers first."""
    counts = await context.ports.dead_letters.counts()
    items = [
        {"queue": it.queue, "error": it.error, "state": it.state, "number": it.number}
        for it in counts
    ]
    return json_response({"items": items})


async def show_letter(context: Context, letter_id: LetterId) -> Response:
    """Why it failed, where, how often, since when, its trace, headers and body."""
    return json_response(whole_letter(await _letter(context, letter_id)))


async def requeue_all(
    context: Context, caller: Caller, body: DeadLetterChoice, _proof: CsrfProof = None
) -> Response:
    """Each goes to the queue that it was in and to no other, as if it came for the first time.

    The populator does it within seconds, also after a restart. One that fails again is the same
    letter with one occurrence more.
    """
    changed = await context.ports.dead_letters.request_requeue(
        _chosen(body), actor=caller.name, time=_now(context)
    )
    return json_response({"changed": changed}, 202)


async def discard_all(
    context: Context, caller: Caller, body: DeadLetterChoice, _proof: CsrfProof = None
) -> Response:
    """They are marked, stay to be looked at for a while, and are deleted later."""
    changed = await context.ports.dead_letters.discard(
        _chosen(body), actor=caller.name, time=_now(context)
    )
    return json_response({"changed": changed})


async def requeue_one(
    context: Context, caller: Caller, letter_id: LetterId, _proof: CsrfProof = None
) -> Response:
    """As for many; a discarded letter comes back by this."""
    await context.ports.dead_letters.request_requeue_of(
        letter_id, actor=caller.name, time=_now(context)
    )
    return json_response(whole_letter(await _letter(context, letter_id)), 202)


async def discard_one(
    context: Context, caller: Caller, letter_id: LetterId, _proof: CsrfProof = None
) -> Response:
    """As for many."""
    await context.ports.dead_letters.discard_of(letter_id, actor=caller.name, time=_now(context))
    return json_response(whole_letter(await _letter(context, letter_id)))


async def _letter(context: ApiContext, letter_id: str) -> WholeLetter:
    found = await context.ports.dead_letters.find(letter_id)
    if found is None:
        raise NotFoundError(f"no dead letter has the id {letter_id}")
    return found


def _chosen(body: DeadLetterChoice) -> LetterFilter:
    return LetterFilter(queue=body.queue, error=body.error, reason=body.reason)


def _now(context: ApiContext) -> str:
    return format_micros(context.ports.clock.now_micros())
