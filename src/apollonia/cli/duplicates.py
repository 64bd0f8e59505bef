"""Duplicates at a terminal: groups with a proposal, decisions, what belongs to a file."""

import getpass
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from rich.console import Console

from apollonia.config import Settings
from apollonia.domain.ids import is_uuid
from apollonia.domain.keeper import Choice, choose, saved_bytes
from apollonia.domain.matching.likeness import Decision, Family
from apollonia.domain.paths import display
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros
from apollonia.errors import NotFoundError
from apollonia.populate.matcher import Matcher
from apollonia.ports.duplicates import DuplicateGroup, GroupKind
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import Ports, open_ports

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
_STEP = 1024


async def show(settings: Settings, kind: GroupKind, *, limit: int, as_json: bool) -> None:
    """Groups of one kind, each with the copy that would be kept."""
    async with opened(settings) as ports:
        groups = await ports.duplicates.groups(kind, limit=limit)
        totals = await ports.duplicates.totals(kind)
    proposals = [(group, _choice(settings, group)) for group in groups]
    if as_json:
        print(json.dumps([_group(*it) for it in proposals], indent=2))  # noqa: T201 - the result
        return
    console = Console(soft_wrap=True)
    for group, choice in proposals:
        saved = saved_bytes(group.members, choice.keep)
        console.print(f"{len(group.members)} files, {_size(saved)} can be saved", style="bold")
        for place in sorted(group.members, key=lambda it: (it.id != choice.keep, it.path)):
            kept = place.id == choice.keep
            words = f" ({'; '.join(choice.reasons)})" if kept and choice.reasons else ""
            line = f"  {'keep' if kept else '    '} {display(place.path)}{words}"
            console.print(line, markup=False, highlight=False)
    console.print(
        f"{totals.groups} groups, {totals.files} files, up to {_size(totals.bytes)} can be saved.",
        highlight=False,
    )


async def find(settings: Settings) -> None:
    """Match what was analysed before, then look at everything at once."""
    async with opened(settings) as ports:
        console = Console(soft_wrap=True)
        matcher = Matcher(
            fingerprints=ports.fingerprints, similarity=ports.similarity, clock=ports.clock
        )
        with console.status("reading analyses") as status:
            new = await matcher.backfill(lambda seen: status.update(f"{seen} analyses read"))
            for family in Family:
                status.update(f"comparing: {family}")
                found = await ports.sweep.sweep(family)
                now = format_micros(ports.clock.now_micros())
                for start in range(0, len(found), 2_000):
                    new += await ports.fingerprints.relate(found[start : start + 2_000], now)
    console.print(f"{new} pairs are new: `apollonia duplicates list --kind near`", markup=False)


async def decide(settings: Settings, file: str, other: str, decision: str) -> None:
    """Keep what a person says of two files."""
    async with opened(settings) as ports:
        one, two = await named(ports, file), await named(ports, other)
        now = format_micros(ports.clock.now_micros())
        actor = getpass.getuser()
        await ports.relations.decide(one.id, two.id, Decision(decision), actor=actor, now=now)
    Console().print(f"{decision}: kept for both contents.", markup=False)


async def related(settings: Settings, file: str, *, as_json: bool) -> None:
    """Everything that a file has to do with others."""
    async with opened(settings) as ports:
        place = await named(ports, file)
        facts = await ports.relations.of(place.id)
    if as_json:
        document = [
            {
                "kind": it.kind,
                "file_id": it.place.id,
                "file_path": display(it.place.path),
                "score": it.score,
                "state": it.state,
                "evidence": it.evidence,
            }
            for it in facts
        ]
        print(json.dumps(document, indent=2))  # noqa: T201 - the result
        return
    console = Console(soft_wrap=True)
    for it in facts:
        state = "" if it.state is Decision.PROPOSED else f" [{it.state} by {it.actor}]"
        why = ", ".join(f"{name} {value}" for name, value in it.evidence.items())
        line = f"{it.kind:<15} {it.score:.2f} {display(it.place.path)}{state}  {why}"
        console.print(line, markup=False, highlight=False)


async def named(ports: Ports, file: str) -> Place:
    """The file with this id or path.

    Raises:
        NotFoundError: the catalog has none.
    """
    if is_uuid(file):
        found = await ports.library.place(file)
    else:
        path = _absolute(file)
        found = (await ports.library.places_at([path])).get(path)
    if found is None:
        raise NotFoundError(f"{file} is no cataloged file: name one by its path or id")
    return found


def _absolute(file: str) -> bytes:
    return os.fsencode(os.path.abspath(file))  # noqa: PTH100 - links are kept


def _choice(settings: Settings, group: DuplicateGroup) -> Choice:
    folders = [os.fsencode(it.absolute()) for it in settings.duplicates.folders]
    return choose(group.members, settings.duplicates.keep, folders)


def _group(group: DuplicateGroup, choice: Choice) -> Mapping[str, Any]:
    return {
        "kind": group.kind,
        "id": group.id,
        "keep": choice.keep,
        "why": list(choice.reasons),
        "saved_bytes": saved_bytes(group.members, choice.keep),
        "members": _members(group.members),
    }


def _members(places: Sequence[Place]) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "file_id": it.id,
            "file_path": display(it.path),
            "size": it.size,
            "sha256_hash": it.sha256_hash,
        }
        for it in places
    ]


def _size(number: float) -> str:
    for unit in _UNITS[:-1]:
        if number < _STEP:
            return f"{number:.0f} {unit}" if unit == _UNITS[0] else f"{number:.1f} {unit}"
        number /= _STEP
    return f"{number:.1f} {_UNITS[-1]}"


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Ports]:
    """The ports of a command that ends."""
    folder = prepare_data_folder(settings.data, needs_space=False)
    async with open_ports(settings, folder) as ports:
        yield ports
