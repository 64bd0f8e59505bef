"""The query parameters that narrow and sort a list of files."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Query, Request

from apollonia.api.schemas import Sort as SortWord
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.domain.query import Term, parse
from apollonia.domain.query.tree import All, Mode, Text
from apollonia.errors import InvalidError

DEFAULT_AVAILABILITY = (Availability.PRESENT, Availability.MISSING)

_MAX_REPEATS = 64

Words = Annotated[
    str | None,
    Query(
        max_length=2_000,
        description="The query language: words, which all must match, and fields:"
        ' `artist:"Björk" duration:>3m added:<7d`. A fault is answered with its position',
    ),
]
Kinds = Annotated[list[Kind] | None, Query(max_length=_MAX_REPEATS, description="Any of these")]
Formats = Annotated[
    list[Annotated[str, Query(max_length=32)]] | None,
    Query(max_length=_MAX_REPEATS, description="Any of these: mp3, flac …"),
]
Root = Annotated[str | None, Query(max_length=4096, description="Path of a root")]
Folder = Annotated[str | None, Query(max_length=4096, description="Absolute path of a folder")]
Recursive = Annotated[bool, Query(description="Whether `folder` includes the folders inside it")]
Availabilities = Annotated[
    list[Availability] | None,
    Query(max_length=_MAX_REPEATS, description="Any of these; all but trashed when not given"),
]
Statuses = Annotated[
    list[Status] | None, Query(max_length=_MAX_REPEATS, description="Any of these")
]

AnalysisStates = Annotated[
    list[AnalysisState] | None,
    Query(max_length=_MAX_REPEATS, description="Any of these: how far the analysis is"),
]


async def read_filter(  # noqa: PLR0913, PLR0917 - one argument per query parameter, as FastAPI reads them; no thread (context.py)
    request: Request,
    q: Words = None,
    kind: Kinds = None,
    format: Formats = None,  # noqa: A002 - the contract's name
    root: Root = None,
    folder: Folder = None,
    recursive: Recursive = True,  # noqa: FBT002 - a query parameter
    availability: Availabilities = None,
    status: Statuses = None,
    analysis: AnalysisStates = None,
) -> FileFilter:
    """What the list is narrowed to; the same filter whatever the order of the parameters."""
    text, query = read_query(q or "")
    return FileFilter(
        kinds=_words(kind or ()),
        formats=_words(word.lower() for word in format or ()),
        availabilities=_words(availability or DEFAULT_AVAILABILITY),
        statuses=_words(status or ()),
        analyses=_words(analysis or ()),
        root=root or None,
        folder=None if folder is None else _folder(request),
        recursive=recursive,
        text=text,
        query=query,
    )


def read_query(q: str) -> tuple[str | None, Term | None]:
    """Plain words as they are, anything else as a tree; neither when nothing is asked.

    Raises:
        QueryError: with the position.
    """
    term = parse(q)
    words = term.terms if isinstance(term, All) else (term,)
    if all(isinstance(it, Text) and _is_plain(it) for it in words):
        return q.strip(), None
    return (None, term) if term is not None else (q.strip() or None, None)


Where = Annotated[FileFilter, Depends(read_filter)]


def read_sort(word: SortWord | None, where: FileFilter) -> Sort:
    """The order of the list: by relevance when there is a text, else the newest first.

    Raises:
        InvalidError: by relevance without a text.
    """
    if word is None:
        return Sort(SortKey.RELEVANCE if _is_asked(where) else SortKey.ADDED, descending=True)
    if word is SortWord.RELEVANCE:
        if not _is_asked(where):
            raise InvalidError("sort=relevance needs q: give words to search for")
        return Sort(SortKey.RELEVANCE, descending=True)
    return Sort(SortKey(word.value.removeprefix("-")), descending=word.value.startswith("-"))


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A filter and an order that fit together."""

    where: FileFilter
    sort: Sort


async def read_list(
    where: Where,
    sort: Annotated[
        SortWord | None,
        Query(description="Default: `relevance` with `q`, else `-added`"),
    ] = None,
) -> ListQuery:
    """The filter and the order of a list."""
    return ListQuery(where, read_sort(sort, where))


def _is_plain(text: Text) -> bool:
    is_operator = text.mode is Mode.BEGUN and text.text.lower() in {"and", "or", "not"}
    return text.field is None and (text.mode is Mode.WORDS or is_operator)


def _is_asked(where: FileFilter) -> bool:
    return where.text is not None or where.query is not None


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({str(word) for word in words}))


def _folder(request: Request) -> bytes:
    """The raw bytes as they were percent-encoded: names need not be UTF-8."""
    text = request.scope["query_string"].decode("ascii", "surrogateescape")
    pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    raw = dict(pairs).get("folder", "").encode("utf-8", "surrogateescape")
    if not raw.startswith(b"/") or b"\0" in raw:
        raise InvalidError("folder must be an absolute path, such as /music/Ada")
    return raw.rstrip(b"/") or b"/"
