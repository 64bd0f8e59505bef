"""The index of fingerprints on an SQL database."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import (
    AnyRow,
    change_by_keys,
    driver_of,
    insert_rows,
    lock_names,
    run,
    select_by_keys,
)
from apollonia.adapters.database.driver import Otherwise
from apollonia.adapters.database.engine import Database
from apollonia.adapters.fingerprints.lookups import MOST_EACH, look_up
from apollonia.adapters.fingerprints.packing import pack, unsigned
from apollonia.adapters.fingerprints.rows import (
    BAND,
    RELATION,
    ROW,
    TERM,
    band_rows,
    fingerprint_of,
    telling,
    term_rows,
)
from apollonia.domain.matching.acoustic import offsets_of, terms_of
from apollonia.domain.matching.likeness import Family, relation_id
from apollonia.domain.matching.perceptual import RADIUS, distance, probes_of
from apollonia.ports.analyses import StoredResult
from apollonia.ports.fingerprints import Fingerprint, Found

_COLUMNS = ", ".join(ROW)
_KNOWN = f"SELECT {_COLUMNS} FROM fingerprints WHERE sha256_hash IN {{keys}}"  # noqa: S608 - ours
_NUMBERED = f"SELECT {_COLUMNS} FROM fingerprints WHERE number IN {{keys}}"  # noqa: S608 - ours
_PAIR = RELATION[:3]
_REPLACE = Otherwise(
    _PAIR,
    "UPDATE SET nature = excluded.nature, score = excluded.score, evidence = excluded.evidence",
)
_FORGET = (
    "DELETE FROM content_relations WHERE family = ? AND {end} = ? AND NOT EXISTS (SELECT 1"
    " FROM relation_decisions d WHERE d.family = content_relations.family"
    " AND d.one = content_relations.one AND d.other = content_relations.other)"
)
_ANALYSED = (
    "SELECT sha256_hash, analyser, version, model, status, reason, data, timestamp FROM analyses"
    " WHERE (sha256_hash, analyser, version) > (?, ?, ?) AND status = 'done'"
    " ORDER BY sha256_hash, analyser, version LIMIT ?"
)


class SqlFingerprints:
    """``Fingerprints`` of ``ports/fingerprints.py``; the database is closed by its opener."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, fingerprints: Sequence[Fingerprint]) -> Sequence[Fingerprint]:
        """Insert or replace; those that are new or differ."""
        return await self._database.write(lambda at: _save(at, fingerprints))

    async def near(self, fingerprint: Fingerprint, limit: int) -> Sequence[Fingerprint]:
        """Others that may be alike, the likeliest first."""
        return await self._database.read(lambda at: _near(at, fingerprint, limit))

    async def relate(self, found: Collection[Found], now: str) -> int:
        """Keep these; how many are new."""
        return await self._database.write(lambda at: _relate(at, found, now)) if found else 0

    async def analysed(self, after: tuple[str, str, str], limit: int) -> Sequence[StoredResult]:
        """Results that fingerprints come from."""
        rows = await self._database.read(lambda at: run(at, _ANALYSED, (*after, limit)))
        return [
            StoredResult(
                sha256_hash=row[0],
                analyser=row[1],
                version=row[2],
                model=row[3],
                status=row[4],
                reason=row[5],
                data=row[6],
                timestamp=row[7],
            )
            for row in rows
        ]


def _save(connection: Connection, given: Sequence[Fingerprint]) -> Sequence[Fingerprint]:
    newest = {(it.sha256_hash, it.family.value): it for it in given}
    lock_names(connection, *(f"fingerprint {sha256}" for sha256, _ in newest))
    known = {
        (row[1], row[2]): row
        for row in select_by_keys(connection, _KNOWN, [sha256 for sha256, _ in newest])
    }
    packed = {key: pack(it) for key, it in newest.items()}
    changed = {
        key: it
        for key, it in newest.items()
        if key not in known or bytes(known[key][5]) != packed[key]
    }
    for key in changed.keys() & known.keys():
        _forget(connection, known[key])
    numbers = driver_of(connection).new_numbers(connection, "fingerprints", len(changed))
    both = list(zip(numbers, changed.values(), strict=True))
    rows = [
        (number, it.sha256_hash, it.family.value, it.version, it.duration_ms, pack(it))
        for number, it in both
    ]
    insert_rows(connection, "fingerprints", ROW, rows)
    terms = [row for number, it in both for row in term_rows(number, it)]
    insert_rows(connection, "acoustic_terms", TERM, terms)
    bands = [row for number, it in both for row in band_rows(number, it)]
    insert_rows(connection, "picture_bands", BAND, bands)
    return list(changed.values())


