"""``apollonia duplicates …``: files that are there more than once."""

from pathlib import Path
from typing import Annotated

import typer

from apollonia.ports.duplicates import GroupKind

duplicates = typer.Typer(
    name="duplicates",
    help="Files that are there more than once: find them, see which to keep and why.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Data = Annotated[Path | None, typer.Option("--data", help="Folder for Apollonia's own state")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
FileName = Annotated[str, typer.Argument(metavar="FILE", help="A file, by its path or id")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Another file, by its path or id")]


@duplicates.command("list")
def list_(
    kind: Annotated[
        GroupKind,
        typer.Option(
            "--kind",
            help="The same bytes, what sounds or looks the same, or the same song by its tags",
        ),
    ] = GroupKind.EXACT,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many groups")] = 20,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """List groups with what can be saved, the copy to keep, and why; the largest first."""
    from apollonia.cli import commands
    from apollonia.cli import duplicates as work

    commands.with_settings(data, lambda it: work.show(it, kind, limit=limit, as_json=as_json))


@duplicates.command()
def find(data: Data = None) -> None:
    """Compare all that is analysed: what came before, and what was found one by one."""
    from apollonia.cli import commands
    from apollonia.cli import duplicates as work

    commands.with_settings(data, work.find)


@duplicates.command()
def confirm(file: FileName, other: Other, data: Data = None) -> None:
    """Say that two files are what was found: the same recording, picture or work."""
    from apollonia.cli import commands
    from apollonia.cli import duplicates as work

    commands.with_settings(data, lambda it: work.decide(it, file, other, "confirmed"))


@duplicates.command()
def reject(file: FileName, other: Other, data: Data = None) -> None:
    """Say that two files are not alike: they are never proposed again."""
    from apollonia.cli import commands
    from apollonia.cli import duplicates as work

    commands.with_settings(data, lambda it: work.decide(it, file, other, "rejected"))


@duplicates.command()
def reopen(file: FileName, other: Other, data: Data = None) -> None:
    """Take back what was said of two files."""
    from apollonia.cli import commands
    from apollonia.cli import duplicates as work

    commands.with_settings(data, lambda it: work.decide(it, file, other, "proposed"))


@duplicates.command()
def related(
    file: FileName,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Show everything that a file has to do with others, and why."""
    from apollonia.cli import commands
    from apollonia.cli import duplicates as work

    commands.with_settings(data, lambda it: work.related(it, file, as_json=as_json))
