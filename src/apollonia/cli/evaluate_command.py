"""``apollonia evaluate``."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    truth: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            help="A CSV or TSV table with a column file and some of tempo_bpm, key, genre;"
            " none: what people said",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder for Apollonia's own state")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Compare what analysers found with what people corrected, or with a table of truths."""
    from apollonia.cli import commands
    from apollonia.cli import evaluate as evaluating

    commands.with_settings(data, lambda it: evaluating.evaluate(it, truth, as_json=as_json))
