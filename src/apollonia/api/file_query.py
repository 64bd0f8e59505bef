"""The query parameters that narrow and sort a list of files."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Query, Request

from apollonia.api.schemas import Sort as SortWord
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.paging import FileFilter, Sort, SortKey
from apollonia.errors import InvalidError

DEFAULT_AVAILABILITY = (Availability.PRESENT, Availability.MISSING)

_MAX_REPEATS = 64

Words = Annotated[str | None, Query(max_length=500, description="Full text: all words must match")]
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
    return FileFilter(
        kinds=_words(kind or ()),
        formats=_words(word.lower() for word in format or ()),
        availabilities=_words(availability or DEFAULT_AVAILABILITY),
        statuses=_words(status or ()),
        analyses=_words(analysis or ()),
        root=root or None,
        folder=None if folder is None else _folder(request),
        recursive=recursive,
        text=(q or "").strip() or None,
    )


Where = Annotated[FileFilter, Depends(read_filter)]


def read_sort(word: SortWord | None, where: FileFilter) -> Sort:
    """The order of the list: by relevance when there is a text, else the newest first.

    Raises:
        InvalidError: by relevance without a text.
    """
    if word is None:
        return Sort(SortKey.RELEVANCE if where.text else SortKey.ADDED, descending=True)
    if word is SortWord.RELEVANCE:
        if where.text is None:
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