def _forget(connection: Connection, row: AnyRow) -> None:
    """A fingerprint that is replaced, with what was found by it."""
    number, sha256, family = row[:3]
    old = fingerprint_of(row)
    postings = (
        ("acoustic_terms", "term", {it[0] for it in term_rows(number, old)}),
        ("picture_bands", "slot", {it[0] for it in band_rows(number, old)}),
    )
    for table, key, keys in postings:
        statement = f"DELETE FROM {table} WHERE {key} IN {{keys}} AND fingerprint = {number:d}"  # noqa: S608 - ours
        change_by_keys(connection, statement, keys)
    run(connection, "DELETE FROM fingerprints WHERE number = ?", (number,))
    for end in ("one", "other"):
        run(connection, _FORGET.replace("{end}", end), (family, sha256))


def _near(connection: Connection, wanted: Fingerprint, limit: int) -> Sequence[Fingerprint]:
    acoustic = wanted.family is Family.ACOUSTIC
    votes = _by_terms(connection, wanted) if acoustic else _by_bands(connection, wanted)
    # Some more than asked for: those of the other family and itself are among them.
    likeliest = [number for number, _ in votes.most_common(2 * limit + 1)]
    rows = {row[0]: row for row in select_by_keys(connection, _NUMBERED, likeliest)}
    found = [fingerprint_of(rows[number]) for number in likeliest if number in rows]
    others = [
        it for it in found if it.family is wanted.family and it.sha256_hash != wanted.sha256_hash
    ]
    return others[:limit]


def _by_terms(connection: Connection, wanted: Fingerprint) -> Counter[int]:
    """Terms at the same distance from one another; what many have says nothing."""
    mine = terms_of(wanted.items)
    by_offset: dict[int, Counter[int]] = {}
    for term, rows in look_up(connection, "acoustic_terms", TERM, mine):
        if len(rows) <= MOST_EACH:
            for number, position in rows:
                offsets = by_offset.setdefault(number, Counter())
                offsets.update(position - at for at in mine[term])
    best = ((number, offsets_of(offsets)) for number, offsets in by_offset.items())
    return Counter({number: offsets[0][1] for number, offsets in best if offsets})


def _by_bands(connection: Connection, wanted: Fingerprint) -> Counter[int]:
    """How many of its frames look like one of theirs; of still pictures the nearest first."""
    votes: Counter[int] = Counter()
    for phash in telling(wanted):
        nearest: dict[int, int] = {}
        for _, rows in look_up(connection, "picture_bands", BAND, probes_of(phash)):
            for number, _, other in rows:
                bits = distance(phash, unsigned(other))
                if bits <= RADIUS:
                    nearest[number] = min(bits, nearest.get(number, bits))
        votes.update({number: 1 + RADIUS - bits for number, bits in nearest.items()})
    return votes


def _relate(connection: Connection, found: Collection[Found], now: str) -> int:
    newest: Mapping[tuple[str, ...], Found] = {
        (it.family.value, it.one, it.other): it for it in found
    }
    lock_names(connection, "content relations")
    pairs = "SELECT family, one, other FROM content_relations WHERE one IN {keys}"
    known = {tuple(row) for row in select_by_keys(connection, pairs, {it.one for it in found})}
    rows = (
        (*key, it.likeness.nature.value, it.likeness.score, orjson.dumps(it.likeness.evidence), now)
        for key, it in sorted(newest.items())
    )
    insert_rows(connection, "content_relations", RELATION, rows, otherwise=_REPLACE)
    fresh = sorted(newest.keys() - known)
    changes = (("relation", relation_id(*key), "created", now) for key in fresh)
    insert_rows(connection, "pending_changes", ("entity", "id", "op", "timestamp"), changes)
    return len(fresh)
