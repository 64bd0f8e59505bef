"""``apollonia history`` and ``apollonia replay``: what the log tells."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option("--data", help="Folder for Apollonia's own state")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]


def history(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file's path or id")],
    at: Annotated[
        str | None,
        typer.Option(help="A time, such as 2026-11-30T12:00:00+00:00: what the file was then"),
    ] = None,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """What happened to a file: found, changed, moved, analysed, edited, by whom and when."""
    from apollonia.cli import commands, events

    commands.with_settings(data, lambda it: events.history(it, file, at, as_json=as_json))


def compact(
    older_than: Annotated[int, typer.Option(metavar="DAYS", min=0, help="Only older events")],
    data: Data = None,
) -> None:
    """Take events out of the log that nothing follows from any more: old changes of files.

    A file keeps its first and its newest event, its deletions and, if it ever moved, all of them;
    edits, analyses and everything else stay. A replay makes the same catalog as before.
    """
    from apollonia.cli import commands, events

    commands.with_settings(data, lambda it: events.compact(it, older_than))


def replay(
    check: Annotated[  # noqa: FBT002 - Typer's flags
        bool, typer.Option("--check", help="Only say what differs; exit with 4 if anything does")
    ] = False,
    data: Data = None,
) -> None:
    """Make the catalog's files anew from its log, and put right what differs.

    Everything else goes on meanwhile; only the last step keeps others from writing for a moment.
    """
    from apollonia.cli import commands, events

    raise typer.Exit(commands.told_by(data, lambda it: events.replay(it, check=check)))
