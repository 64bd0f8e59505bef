"""Results of analysers, and the state that follows from them for each content and its files."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.catalog.found import save_found
from apollonia.adapters.catalog.path_locks import PathLocks
from apollonia.adapters.catalog.rows import json_bytes
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
from apollonia.domain.facts import Facts, Told, merged
from apollonia.domain.kinds import AnalysisState, Kind
from apollonia.ports.analyses import ContentState, StoredResult

_RESULT = tuple(column.name for column in ANALYSES.columns)
_STATE = tuple(column.name for column in CONTENT_STATES.columns)
_KEY = ("sha256_hash", "analyser", "version")
_RECORDED = (
    "SELECT sha256_hash, analyser, version, status FROM analyses WHERE sha256_hash IN {keys}"
)
_STATES = "SELECT sha256_hash, kind, state, wanted FROM content_states WHERE sha256_hash IN {keys}"
_FACTS = (
    "SELECT sha256_hash, analyser, version, timestamp, facts FROM analyses"
    " WHERE status = 'done' AND facts IS NOT NULL AND sha256_hash IN {keys}"
)
_FILES = (
    "SELECT f.number, f.id, f.sha256_hash, s.kind, f.analysis, f.path, m.found FROM files f"
    " JOIN shelves s ON s.number = f.shelf LEFT JOIN file_media m ON m.file = f.number"
    " WHERE s.status = 'cataloged' AND f.sha256_hash IN {keys}"
)
_SETS = ", ".join(f"{name} = excluded.{name}" for name in _RESULT if name not in _KEY)
_SUPERSEDES = (  # as ``StoredResult.supersedes``
    "CASE WHEN excluded.forced"
    " THEN NOT analyses.forced OR excluded.timestamp >= analyses.timestamp"
    " WHEN analyses.forced THEN false"
    " WHEN (excluded.status = 'done') <> (analyses.status = 'done')"
    " THEN excluded.status = 'done'"
    " ELSE excluded.timestamp < analyses.timestamp END"
)
_BETTER = Otherwise(_KEY, f"UPDATE SET {_SETS} WHERE {_SUPERSEDES}")


def lock_contents(connection: Connection, sha256s: Iterable[str]) -> None:
    """Nobody else judges these contents, or enters files of them, until the transaction ends."""
    lock_names(connection, *(f"content {sha256}" for sha256 in sha256s))


def recorded(connection: Connection, sha256s: Iterable[str]) -> Mapping[str, Sequence[Recorded]]:
    """All results of these contents, without what they say."""
    found: dict[str, list[Recorded]] = {}
    for sha256, analyser, version, status in select_by_keys(connection, _RECORDED, sha256s):
        found.setdefault(sha256, []).append(Recorded(analyser, version, status))
    return found


def save_results(connection: Connection, results: Iterable[StoredResult]) -> None:
    """Insert; of two with one key the one stays that supersedes the other.

    Sorted by key, so that two writers never deadlock.
    """
    kept: dict[tuple[str, str, str], StoredResult] = {}
    for it in results:
        key = (it.sha256_hash, it.analyser, it.version)
        old = kept.get(key)
        if old is None or it.supersedes(old):
            kept[key] = it
    rows = (
        (
            *key,
            _cleaned(it.model),
            it.status,
            _cleaned(it.reason),
            it.timestamp,
            it.forced,
            json_bytes(it.facts or None),
            it.data,
        )
        for key, it in sorted(kept.items())
    )
    insert_rows(connection, "analyses", _RESULT, rows, otherwise=_BETTER)


def content_facts(connection: Connection, sha256s: Iterable[str]) -> Mapping[str, Facts]:
    """What all results of these contents say together; contents without facts are left out."""
    told: dict[str, list[Told]] = {}
    for sha256, analyser, version, timestamp, facts in select_by_keys(connection, _FACTS, sha256s):
        it = Told(analyser, version, timestamp, orjson.loads(facts))
        told.setdefault(sha256, []).append(it)
    return {sha256: merged(them) for sha256, them in told.items()}


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
    return bring_states(connection, newest, locks)


def bring_states(
    connection: Connection, newest: Mapping[str, ContentState], locks: PathLocks
) -> Sequence[str]:
    """Bring the files of these contents to these states and to their facts; the changed ones."""
    files = select_by_keys(connection, _FILES, newest)
    if locks.take(connection, [row[5] for row in files]):
        files = select_by_keys(connection, _FILES, newest)
    facts = content_facts(connection, newest)
    ids: list[str] = []
    numbers: dict[AnalysisState, list[int]] = {}
    told: dict[int, Facts | None] = {}
    for number, id_, sha256, kind, analysis, _, found in files:
        state, known = newest[sha256], facts.get(sha256)
        if kind != state.kind.value:
            continue
        if analysis != state.state.value:
            numbers.setdefault(state.state, []).append(number)
        if found != json_bytes(known):
            told[number] = known
        if analysis != state.state.value or number in told:
            ids.append(id_)
    for analysis, changed in sorted(numbers.items()):
        statement = f"UPDATE files SET analysis = '{analysis.value}' WHERE number IN {{keys}}"  # noqa: S608 - our words
        change_by_keys(connection, statement, sorted(changed))
    save_found(connection, told)
    return ids


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean(text)
