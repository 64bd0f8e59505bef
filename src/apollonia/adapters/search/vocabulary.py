"""The distinct words of all files on an SQL database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.folding import MISSING, clean, fold
from apollonia.adapters.catalog.vectors import MAX_WORD, words_in
from apollonia.adapters.database.bulk import (
    AnyRow,
    ignoring,
    insert_rows,
    lock_names,
    replacing,
    run,
    select_by_keys,
)
from apollonia.adapters.database.driver import Otherwise
from apollonia.adapters.database.engine import Database
from apollonia.domain.spelling import can_be_wrong, forms_kept

WORD = "word"
"""The field of single words, wherever they stand; the others are whole values."""

_PROGRESS_COLUMNS = ("number", "position", "walked")
_PROGRESS = "SELECT position, walked FROM search_progress"
_CHANGES = (
    "SELECT position, id, op FROM changes WHERE position > ? AND entity = 'file'"
    " ORDER BY position LIMIT ?"
)
_OLDEST = "SELECT coalesce(min(position), 0) FROM changes"
_NEWEST = "SELECT position FROM relay"
_COLUMNS = "number, id, title_key, artist_key, album_key, album_artist, composer, genre, words"
_NEXT_FILES = f"SELECT {_COLUMNS} FROM files WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608 - our words
_FILES = f"SELECT {_COLUMNS} FROM files WHERE id IN {{keys}}"  # noqa: S608 - our words
_MEDIA = "SELECT file, media FROM file_media WHERE file IN {keys}"
_TERMS = "SELECT file, field, term, name FROM file_terms WHERE file IN {keys}"
_KNOWN = "SELECT word FROM search_words WHERE field = 'word' AND word IN {keys}"
_FORGET = ("DELETE FROM search_words", "DELETE FROM search_slips")
_ADD_UP = Otherwise(("field", "word"), "UPDATE SET files = search_words.files + excluded.files")
_WORD_COLUMNS = ("field", "word", "shown", "files")
_VALUES = {"artist": 3, "album": 4, "albumartist": 5, "composer": 6}
_TAGS = {
    "artist": ("artist", "album_artist"),
    "album": ("album",),
    "albumartist": ("album_artist",),
    "composer": ("composer",),
}
_LOCK = "search words"


class _Progress(NamedTuple):
    position: int
    walked: int | None


@dataclass(slots=True)
class _Lesson:
    """What some files teach, and how far one is then."""

    before: _Progress
    after: _Progress
    files: int = 0
    forgets: bool = False
    new: Counter[tuple[str, str]] = field(default_factory=Counter)
    again: set[tuple[str, str]] = field(default_factory=set)
    shown: dict[tuple[str, str], str] = field(default_factory=dict)


class SqlVocabulary:
    """``Vocabulary`` of ``ports/vocabulary.py``.

    First it walks all files that are there, then it follows the changes. Reading and splitting
    happen without the lock that writers share; who comes second throws his lesson away.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def learn(self, limit: int) -> int:
        """Take in the next files; how many."""
        lesson = await self._database.read(lambda at: _lesson(at, limit))
        if lesson.before != lesson.after:
            await self._database.write(lambda at: _keep(at, lesson))
        return lesson.files or int(lesson.before != lesson.after)


def slip_key(form: str) -> int:
    """64 bits that stand for a form of a word."""
    return int.from_bytes(blake2b(form.encode(), digest_size=8).digest(), signed=True)


