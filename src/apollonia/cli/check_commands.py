"""``apollonia check``."""

from pathlib import Path
from typing import Annotated

import typer


def add_check(app: typer.Typer) -> None:
    """Put the command beside the others."""
    app.command()(check)


def check(
    roots: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DIR", help="Cataloged folders; none: all that are known", show_default=False
        ),
    ] = None,
    repair: Annotated[  # noqa: FBT002 - Typer's flags
        bool,
        typer.Option("--repair", help="Put right what differs: by scans, and from the catalog"),
    ] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder for Apollonia's own state")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Compare folders, catalog, search index, graph and cache; exit code 4 when they differ."""
    from apollonia.cli import commands

    raise typer.Exit(commands.check(roots or [], repair=repair, data=data, as_json=as_json))
