import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from apollonia.api import schema_examples as examples
from apollonia.api.docs_page import SCRIPT
from apollonia.api.html_page import html_page
from apollonia.api.openapi import openapi_document
from apollonia.api.schemas import FileItem, Problem, Readiness, RootStatus, Stats
from apollonia.domain import roots
from apollonia.domain.kinds import Availability, RootState
from apollonia.errors import BusUnavailableError, CatalogUnavailableError
from apollonia.messages import POPULATOR_QUEUE, topology
from apollonia.testing.builders import a_place, a_time

DOCUMENT = openapi_document()
OPERATIONS = [
    pytest.param(path, operation, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


async def test_stats_answer_matches_its_schema(world, script):
    world.library.add(a_place(), a_place(), a_place(availability=Availability.TRASHED))
    world.changes.add(7)
    await world.control.report_root(
        roots.RootStatus(
            root="/music",
            state=RootState.WATCHING,
            found=3,
            done=3,
            rate=12.5,
            skipped=(roots.Skipped("/music/p", "named pipe"),),
            skipped_count=1,
            updated_time=a_time(),
        )
    )
    answer = await script.get("/api/v1/stats")
    stats = TypeAdapter(Stats).validate_json(answer.content)
    assert stats.files == 2
    assert stats.by_kind == {"audio": 2}
    assert stats.total_duration_ms == 360_000
    assert stats.position == 7
    assert stats.roots[0].skipped[0].reason == "named pipe"


async def test_stats_leave_out_a_queue_that_cannot_be_asked(world):
    await world.bus.declare(topology(POPULATOR_QUEUE))
    world.set(queues=(POPULATOR_QUEUE, "undeclared"))
    async with await world.script() as script:
        assert (await script.get("/api/v1/stats")).json()["queues"] == {POPULATOR_QUEUE: 0}


async def test_health_live_answers_whatever_is_away(world):
    async with world.client() as client:
        answer = await client.get("/health/live")
    assert answer.json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("checks", "status", "state"),
    [
        ([None], 200, "ok"),
        ([None, "disk nearly full"], 200, "degraded"),
        ([None, "x", BusUnavailableError("no bus")], 503, "unavailable"),
    ],
)
async def test_health_ready_tells_the_worst_of_all_parts(world, checks, status, state):
    def check(result):
        async def run():
            if isinstance(result, Exception):
                raise result
            return result

        return run

    world.checks |= {f"part-{at}": check(result) for at, result in enumerate(checks)}
    async with world.client() as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == status
    ready = TypeAdapter(Readiness).validate_json(answer.content)
    assert ready.status == state
    assert len(ready.checks) == len(checks)
    if status == 503:
        assert ready.checks["part-2"].detail == "no bus"


async def test_health_ready_asks_the_parts_at_most_once_a_second(world):
    asked = []

    async def check():
        asked.append(1)
        raise CatalogUnavailableError

    world.checks["catalog"] = check
    async with world.client() as client:
        for _ in range(5):
            await client.get("/health/ready")
        assert len(asked) == 1
        await world.clock.advance(1)
        await client.get("/health/ready")
    assert len(asked) == 2


def test_openapi_is_the_same_every_time():
    assert json.dumps(openapi_document()) == json.dumps(DOCUMENT)


def test_openapi_on_disk_is_that_of_the_code():
    path = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"
    assert json.loads(path.read_text()) == DOCUMENT, "run `make reference` and commit"


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_openapi_describes_every_operation(path, operation):
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    for parameter in operation.get("parameters", ()):
        assert parameter["description"], parameter["name"]
    for answer in operation["responses"].values():
        assert answer["description"]
    if path.startswith("/api/"):
        assert operation["security"] == [{"token": []}, {"session": []}]
        problem = operation["responses"]["401"]["content"]["application/problem+json"]
        assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_openapi_names_are_unique_and_short():
    names = [
        operation["operationId"]
        for operations in DOCUMENT["paths"].values()
        for operation in operations.values()
    ]
    assert len(set(names)) == len(names)
    assert {"list_files", "show_file", "show_stats", "rescan"} <= set(names)


def test_openapi_references_lead_somewhere():
    text = json.dumps(DOCUMENT)
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(DOCUMENT["components"]["schemas"])


def test_openapi_answers_say_which_fields_are_always_there():
    schemas = DOCUMENT["components"]["schemas"]
    for name in ("FileItem", "FileDetail", "FilePage", "Media", "Tags", "Stream", "Stats"):
        assert schemas[name]["required"] == list(schemas[name]["properties"]), name


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (FileItem, examples.FILE_ITEM),
        (Problem, examples.PROBLEM),
        (RootStatus, examples.ROOT_STATUS),
        (Stats, examples.STATS),
    ],
)
def test_examples_fit_their_schemas(model, example):
    model.model_validate(example)


async def test_docs_page_lists_every_operation_without_foreign_servers(script):
    answer = await script.get("/api/v1/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for path in DOCUMENT["paths"]:
        assert f"<code>{path}</code>" in answer.text
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="{name}"' in answer.text
    assert "://" not in answer.text.replace("http://www.w3.org", "")
    assert "<script>" not in answer.text
    assert " onclick" not in answer.text


async def test_docs_are_served_as_files_of_their_own(script):
    code = await script.get("/api/v1/docs/search.js")
    assert code.headers["content-type"].startswith("text/javascript")
    assert code.text == SCRIPT
    assert (await script.get("/api/v1/openapi.json")).json() == DOCUMENT


def test_html_page_escapes_everything():
    page = html_page(401, "<b>", "<script>alert('x')</script> & more")  # type: ignore[arg-type]
    assert b"<script>" not in page.body
    assert b"<h1>&lt;b&gt;</h1>" in page.body
