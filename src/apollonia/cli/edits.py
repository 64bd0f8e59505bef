"""What people say of their files from a terminal."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from apollonia.config import Settings
from apollonia.domain.edits import Edit, Said, Target, TargetKind, checked
from apollonia.domain.ids import is_uuid, uuid7
from apollonia.domain.paths import display
from apollonia.domain.place import Place
from apollonia.domain.times import format_micros
from apollonia.errors import InvalidError, NotFoundError
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import Ports, open_ports

_ACTOR = "owner"  # until there are users
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}
_NUMBERS = frozenset({"year", "track", "disc", "tempo_bpm", "rating"})
_FLAGS = frozenset({"favourite", "deleted"})


async def edit(
    settings: Settings, file: str, words: Sequence[str], *, content: bool, as_json: bool
) -> None:
    """Change what is said, and show it."""
    patch = patch_of(words) if words else None
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        place = await find_place(ports, file)
        target = Target(TargetKind.PLACE, place.id)
        if content:
            if place.sha256_hash is None:
                raise InvalidError(f"{display(place.path)} could not be read: edit the place")
            target = Target(TargetKind.CONTENT, place.sha256_hash)
        if patch is not None:
            await _apply(ports, target, patch)
        said = (await ports.edits.said([target], _ACTOR)).get(target, {})
    _show(said, as_json=as_json)


async def list_collections(settings: Settings, *, deleted: bool, as_json: bool) -> None:
    """One a line."""
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        found = await ports.edits.collections(deleted=deleted)
    if as_json:
        rows = [{"id": it.id, "name": it.name, "query": it.query} for it in found]
        _tell(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for it in found:
        _tell(f"{it.id}  {it.name}" + (f"  [{it.query}]" if it.query else ""))


async def show_collection(settings: Settings, id_: str, *, as_json: bool) -> None:
    """The paths of its files; ids of those that are gone."""
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        ids = await ports.edits.items(id_)
        places = [await ports.library.place(it) for it in ids]
    paths = [
        display(place.path) if place else f"(gone: {it})"
        for it, place in zip(ids, places, strict=True)
    ]
    _tell(json.dumps(paths, indent=2, ensure_ascii=False) if as_json else "\n".join(paths))


async def create_collection(settings: Settings, name: str, query: str | None) -> None:
    """Its id is printed."""
    id_ = uuid7()
    patch = {"name": name} if query is None else {"name": name, "query": query}
    await change_collection(settings, id_, patch)
    _tell(id_)


async def add_items(settings: Settings, id_: str, files: Sequence[str]) -> None:
    """Behind those that are there."""
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        target = Target(TargetKind.COLLECTION, id_)
        said = (await ports.edits.said([target], _ACTOR)).get(target, {})
        placed = [it.value for name, it in said.items() if name.startswith("item/")]
        last = max(placed, default=0)
        places = [await find_place(ports, file) for file in files]
        items = {place.id: last + at for at, place in enumerate(places, 1)}
        await _apply(ports, target, {"items": items})


async def remove_items(settings: Settings, id_: str, files: Sequence[str]) -> None:
    """Whether they are in it or not."""
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        places = [await find_place(ports, file) for file in files]
        items = {place.id: None for place in places}
        await _apply(ports, Target(TargetKind.COLLECTION, id_), {"items": items})


async def change_collection(settings: Settings, id_: str, patch: Mapping[str, Any]) -> None:
    """One edit of it."""
    async with open_ports(settings, prepare_data_folder(settings.data)) as ports:
        await _apply(ports, Target(TargetKind.COLLECTION, id_), patch)


async def find_place(ports: Ports, file: str) -> Place:
    """By id, or by path.

    Raises:
        NotFoundError: the catalog has no such file.
    """
    if is_uuid(file):
        place = await ports.library.place(file)
    else:
        path = _path(file)
        place = (await ports.library.places_at([path])).get(path)
    if place is None:
        raise NotFoundError(f"the catalog has no file {file}: name its whole path, or its id")
    return place


def _path(file: str) -> bytes:
    """As the catalog names it: whole, links not followed."""
    return os.path.abspath(os.fsencode(file))  # noqa: PTH100 - Path.resolve follows links


def patch_of(words: Sequence[str]) -> dict[str, Any]:
    """``year=1999 rating= +summer -old`` as a patch.

    Raises:
        InvalidError: a word is nothing of this kind.
    """
    patch: dict[str, Any] = {}
    tags: dict[str, bool | None] = {}
    for word in words:
        if word[:1] in {"+", "-"} and len(word) > 1:
            tags[word[1:]] = True if word[0] == "+" else None
            continue
        name, is_set, value = word.partition("=")
        if not is_set:
            raise InvalidError(f"{word}: write field=value, +tag or -tag")
        patch[name] = _value(name, value)
    return {**patch, "tags": tags} if tags else patch


def _value(name: str, text: str) -> Any:
    if not text:
        return None
    if name in _FLAGS:
        return _TRUTH.get(text.lower(), text)
    if name == "genre":
        return [part.strip() for part in text.split(";") if part.strip()]
    if name in _NUMBERS:
        try:
            return float(text)
        except ValueError:
            return text
    return text


async def _apply(ports: Ports, target: Target, patch: Mapping[str, Any]) -> None:
    fields = checked(target.kind, patch)
    now = format_micros(ports.clock.now_micros())
    await ports.edits.apply([Edit(uuid7(), target, _ACTOR, now, fields, origin="cli")])


def _show(said: Mapping[str, Said], *, as_json: bool) -> None:
    if as_json:
        rows = {
            name: {"value": it.value, "actor": it.actor, "time": it.version.timestamp}
            for name, it in sorted(said.items())
        }
        _tell(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for name, it in sorted(said.items()):
        _tell(f"{name} = {it.value}  ({it.actor}, {it.version.timestamp})")


def _tell(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
