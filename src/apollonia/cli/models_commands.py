"""``apollonia models …``: the models that analysers need."""

from pathlib import Path
from typing import Annotated

import typer

models = typer.Typer(
    name="models",
    help="Models that analysers need: see which are here, fetch, prepare, check, remove them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Data = Annotated[Path | None, typer.Option("--data", help="Folder for Apollonia's own state")]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", help="Models, by name; none: all", show_default=False),
]


@models.command("list")
def list_(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """List all models: how each is here, its size, licence and what it is for."""
    from apollonia.cli import commands
    from apollonia.cli import models as work

    commands.with_settings(data, lambda it: work.show_list(it, as_json=as_json))


@models.command()
def pull(names: Names = None, data: Data = None) -> None:
    """Fetch models, and make them ready where that takes no TensorFlow."""
    from apollonia.cli import commands
    from apollonia.cli import models as work

    commands.with_settings(data, lambda it: work.pull(it, names or []))


@models.command()
def prepare(
    names: Names = None,
    yes: Annotated[  # noqa: FBT002 - Typer's flags
        bool,
        typer.Option(
            "--yes", help="Fetch TensorFlow into a throw-away folder (1.3 GB) without asking"
        ),
    ] = False,
    precision: Annotated[
        str, typer.Option("--precision", help="fp32, or fp16: files of half the size")
    ] = "fp32",
    again: Annotated[  # noqa: FBT002 - Typer's flags
        bool, typer.Option("--again", help="Those that are ready, too")
    ] = False,
    data: Data = None,
) -> None:
    """Make models ready to run: fetch what is missing, convert, check the answers."""
    from apollonia.cli import commands
    from apollonia.cli import models as work

    commands.with_settings(
        data,
        lambda it: work.prepare(it, names or [], yes=yes, precision=precision, again=again),
    )


@models.command()
def verify(names: Names = None, data: Data = None) -> None:
    """Read every file again and compare it with its checksum; exit code 4 when one is damaged."""
    from apollonia.cli import commands
    from apollonia.cli import models as work

    faults: list[str] = []
    commands.with_settings(data, lambda it: work.verify(it, names or [], faults))
    if faults:
        from apollonia.cli.exits import FAULTS

        raise typer.Exit(FAULTS)


@models.command()
def rm(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Models, by name")],
    data: Data = None,
) -> None:
    """Remove models and the files that only they need."""
    from apollonia.cli import commands
    from apollonia.cli import models as work

    commands.with_settings(data, lambda it: work.remove(it, names))
