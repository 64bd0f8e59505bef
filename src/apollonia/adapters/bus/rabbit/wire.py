"""A message of the port as AMQP carries it, and back.

``message_id`` is the AMQP property; ``schema``, ``traceparent``, ``x-attempts`` and the rest are
headers, all of them text. What foreign producers leave out or write otherwise is made up for.
"""

from collections.abc import Mapping
from typing import Any

from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from apollonia.messages import foreign_message_id
from apollonia.ports.bus import Message
from apollonia.work.dead_letter import ATTEMPTS, ERROR

DELIVERY_COUNT = "x-delivery-count"

_SCHEMA = "schema"
_MESSAGE_ID = "message_id"
_DEAD_LETTERS_RETRIES = "x-attempts-here"
_OF_THE_BROKER = ("x-death", "x-first-death-", "x-last-death-", DELIVERY_COUNT)
_PERSISTENT = 2


def properties_of(message: Message, attempts: int = 0) -> Basic.Properties:
    """Its AMQP properties; ``attempts`` is the count of failures that shall travel with it."""
    headers: dict[str, Any] = {**message.headers, _SCHEMA: message.schema}
    if attempts:
        headers[_count_header(message.headers)] = str(attempts)
    return Basic.Properties(
        content_type="application/json",
        delivery_mode=_PERSISTENT,
        message_id=message.message_id,
        headers=headers,
    )


def received(delivered: DeliveredMessage) -> tuple[Message, int]:
    """The message, and how often its handler failed so far."""
    properties = delivered.header.properties
    headers = {
        str(name): value if isinstance(value, str) else str(value)
        for name, value in (properties.headers or {}).items()
        if isinstance(value, str | int | float) and not str(name).startswith(_OF_THE_BROKER)
    }
    count = headers.pop(_count_header(headers), "")
    schema = headers.pop(_SCHEMA, None)
    named = headers.pop(_MESSAGE_ID, None)
    message = Message(
        body=delivered.body,
        message_id=properties.message_id or named or foreign_message_id(delivered.body),
        schema=schema if schema is not None else properties.message_type or "",
        headers=headers,
    )
    return message, int(count) if count.isdecimal() else 0


def delivery_count(delivered: DeliveredMessage) -> int:
    """How often the broker gave it out before, to whomever."""
    value = (delivered.header.properties.headers or {}).get(DELIVERY_COUNT)
    return value if isinstance(value, int) else 0


def _count_header(headers: Mapping[str, str]) -> str:
    """A dead letter tells its own story in ``x-attempts``; failures with it count elsewhere."""
    return _DEAD_LETTERS_RETRIES if ERROR in headers else ATTEMPTS
