"""Files, results and people's words in any order, again and again, end in the same catalog."""

import asyncio
from itertools import pairwise
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.edits import Edit, Target, TargetKind, checked
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Kind
from apollonia.domain.paths import display
from apollonia.populate.analysis_projector import AnalysisProjector
from apollonia.populate.file_projector import FileProjector
from apollonia.ports.bus import Delivery, Message
from apollonia.testing.builders import a_file_body, a_message, a_time
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_catalog import MemoryCatalog

SETTINGS = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SPECS = tuple(AnalyserSpec(name, "1", frozenset({Kind.AUDIO})) for name in ("tempo", "mood"))
CONTENTS = [letter * 64 for letter in "abc"]
IDS = [f"018cc251-f400-7000-8000-00000000000{number}" for number in range(3)]

type Told = Message | Edit


def _file(number: int, file: int, content: int, kind: str) -> Message:
    path = f"/music/{file}.flac".encode()
    return a_message(
        a_file_body(
            path=path,
            file_id=IDS[file],
            event_type=kind,
            timestamp=a_time(number),
            sha256_hash=CONTENTS[content],
        )
    )


def _result(number: int, content: int, analyser: str, status: str, forced: bool) -> Message:
    facts = {"tempo_bpm": 60 + number, "moods": [f"mood {number}"]}
    data = {"facts": facts} if status == "done" else None
    result = {"analyser": analyser, "version": "1", "status": status, "data": data}
    body = {
        "sha256_hash": CONTENTS[content],
        "kind": "audio",
        "timestamp": a_time(number),
        "results": [result],
        "forced": forced,
    }
    return a_message(orjson.dumps(body), schema="apollonia.analysis/1")


def _edit(number: int, target: Target, patch: dict[str, Any]) -> Edit:
    return Edit(uuid7(), target, "owner", a_time(number), checked(target.kind, patch))


numbers = st.integers(1, 99)
targets = st.one_of(
    st.builds(Target, st.just(TargetKind.PLACE), st.sampled_from(IDS)),
    st.builds(Target, st.just(TargetKind.CONTENT), st.sampled_from(CONTENTS)),
)
patches = st.sampled_from(
    [{"title": "a"}, {"title": "b"}, {"title": None}, {"tags": {"x": True}}, {"tempo_bpm": 99}]
)
happenings = st.one_of(
    st.builds(
        _file,
        numbers,
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from(["IN_CREATE", "IN_CLOSE_WRITE"]),
    ),
    st.builds(
        _result,
        numbers,
        st.integers(0, 2),
        st.sampled_from(["tempo", "mood"]),
        st.sampled_from(["done", "failed"]),
        st.booleans(),
    ),
    st.builds(_edit, numbers, targets, patches),
)


def _time_of(told: Told) -> str:
    return told.timestamp if isinstance(told, Edit) else orjson.loads(told.body)["timestamp"]


stories = st.lists(happenings, min_size=1, max_size=14, unique_by=_time_of)


@st.composite
def delivered(draw: st.DrawFn, story: list[Told]) -> list[list[Told]]:
    """As buses and people may bring them: repeated, in any order, in any batches."""
    again = draw(st.lists(st.sampled_from(story), max_size=5))
    order = draw(st.permutations([*story, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=6)))
    return [list(order[a:b]) for a, b in pairwise([0, *cuts, len(order)]) if a < b]


def _catalog_after(batches: list[list[Told]]) -> MemoryCatalog:
    async def work() -> MemoryCatalog:
        catalog, clock = MemoryCatalog(), ManualClock()
        files = FileProjector(clock=clock)
        results = AnalysisProjector(clock=clock, specs=SPECS)
        for batch in batches:
            for projector, schema in ((files, "file"), (results, "analysis")):
                part = [
                    it for it in batch if isinstance(it, Message) and f".{schema}/" in it.schema
                ]
                if part:
                    async with catalog.begin() as unit:
                        await projector(unit, [Delivery(it, "q", 0, None) for it in part])
            await catalog.apply([it for it in batch if isinstance(it, Edit)])
        return catalog

    return asyncio.run(work())


def _seen(catalog: MemoryCatalog) -> dict[str, Any]:
    return {
        display(path): (
            place.id,
            place.sha256_hash,
            place.version,
            place.analysis,
            place.found,
            place.edited,
        )
        for path, place in catalog.all_places.items()
    }


@SETTINGS
@given(st.data())
def test_files_results_and_edits_converge_in_any_order(data: st.DataObject) -> None:
    story = sorted(data.draw(stories), key=_time_of)
    expected = _catalog_after([[it] for it in story])
    found = _catalog_after(data.draw(delivered(story)))

    assert _seen(found) == _seen(expected)
    assert found.edits == expected.edits
    assert {it.event_id for it in found.logged} == {it.event_id for it in expected.logged}
