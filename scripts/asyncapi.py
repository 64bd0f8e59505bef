"""The wire contract as an AsyncAPI 3.0 document, generated from ``messages``."""

from typing import Any

from pydantic.json_schema import models_json_schema

from apollonia.messages import (
    CATALOG,
    DEAD,
    ENRICHED,
    FILES,
    REQUEUE,
    SCHEMAS,
    WORK,
    topology,
)

_PAYLOADS = {
    FILES.name: "apollonia.file/1",
    WORK.name: "apollonia.work/1",
    ENRICHED.name: "apollonia.analysis/1",
    CATALOG.name: "apollonia.change/1",
}


def asyncapi_document() -> dict[str, Any]:
    """Channels are exchanges; each says its kind, its queues and the message it carries."""
    whole = topology()
    _, schemas = models_json_schema(
        [(model, "validation") for model in SCHEMAS.values()],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Apollonia", "version": "1", "description": (__doc__ or "").strip()},
        "defaultContentType": "application/json",
        "channels": {
            exchange.name: {
                "address": exchange.name,
                "description": f"{exchange.kind} exchange",
                "x-queues": sorted(
                    queue.name for queue in whole.queues if queue.bindings[0][0] == exchange.name
                ),
                "messages": _messages(exchange.name),
            }
            for exchange in whole.exchanges
        },
        "components": {
            "messages": {_name(schema): _message(schema) for schema in SCHEMAS},
            "schemas": schemas["$defs"],
        },
    }


def _messages(exchange: str) -> dict[str, Any]:
    names = SCHEMAS if exchange in {DEAD.name, REQUEUE.name} else (_PAYLOADS[exchange],)
    return {_name(name): {"$ref": f"#/components/messages/{_name(name)}"} for name in names}


def _message(schema: str) -> dict[str, Any]:
    return {
        "name": schema,
        "headers": {
            "type": "object",
            "properties": {
                "schema": {"const": schema},
                "traceparent": {"type": "string"},
                "x-attempts": {"type": "string", "pattern": "^[0-9]+$"},
            },
        },
        "payload": {"$ref": f"#/components/schemas/{SCHEMAS[schema].__name__}"},
    }


def _name(schema: str) -> str:
    return SCHEMAS[schema].__name__
