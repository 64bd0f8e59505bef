"""Dead letters as the dictionaries that the API and the command line show."""

from typing import Any

import orjson

from apollonia.observe.tracing import traceparent_of
from apollonia.ports.dead_letters import Letter, WholeLetter

MAX_BODY_CHARS = 64 << 10


def letter_item(letter: Letter) -> dict[str, Any]:
    """``DeadLetter`` of a letter."""
    return {
        "id": letter.id,
        "queue": letter.queue,
        "message_id": letter.message_id,
        "message_schema": letter.schema,
        "error": letter.error,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "occurrences": letter.occurrences,
        "size": letter.size,
        "first_time": letter.first_time,
        "last_time": letter.last_time,
        "state": letter.state,
        "actor": letter.actor,
        "changed_time": letter.changed_time,
        "note": letter.note,
    }


def whole_letter(whole: WholeLetter) -> dict[str, Any]:
    """``WholeDeadLetter`` of a letter: its body readable, whatever it is."""
    traceparent = traceparent_of(whole.headers)
    body = readable(whole.body)
    return {
        **letter_item(whole.letter),
        "trace_id": None if traceparent is None else traceparent.split("-")[1],
        "headers": dict(whole.headers),
        "body": body[:MAX_BODY_CHARS],
        "body_truncated": len(body) > MAX_BODY_CHARS,
    }


def readable(body: bytes) -> str:
    """JSON indented, other text as it is, other bytes as their numbers."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "backslashreplace")
