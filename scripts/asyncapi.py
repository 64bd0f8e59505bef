"""The wire contract as an AsyncAPI 3.0 document, generated from ``messages``."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from apollonia.messages import (
    CATALOG,
    DEAD,
    ENRICHED,
    FILES,
    REQUEUE,
    SCHEMAS,
    WORK,
    Exchange,
    Queue,
    topology,
)

_PAYLOADS: Final[Mapping[str, tuple[str, ...]]] = {
    FILES.name: ("apollonia.file/1",),
    WORK.name: ("apollonia.work/1",),
    ENRICHED.name: ("apollonia.analysis/1",),
    CATALOG.name: ("apollonia.change/1",),
    DEAD.name: tuple(SCHEMAS),
    REQUEUE.name: tuple(SCHEMAS),
}
_PURPOSES: Final[Mapping[str, str]] = {
    FILES.name: "What happened to files; published by ingest, open to every other program.",
    WORK.name: "Contents that analysers shall look at; the routing key is the lane.",
    ENRICHED.name: "What analysers found.",
    CATALOG.name: "What the catalog changed, numbered without gaps.",
    DEAD.name: "Messages that could not be handled; the routing key is their queue.",
    REQUEUE.name: "Dead letters that somebody wants tried again; the routing key is their queue.",
}
_RETRY: Final = (
    "Durable, without a length limit. On RabbitMQ a quorum queue; a message to be tried later waits"
    " in `<queue>.retry.<n>` for a fixed time and returns to this queue only, with `x-attempts`"
    " one higher. After the last attempt it goes to `apollonia-dead`, and so to `<queue>.dead`."
)
_DEAD: Final = "Drained into the catalog, where people list, look at, requeue and discard letters."
_HEADERS: Final[Mapping[str, str]] = {
    "traceparent": "W3C trace context of what the message follows from",
    "x-attempts": "How often handling it failed so far",
    "x-requeued": "How often it had been given up when somebody sent it back",
    "x-requeued-by": "Who sent it back",
}
_DEAD_HEADERS: Final[Mapping[str, str]] = {
    "x-error": "Code of the error, or the name of the exception",
    "x-reason": "Its words",
    "x-queue": "The queue it was in",
    "x-time": "When it was given up",
}


def asyncapi_document() -> dict[str, Any]:
    """Channels are exchanges and queues; operations are what other programs may do with them."""
    whole = topology()
    _, schemas = models_json_schema(
        [(model, "validation") for model in SCHEMAS.values()],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Apollonia",
            "version": "1",
            "description": "The wire contract. Unknown keys are to be ignored; every message may"
            " come twice, late or out of order. docs/events.md shows how to take part.",
        },
        "defaultContentType": "application/json",
        "channels": {
            **{it.name: _exchange(it, whole.queues) for it in whole.exchanges},
            **{_key(it.name): _queue(it) for it in whole.queues},
        },
        "operations": {
            **{f"publish-{it.name}": _operation("send", it.name) for it in whole.exchanges},
            **{f"consume-{_key(it.name)}": _operation("receive", it.name) for it in whole.queues},
        },
        "components": {
            "messages": {_name(schema): _message(schema) for schema in SCHEMAS},
            "schemas": schemas["$defs"],
        },
    }


def _exchange(exchange: Exchange, queues: Iterable[Queue]) -> dict[str, Any]:
    bound = {
        queue.name: key for queue in queues for name, key in queue.bindings if name == exchange.name
    }
    return {
        "address": exchange.name,
        "description": f"{_PURPOSES[exchange.name]} A durable {exchange.kind} exchange.",
        "x-queues": dict(sorted(bound.items())),
        "messages": _messages(_PAYLOADS[exchange.name]),
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": exchange.name, "type": exchange.kind, "durable": True},
            }
        },
    }


def _queue(queue: Queue) -> dict[str, Any]:
    exchange = queue.bindings[0][0]
    return {
        "address": queue.name,
        "description": _DEAD if exchange == DEAD.name else _RETRY,
        "messages": _messages(_PAYLOADS[exchange]),
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {
                    "name": queue.name,
                    "durable": True,
                    "exclusive": False,
                    "autoDelete": False,
                },
            }
        },
    }


def _operation(action: str, address: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{_key(address)}"}}


def _messages(schemas: Iterable[str]) -> dict[str, Any]:
    return {_name(it): {"$ref": f"#/components/messages/{_name(it)}"} for it in schemas}


def _message(schema: str) -> dict[str, Any]:
    texts = {
        name: {"type": "string", "description": words}
        for name, words in {**_HEADERS, **_DEAD_HEADERS}.items()
    }
    texts["x-attempts"]["pattern"] = "^[0-9]+$"
    return {
        "name": schema,
        "headers": {"type": "object", "properties": {"schema": {"const": schema}, **texts}},
        "payload": {"$ref": f"#/components/schemas/{SCHEMAS[schema].__name__}"},
    }


def _key(address: str) -> str:
    """Channel keys know no dots."""
    return address.replace(".", "_")


def _name(schema: str) -> str:
    return SCHEMAS[schema].__name__
