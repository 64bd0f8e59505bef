"""The generated event reference: whole, and with nothing that leads nowhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apollonia.messages import ANALYZER_QUEUE, GRAPH_QUEUE, LANES, POPULATOR_QUEUE, SCHEMAS

_FILE = Path(__file__).parents[2] / "docs" / "reference" / "asyncapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text())
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(_references(document)):
        assert reference.startswith("#/")
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target


def test_every_exchange_and_queue_is_a_channel_with_its_operation(document: dict[str, Any]) -> None:
    addresses = {channel["address"]: key for key, channel in document["channels"].items()}
    queues = {POPULATOR_QUEUE, GRAPH_QUEUE, ANALYZER_QUEUE, "apollonia-populator-enriched"}
    queues |= {"apollonia-matcher"}
    queues |= {f"{ANALYZER_QUEUE}.{lane}" for lane in LANES}
    exchanges = {"apollonia", *(f"apollonia-{n}" for n in ("work", "enriched", "catalog"))}
    exchanges |= {"apollonia-dead", "apollonia-requeue"}
    assert addresses.keys() == exchanges | queues | {f"{queue}.dead" for queue in queues}
    actions = {
        operation["channel"]["$ref"]: operation["action"]
        for operation in document["operations"].values()
    }
    assert actions == {
        f"#/channels/{key}": "send" if address in exchanges else "receive"
        for address, key in addresses.items()
    }


def test_work_goes_to_lanes_and_dead_letters_to_their_queues(document: dict[str, Any]) -> None:
    channels = document["channels"]
    lanes = {f"{ANALYZER_QUEUE}.{lane}": lane for lane in LANES}
    assert channels["apollonia-work"]["x-queues"] == lanes
    dead = channels["apollonia-dead"]["x-queues"]
    assert dead["apollonia-graph.dead"] == "apollonia-graph"
    assert channels["apollonia-requeue"]["x-queues"]["apollonia-graph"] == "apollonia-graph"


def test_every_message_has_its_schema_and_headers(document: dict[str, Any]) -> None:
    found = document["components"]["messages"]
    assert {message["name"] for message in found.values()} == set(SCHEMAS)
    for message in found.values():
        assert message["headers"]["properties"]["schema"]["const"] == message["name"]
        assert message["payload"]["$ref"].startswith("#/components/schemas/")