def _lesson(connection: Connection, limit: int) -> _Lesson:
    before = _progress(connection)
    if before.walked is not None:
        rows = run(connection, _NEXT_FILES, (before.walked, limit))
        walked = rows[-1][0] if len(rows) == limit else None
        position = before.position or run(connection, _NEWEST)[0][0]
        lesson = _Lesson(before, _Progress(position, walked), len(rows))
        _take_in(connection, lesson, rows, frozenset(row[1] for row in rows))
        return lesson
    if before.position + 1 < run(connection, _OLDEST)[0][0]:  # what we did not see is gone
        newest = run(connection, _NEWEST)[0][0]
        return _Lesson(before, _Progress(newest, 0), forgets=True)
    changes = run(connection, _CHANGES, (before.position, limit))
    if not changes:
        return _Lesson(before, before)
    created = frozenset(row[1] for row in changes if row[2] == "created")
    rows = select_by_keys(connection, _FILES, (row[1] for row in changes if row[2] != "deleted"))
    lesson = _Lesson(before, _Progress(changes[-1][0], None), len(changes))
    _take_in(connection, lesson, rows, created)
    return lesson


def _progress(connection: Connection) -> _Progress:
    rows = run(connection, _PROGRESS)
    return _Progress(*rows[0]) if rows else _Progress(0, 0)


def _take_in(
    connection: Connection, lesson: _Lesson, rows: Sequence[AnyRow], created: frozenset[str]
) -> None:
    numbers = [row[0] for row in rows]
    media = {row[0]: row[1] for row in select_by_keys(connection, _MEDIA, numbers)}
    for row in rows:
        values = {(name, row[at]) for name, at in _VALUES.items() if row[at] and row[at] != MISSING}
        texts = [text for text in row[2:] if text != MISSING]
        words = {(WORD, word[:MAX_WORD]) for text in texts for word in words_in(text)}
        _count(lesson, words | values, is_new=row[1] in created)
        _note_names(lesson, values, media.get(row[0]))
    ids = {row[0]: row[1] for row in rows}
    for number, name, term, shown in select_by_keys(connection, _TERMS, numbers):
        key = (name.removesuffix("_found"), term)
        _count(lesson, {key}, is_new=ids[number] in created)
        if shown:
            lesson.shown[key] = shown


def _count(lesson: _Lesson, keys: Iterable[tuple[str, str]], *, is_new: bool) -> None:
    if is_new:
        lesson.new.update(keys)
    else:
        lesson.again.update(keys)


def _note_names(lesson: _Lesson, values: Iterable[tuple[str, str]], media: Any) -> None:
    missing = [key for key in values if key not in lesson.shown]
    if not missing or not media:
        return
    tags: Mapping[str, Any] = orjson.loads(media).get("tags") or {}
    for name, value in missing:
        for tag in _TAGS[name]:
            shown = tags.get(tag)
            if isinstance(shown, str) and fold(shown) == value:
                lesson.shown[name, value] = " ".join(clean(shown).split())


def _keep(connection: Connection, lesson: _Lesson) -> None:
    lock_names(connection, _LOCK)
    if _progress(connection) != lesson.before:
        return  # another process was faster
    for statement in _FORGET if lesson.forgets else ():
        run(connection, statement)
    words = {word for name, word in (*lesson.new, *lesson.again) if name == WORD}
    words -= {row[0] for row in select_by_keys(connection, _KNOWN, words)}
    slips = (
        (slip_key(form), word)
        for word in sorted(words)
        if can_be_wrong(word)
        for form in forms_kept(word)
    )
    insert_rows(
        connection, "search_slips", ("slip", "word"), slips, otherwise=ignoring("slip", "word")
    )
    new = [(*key, _shown(lesson, key), count) for key, count in sorted(lesson.new.items())]
    insert_rows(connection, "search_words", _WORD_COLUMNS, new, otherwise=_ADD_UP)
    again = [(*key, _shown(lesson, key), 1) for key in sorted(lesson.again - lesson.new.keys())]
    otherwise = ignoring("field", "word")
    insert_rows(connection, "search_words", _WORD_COLUMNS, again, otherwise=otherwise)
    insert_rows(
        connection,
        "search_progress",
        _PROGRESS_COLUMNS,
        [(1, *lesson.after)],
        otherwise=replacing("number", _PROGRESS_COLUMNS),
    )


def _shown(lesson: _Lesson, key: tuple[str, str]) -> str | None:
    shown = lesson.shown.get(key)
    return shown if shown != key[1] else None
