"""What people ask of the log from a terminal."""

import json
import time
from typing import Any

import orjson
from rich.console import Console

from apollonia.cli.edits import find_place
from apollonia.cli.exits import FAULTS
from apollonia.config import Settings
from apollonia.domain.effective import tags_of
from apollonia.domain.paths import display
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros, normalize
from apollonia.errors import InvalidError
from apollonia.populate.history import FileHistory
from apollonia.populate.replay import Replayed
from apollonia.ports.catalog import LoggedEvent, StoredEvent
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import open_ports
from apollonia.wiring.replay import open_replay

_DAY_US = 86_400_000_000
_TAGS = ("title", "artist", "album", "album_artist", "genre", "year", "track", "disc")


async def history(settings: Settings, file: str, at: str | None, *, as_json: bool) -> None:
    """One event a line, oldest first, then what the file is, or was then."""
    until = None if at is None else _time(at)
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        place = await find_place(ports, file)
        life = await FileHistory(ports.history).life(place.id, until)
    rows = [*map(_file_row, life.files), *map(_other_row, life.others)]
    rows.sort(key=lambda row: (row["time"], row["id"]))
    state = None if life.state is None else _state(life.state)
    if as_json:
        _tell(json.dumps({"events": rows, "state": state}, indent=2, ensure_ascii=False))
        return
    for row in rows:
        _tell(f"{row['time']}  {row['what']}" + (f"  ({row['who']})" if row["who"] else ""))
    if state is None:
        _tell("There was no such file then.")
        return
    _tell("")
    for name, value in state.items():
        if value not in (None, {}):
            _tell(f"{name}: {value}")


async def replay(settings: Settings, *, check: bool) -> int:
    """The exit code: faults that were only looked for and found."""
    began, console = time.monotonic(), Console(soft_wrap=True)
    async with open_replay(settings, prepare_data_folder(settings.data)) as work:
        with console.status("reading the log") as status:

            def tell(so_far: Replayed) -> None:
                status.update(f"{so_far.events} events")

            done = await work.run(tell, swap=not check)
    took = time.monotonic() - began
    found = done.differences
    words = f"{done.events} events worked in again in {took:.1f} s"
    if done.unreadable:
        words += f"; {done.unreadable} of them could not be read"
    if not found:
        words += "; the catalog is what follows from them."
    else:
        verb = "differ" if check else "differed and are put right"
        words += f"; {found.files} files and {found.others} other rows {verb}."
    console.print(words, markup=False, highlight=False)
    return FAULTS if check and found else 0


async def compact(settings: Settings, days: int) -> None:
    """How many events went."""
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        before = ports.clock.now_micros() - days * _DAY_US
        gone = await ports.compaction.compact(format_micros(before))
    _tell(f"{gone} events were taken out of the log.")


def _time(text: str) -> str:
    try:
        return normalize(text)
    except ValueError as error:
        raise InvalidError(f"--at {text}: write a time as 2026-11-30T12:00:00+00:00") from error


def _file_row(event: StoredEvent) -> dict[str, Any]:
    what = f"{event.event_type} {display(event.path)}"
    who = event.origin or ""
    return {"id": event.event_id, "time": event.timestamp, "what": what, "who": who}


def _other_row(event: LoggedEvent) -> dict[str, Any]:
    body = orjson.loads(event.body)
    if event.entity == "analysis":
        parts = [f"{it['analyser']} {it['version']} {it['status']}" for it in body["results"]]
        what = f"analysis {', '.join(parts)}"
    else:
        what = f"{event.entity} {json.dumps(body, ensure_ascii=False)}"
    who = event.actor or event.origin or ""
    return {"id": event.event_id, "time": event.timestamp, "what": what, "who": who}


def _state(place: Place) -> dict[str, Any]:
    tags = tags_of(place.media, place.edited)
    return {
        "path": display(place.path),
        "availability": place.availability.value,
        "size": place.size,
        "modified": place.modified_time,
        "sha256": place.sha256_hash,
        "tags": {name: tags[name] for name in _TAGS if tags.get(name) is not None},
        "found": dict(place.found or {}),
        "edited": dict(place.edited or {}),
    }


def _tell(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
