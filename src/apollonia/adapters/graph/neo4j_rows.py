"""Files as Neo4j keeps them: the properties of nodes, and which ends their relations have.

A path is one ``:File`` whoever has it; ``key`` is its SHA-256, since long paths exceed an index's
entry. ``path`` is text for people; where that does not give the bytes back, ``path_b64`` has them.
"""

import base64
import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from apollonia.domain.paths import display, path_key, to_base64
from apollonia.ports.graph import GraphFile

_NAME_CHARACTERS = 512


def key_of(path: bytes) -> str:
    """What a path's node is found by."""
    return path_key(path).hex()


def raw_path(path: str, path_b64: str | None) -> bytes:
    """The bytes of a node's path."""
    return base64.b64decode(path_b64) if path_b64 is not None else path.encode("utf-8")


def end_of(path: bytes) -> dict[str, Any]:
    """A node that is known by its path alone."""
    end: dict[str, Any] = {"key": key_of(path), "path": display(path)}
    coded = to_base64(path)
    return end if coded is None else {**end, "path_b64": coded}


def row_of(file: GraphFile) -> dict[str, Any]:
    """The file's node; ``relations`` changes with what it is related to."""
    edges = dict.fromkeys(file.neighbors)
    neighbors = [{**end_of(edge.path), "role": edge.role} for edge in edges]
    neighbors.sort(key=lambda it: (it["key"], it["role"]))
    properties = {
        **end_of(file.path),
        "id": file.id,
        "kind": file.kind,
        "present": file.present,
        "size": file.size,
        "sha256": file.sha256_hash,
        "xxh128": file.xxh128_hash,
    }
    row = {
        "key": properties["key"],
        "id": file.id,
        "properties": properties,
        "neighbors": neighbors,
        "content": file.sha256_hash if file.present and file.size else None,
        "folder": end_of(file.folder),
        "artists": [_named(name) for name in _clean(file.artists)],
        "albums": _albums(file),
        "genres": [_named(name) for name in _clean(file.genres)],
    }
    related = [row[name] for name in ("neighbors", "folder", "artists", "albums", "genres")]
    properties["relations"] = hashlib.sha256(repr(related).encode()).hexdigest()[:16]
    return row


def hubs_of(rows: Iterable[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """What many files share, each once with the files that belong to it; sorted by key."""
    hubs: dict[str, dict[str, Any]] = {}
    for row in rows:
        for one in row[name]:
            hub = hubs.setdefault(one["key"], {"key": one["key"], "properties": one, "files": []})
            hub["files"].append(row["key"])
    return [hubs[key] for key in sorted(hubs)]


def _albums(file: GraphFile) -> list[dict[str, Any]]:
    """Albums of one title by several artists are several albums."""
    titles = _clean([file.album] if file.album else [])
    by = _clean([file.album_artist] if file.album_artist else file.artists[:1])
    artist = by[0] if by else ""
    return [
        {"key": f"{_folded(artist)}\x1f{_folded(title)}", "title": title, "artist": artist}
        for title in titles
    ]


def _named(name: str) -> dict[str, Any]:
    return {"key": _folded(name), "name": name}


def _clean(names: Iterable[str]) -> list[str]:
    """Each once, whatever its case; text that a driver takes."""
    found: dict[str, str] = {}
    for name in names:
        text = name.encode("utf-8", "replace").decode("utf-8")[:_NAME_CHARACTERS].strip()
        if text:
            found.setdefault(_folded(text), text)
    return list(found.values())


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
