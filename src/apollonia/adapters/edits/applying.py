"""Folding edits and plays into rows, and bringing them to the files they are about."""

from collections.abc import Collection, Iterable, Sequence

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog import event_log
from apollonia.adapters.catalog.path_locks import PathLocks
from apollonia.adapters.catalog.places import save_places
from apollonia.adapters.catalog.shelves import ShelfCounts
from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.database.bulk import insert_rows
from apollonia.adapters.database.driver import Otherwise
from apollonia.adapters.database.schema import EDITS, PENDING_CHANGES, PLAYS
from apollonia.domain.edits import Edit, Target, TargetKind, fold_edits
from apollonia.ports.catalog import LoggedEvent
from apollonia.ports.edits import Play

_EDIT = tuple(column.name for column in EDITS.columns)
_PLAY = tuple(column.name for column in PLAYS.columns)
_CHANGE = tuple(column.name for column in PENDING_CHANGES.columns if column.name != "number")
_NEWEST = Otherwise(
    ("target", "person", "field"),
    "UPDATE SET value = excluded.value, actor = excluded.actor, timestamp = excluded.timestamp,"
    " event_id = excluded.event_id"
    " WHERE (excluded.timestamp, excluded.event_id) > (edits.timestamp, edits.event_id)",
)
_IS_NEWER = "(excluded.timestamp, excluded.event_id) > (plays.timestamp, plays.event_id)"
_ADD = Otherwise(
    ("person", "place"),
    "UPDATE SET plays = plays.plays + excluded.plays,"
    f" position_ms = CASE WHEN {_IS_NEWER} THEN excluded.position_ms ELSE plays.position_ms END,"
    f" event_id = CASE WHEN {_IS_NEWER} THEN excluded.event_id ELSE plays.event_id END,"
    f" timestamp = CASE WHEN {_IS_NEWER} THEN excluded.timestamp ELSE plays.timestamp END",
)


def apply_edits(connection: Connection, edits: Sequence[Edit], now: str) -> None:
    """Log, fold, and bring to the files; nobody else writes meanwhile."""
    known = event_log.known(connection, [it.id for it in edits])
    new = {it.id: it for it in edits if it.id not in known}
    if not new:
        return
    event_log.append(connection, [logged_edit(it, now) for it in new.values()])
    fold(connection, new.values())
    targets = {it.target: it.timestamp for it in new.values()}
    changed = dict.fromkeys(bring_to_files(connection, targets.keys()), now)
    changes = [("file", id_, "updated", time) for id_, time in changed.items()]
    changes += [
        (target.kind.value, target.id, "updated", now)
        for target in targets
        if target.kind in (TargetKind.WORK, TargetKind.COLLECTION)
    ]
    insert_rows(connection, PENDING_CHANGES.name, _CHANGE, changes)


def fold(connection: Connection, edits: Iterable[Edit]) -> None:
    """Into the newest word on each field."""
    by_target: dict[Target, list[Edit]] = {}
    for edit in edits:
        by_target.setdefault(edit.target, []).append(edit)
    rows = [
        (
            target.key,
            it.user,
            it.field,
            None if it.value is None else orjson.dumps(it.value),
            it.actor,
            *it.version,
        )
        for target, them in by_target.items()
        for it in fold_edits(them).values()
    ]
    insert_rows(connection, EDITS.name, _EDIT, rows, otherwise=_NEWEST)


def bring_to_files(connection: Connection, targets: Collection[Target]) -> Sequence[str]:
    """Write the files of these places and contents anew; their ids."""
    places = read_places(connection, "id", [])
    for kind, name in ((TargetKind.PLACE, "id"), (TargetKind.CONTENT, "sha256_hash")):
        ids = [target.id for target in targets if target.kind is kind]
        if ids:
            places |= read_places(connection, name, ids)  # type: ignore[arg-type] # both are names
    PathLocks().take(connection, [place.path for place in places.values()])
    counts = ShelfCounts()
    save_places(connection, list(places.values()), counts)
    counts.write(connection)
    return [place.id for place in places.values()]


def apply_plays(connection: Connection, plays: Sequence[Play], now: str) -> None:
    """Log and count."""
    known = event_log.known(connection, [it.id for it in plays])
    new = {it.id: it for it in plays if it.id not in known}
    event_log.append(connection, [logged_play(it, now) for it in new.values()])
    fold_plays(connection, new.values())


def fold_plays(connection: Connection, plays: Iterable[Play]) -> None:
    """One row for each person and place; a play that was broken off counts as none."""
    for it in sorted(plays, key=lambda it: (it.actor, it.place_id, it.timestamp, it.id)):
        count = int(it.position_ms is None)
        row = (it.actor, it.place_id, count, it.position_ms, it.timestamp, it.id)
        insert_rows(connection, PLAYS.name, _PLAY, [row], otherwise=_ADD)


def logged_edit(edit: Edit, now: str) -> LoggedEvent:
    """As the log keeps it."""
    return LoggedEvent(
        event_id=edit.id,
        entity="edit",
        subject=edit.target.key,
        actor=edit.actor,
        timestamp=edit.timestamp,
        received_time=now,
        origin=edit.origin,
        traceparent=edit.traceparent,
        body=orjson.dumps(edit.patch),
    )


def edit_of(event: LoggedEvent) -> Edit:
    """The inverse of ``logged_edit``."""
    return Edit(
        event.event_id,
        Target.of(event.subject),
        event.actor or "",
        event.timestamp,
        orjson.loads(event.body),
        event.origin or "",
        event.traceparent,
    )


def logged_play(play: Play, now: str) -> LoggedEvent:
    """As the log keeps it."""
    return LoggedEvent(
        event_id=play.id,
        entity="play",
        subject=Target(TargetKind.PLACE, play.place_id).key,
        actor=play.actor,
        timestamp=play.timestamp,
        received_time=now,
        origin=None,
        traceparent=None,
        body=orjson.dumps({"position_ms": play.position_ms}),
    )


def play_of(event: LoggedEvent) -> Play:
    """The inverse of ``logged_play``."""
    position = orjson.loads(event.body)["position_ms"]
    id_ = Target.of(event.subject).id
    return Play(event.event_id, id_, event.actor or "", event.timestamp, position)
