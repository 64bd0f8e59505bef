"""``apollonia evaluate``: what analysers told, beside what people said and a table of truths."""

import csv
import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from apollonia.config import Settings
from apollonia.domain.edits import Target, TargetKind
from apollonia.domain.evaluation import FIELDS, Score, Truth, Verdict, judged, scores, truths_of
from apollonia.domain.facts import Facts, Told, facts_in, merged
from apollonia.domain.paths import display
from apollonia.errors import InvalidError
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import Ports, open_ports

_AT_ONCE = 500
_SHA256_DIGITS = 64
_MOST_ROWS = 1_000_000


async def evaluate(settings: Settings, table: Path | None, *, as_json: bool) -> None:
    """Print how many are right; with a table it is what counts, else what people said."""
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        truths = _told_by_people(ports) if table is None else _in_table(ports, table)
        found: list[tuple[Truth, Verdict]] = []
        wrong: list[tuple[Truth, Verdict, Any]] = []
        async for sha256, truth in truths:
            facts = await _facts_of(ports, sha256) if sha256 else {}
            verdict = judged(truth, facts)
            found.append((truth, verdict))
            if verdict is not Verdict.RIGHT:
                wrong.append((truth, verdict, _answer(truth.field, facts)))
    _show(scores(found), wrong, as_json=as_json)


async def _told_by_people(ports: Ports) -> AsyncIterator[tuple[str | None, Truth]]:
    """Corrections of files and contents that stand."""
    for field in FIELDS:
        after = ""
        while page := await ports.edits.about("", field, after=after, limit=_AT_ONCE):
            for said in page:
                after = said.field
                target = Target.of(said.field)
                about = await _about(ports, target)
                if about is not None:
                    yield about[0], Truth(about[1], field, said.value)


async def _about(ports: Ports, target: Target) -> tuple[str | None, str] | None:
    if target.kind is TargetKind.CONTENT:
        return target.id, target.id[:12]
    if target.kind is not TargetKind.PLACE:
        return None
    place = await ports.library.place(target.id)
    return None if place is None else (place.sha256_hash, display(place.path))


async def _in_table(ports: Ports, table: Path) -> AsyncIterator[tuple[str | None, Truth]]:
    """Rows of a CSV or TSV file with a column ``file`` (a path or a SHA-256), and the fields."""
    for row in _rows(table):
        file = (row.get("file") or "").strip()
        sha256: str | None = file if len(file) == _SHA256_DIGITS and "/" not in file else None
        if sha256 is None:
            path = os.fsencode(table.parent.absolute() / file)
            places = await ports.library.places_at([path])
            sha256 = places[path].sha256_hash if path in places else None
        try:
            for truth in truths_of(file, row):
                yield sha256, truth
        except ValueError as error:
            raise InvalidError(f"{table}: {error}") from error


def _rows(table: Path) -> Sequence[dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        file.seek(0)
        reader = csv.DictReader(file, delimiter="\t" if "\t" in head else ",")
        if "file" not in (reader.fieldnames or ()) or not set(FIELDS) & set(
            reader.fieldnames or ()
        ):
            raise InvalidError(
                f"{table} needs a column file, and one or more of {', '.join(FIELDS)}"
            )
        return [row for row, _ in zip(reader, range(_MOST_ROWS), strict=False)]


async def _facts_of(ports: Ports, sha256: str) -> Facts:
    told = []
    for result in await ports.analyses.results(sha256):
        if result.status == "done" and result.data:
            facts = facts_in(json.loads(result.data))
            told.append(Told(result.analyser, result.version, result.timestamp, facts))
    return merged(told)


def _answer(field: str, facts: Facts) -> Any:
    return facts.get({"key": "key_name", "genre": "genres"}.get(field, field))


def _show(
    found: Sequence[Score], wrong: Sequence[tuple[Truth, Verdict, Any]], *, as_json: bool
) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        rows = [{**asdict(score), "accuracy": round(score.accuracy, 4)} for score in found]
        console.print_json(json.dumps(rows))
        return
    if not found:
        console.print("There is no truth to compare with: correct a file, or give --truth FILE.")
    for score in found:
        console.print(
            f"{score.field}: {score.right} of {score.truths} right ({score.accuracy:.1%}),"
            f" {score.near} near, {score.missing} without an answer",
            markup=False,
        )
    for truth, verdict, answer in wrong:
        words = f"  {truth.about}: {truth.field} is {truth.value}, told {answer} ({verdict})"
        console.print(words, markup=False)
