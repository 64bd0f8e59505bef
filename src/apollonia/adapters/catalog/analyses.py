"""Results of analysers, and the state that follows from them for each content and its files."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.catalog.path_locks import PathLocks
from apollonia.adapters.database.bulk import (
    change_by_keys,
    insert_rows,
    lock_names,
    replacing,
    select_by_keys,
)
from apollonia.adapters.database.driver import Otherwise
from apollonia.adapters.database.schema import ANALYSES, CONTENT_STATES
from apollonia.domain.analysis import Recorded
from apollonia.domain.kinds import AnalysisState, Kind
from apollonia.ports.analyses import ContentState, StoredResult

_RESULT = tuple(column.name for column in ANALYSES.columns)
_STATE = tuple(column.name for column in CONTENT_STATES.columns)
_KEY = ("sha256_hash", "analyser", "version")
_RECORDED = (
    "SELECT sha256_hash, analyser, version, status FROM analyses WHERE sha256_hash IN {keys}"
)
_STATES = "SELECT sha256_hash, kind, state, wanted FROM content_states WHERE sha256_hash IN {keys}"
_FILES = (
    "SELECT f.number, f.id, f.sha256_hash, s.kind, f.analysis, f.path FROM files f"
    " JOIN shelves s ON s.number = f.shelf"
    " WHERE s.status = 'cataloged' AND f.sha256_hash IN {keys}"
)
_SETS = ", ".join(f"{name} = excluded.{name}" for name in _RESULT if name not in _KEY)
_REPLACE = Otherwise(_KEY, f"UPDATE SET {_SETS}")
_BETTER = Otherwise(
    _KEY,
    f"UPDATE SET {_SETS} WHERE excluded.status = 'done' AND analyses.status <> 'done'",
)


def lock_contents(connection: Connection, sha256s: Iterable[str]) -> None:
    """Nobody else judges these contents, or enters files of them, until the transaction ends."""
    lock_names(connection, *(f"content {sha256}" for sha256 in sha256s))


def recorded(connection: Connection, sha256s: Iterable[str]) -> Mapping[str, Sequence[Recorded]]:
    """All results of these contents, without what they say."""
    found: dict[str, list[Recorded]] = {}
    for sha256, analyser, version, status in select_by_keys(connection, _RECORDED, sha256s):
        found.setdefault(sha256, []).append(Recorded(analyser, version, status))
    return found


def save_results(connection: Connection, results: Iterable[StoredResult], *, force: bool) -> None:
    """Insert; what is there stays, unless it failed and this one did not, or ``force``.

    Sorted by key, so that two writers never deadlock.
    """
    kept: dict[tuple[str, str, str], StoredResult] = {}
    for it in results:
        key = (it.sha256_hash, it.analyser, it.version)
        old = kept.get(key)
        if old is None or force or (it.status == "done" and old.status != "done"):
            kept[key] = it
    rows = (
        (*key, _cleaned(it.model), it.status, _cleaned(it.reason), it.data, it.timestamp)
        for key, it in sorted(kept.items())
    )
    otherwise = _REPLACE if force else _BETTER
    insert_rows(connection, "analyses", _RESULT, rows, otherwise=otherwise)


def content_states(connection: Connection, sha256s: Iterable[str]) -> Mapping[str, ContentState]:
    """How far these contents are, those that are known."""
    rows = select_by_keys(connection, _STATES, sha256s)
    return {
        sha256: ContentState(sha256, Kind(kind), AnalysisState(state), wanted)
        for sha256, kind, state, wanted in rows
    }


def save_content_states(
    connection: Connection, states: Collection[ContentState], locks: PathLocks
) -> Sequence[str]:
    """Keep them, and bring the files of these contents to them; the ids of the changed files.

    Their paths are locked: who projects a file meanwhile must not put the old state back.
    """
    newest = {it.sha256_hash: it for it in states}
    rows = (
        (sha256, it.kind.value, it.state.value, it.wanted) for sha256, it in sorted(newest.items())
    )
    replace = replacing("sha256_hash", _STATE)
    insert_rows(connection, "content_states", _STATE, rows, otherwise=replace)
    files = select_by_keys(connection, _FILES, newest)
    if locks.take(connection, [row[-1] for row in files]):
        files = select_by_keys(connection, _FILES, newest)
    ids: list[str] = []
    numbers: dict[AnalysisState, list[int]] = {}
    for number, id_, sha256, kind, analysis, _ in files:
        state = newest[sha256]
        if kind == state.kind.value and analysis != state.state.value:
            ids.append(id_)
            numbers.setdefault(state.state, []).append(number)
    for analysis, changed in sorted(numbers.items()):
        statement = f"UPDATE files SET analysis = '{analysis.value}' WHERE number IN {{keys}}"  # noqa: S608 - our words
        change_by_keys(connection, statement, sorted(changed))
    return ids


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean(text)
