"""What a consumer makes of file events."""

from collections.abc import Iterable

from apollonia.messages import FileEvent


def replay(events: Iterable[FileEvent]) -> dict[bytes, tuple[str | None, str | None]]:
    """Path → (file id, SHA-256) after these events, in order.

    Raises ``AssertionError`` with the event where one makes no sense after those before it: a
    deletion of what is not there, a change under another id, an id in two places at once, a time
    that does not come after the one before it.
    """
    present: dict[bytes, tuple[str | None, str | None]] = {}
    before = ""
    for event in events:
        assert event.timestamp > before, event
        before = event.timestamp
        path = event.raw_path()
        if event.event_type.value == "IN_DELETE":
            assert present.pop(path, (None,))[0] == event.file_id, event
            continue
        _arrive(event, path, present)
        present[path] = (event.file_id, event.sha256_hash)
    return present


def _arrive(
    event: FileEvent, path: bytes, present: dict[bytes, tuple[str | None, str | None]]
) -> None:
    source = event.raw_moved_from() if event.event_type.value == "IN_MOVED_TO" else None
    if event.event_type.value == "IN_CLOSE_WRITE":
        assert present.get(path, (None,))[0] == event.file_id, event
    elif source is not None and source in present:
        assert present.pop(source)[0] == event.file_id, event
        assert path not in present, event
    else:
        assert path not in present, event
        assert all(event.file_id != held for held, _ in present.values()), event
