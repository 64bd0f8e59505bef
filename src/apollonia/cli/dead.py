"""Dead letters at a terminal: the list, one of them, another try, giving up."""

import getpass
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from apollonia.api.present_letters import letter_item, whole_letter
from apollonia.config import Settings
from apollonia.domain.times import format_micros
from apollonia.errors import InvalidError, NotFoundError
from apollonia.ports.dead_letters import (
    MAX_LETTER_PAGE,
    WAITING,
    DeadLetters,
    Letter,
    LetterFilter,
    LetterMark,
    WholeLetter,
)
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import Ports, open_ports

_WIDE = 200  # columns, where nobody looks at a terminal
_SHOWN_REASON = 120


async def show_list(
    settings: Settings, where: LetterFilter, *, every: bool, limit: int, as_json: bool
) -> None:
    """The newest letters that wait, or with ``every`` those in any state."""
    chosen = where if every else _waiting(where)
    async with _opened(settings) as ports:
        letters = await _first(ports.dead_letters, chosen, limit)
        counts = await ports.dead_letters.counts()
    if as_json:
        _print(json.dumps([letter_item(letter) for letter in letters], indent=2))
        return
    waiting = sum(count.number for count in counts if count.state in WAITING)
    if letters:
        Console(width=None if sys.stdout.isatty() else _WIDE).print(_table(letters))
    _tell(f"{waiting} messages wait for a person.")


async def show(settings: Settings, letter_id: str, *, as_json: bool) -> None:
    """One letter with its headers and body."""
    async with _opened(settings) as ports:
        whole = await ports.dead_letters.find(letter_id)
    if whole is None:
        raise NotFoundError(f"no dead letter has the id {letter_id}: `apollonia dead list`")
    if as_json:
        _print(json.dumps(whole_letter(whole), indent=2))
        return
    _print("\n".join(_lines(whole)))


async def requeue(
    settings: Settings, ids: Sequence[str], where: LetterFilter, *, every: bool, as_json: bool
) -> None:
    """Have letters tried again."""
    _require_choice(ids, where, every=every)
    async with _opened(settings) as ports:
        actor, time = _actor(), format_micros(ports.clock.now_micros())
        letters = ports.dead_letters
        for letter_id in ids:
            await letters.request_requeue_of(letter_id, actor=actor, time=time)
        more = 0 if ids else await letters.request_requeue(where, actor=actor, time=time)
    _report(len(ids) + more, "go back to their queues; the populator sends them", as_json=as_json)


async def discard(
    settings: Settings, ids: Sequence[str], where: LetterFilter, *, every: bool, as_json: bool
) -> None:
    """Give letters up."""
    _require_choice(ids, where, every=every)
    async with _opened(settings) as ports:
        actor, time = _actor(), format_micros(ports.clock.now_micros())
        for letter_id in ids:
            await ports.dead_letters.discard_of(letter_id, actor=actor, time=time)
        more = 0 if ids else await ports.dead_letters.discard(where, actor=actor, time=time)
    _report(len(ids) + more, "are discarded", as_json=as_json)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Ports]:
    folder = prepare_data_folder(settings.data, needs_space=False)
    async with open_ports(settings, folder) as ports:
        yield ports


def _require_choice(ids: Sequence[str], where: LetterFilter, *, every: bool) -> None:
    """Everything at once only for who says so; ids and filters do not mix."""
    narrowed = where != LetterFilter()
    if sum((bool(ids), narrowed, every)) != 1:
        raise InvalidError(
            "say which letters are meant: their ids, or --queue, --error, --reason, or --all"
        )


def _waiting(where: LetterFilter) -> LetterFilter:
    return LetterFilter(states=WAITING, queue=where.queue, error=where.error, reason=where.reason)


async def _first(letters: DeadLetters, where: LetterFilter, limit: int) -> list[Letter]:
    found: list[Letter] = []
    after: LetterMark | None = None
    while len(found) < limit:
        step = min(limit - len(found), MAX_LETTER_PAGE)
        page = await letters.page(where, limit=step, after=after)
        found += page.items
        after = page.next
        if after is None:
            break
    return found


def _actor() -> str:
    try:
        return f"cli {getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without a name
        return "cli"


def _report(number: int, words: str, *, as_json: bool) -> None:
    if as_json:
        _print(json.dumps({"changed": number}))
    else:
        _tell(f"{number} dead letters {words}.")


def _table(letters: Sequence[Letter]) -> Table:
    table = Table(show_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("queue", overflow="fold")
    table.add_column("state")
    table.add_column("times", justify="right")
    table.add_column("last", no_wrap=True)
    table.add_column("why", overflow="fold")
    for letter in letters:
        why = f"{letter.error}: {letter.reason}"[:_SHOWN_REASON]
        table.add_row(
            letter.id,
            Text(letter.queue),
            letter.state,
            str(letter.occurrences),
            letter.last_time[:19],
            Text(why),
        )
    return table


def _lines(whole: WholeLetter) -> list[str]:
    shown = whole_letter(whole)
    body, headers = shown.pop("body"), shown.pop("headers")
    lines = [f"{name:>15}  {value}" for name, value in shown.items() if value is not None]
    lines += [f"{'header':>15}  {name}: {value}" for name, value in headers.items()]
    return [*lines, "", body]


def _tell(words: str) -> None:
    Console(soft_wrap=True).print(words, markup=False, highlight=False)


def _print(text: str) -> None:
    print(text.encode("utf-8", "replace").decode())  # noqa: T201 - the result itself
