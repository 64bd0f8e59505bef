"""The commands, and how their errors become exit codes.

What they do is imported when one of them runs, so that help and completion answer at once.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from apollonia.cli.check_commands import add_check
from apollonia.cli.dead_commands import dead
from apollonia.cli.duplicate_commands import duplicates
from apollonia.cli.edit_commands import collection, edit
from apollonia.cli.evaluate_command import evaluate
from apollonia.cli.exits import end_well_on_sigterm, exit_code
from apollonia.cli.history_commands import compact, history, replay
from apollonia.cli.likeness_commands import add_likeness
from apollonia.cli.models_commands import models
from apollonia.errors import ApolloniaError

app = typer.Typer(
    name="apollonia",
    help="A self-hosted catalog for music and video.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(dead)
app.add_typer(collection)
app.command()(edit)
app.command()(evaluate)
app.command()(compact)
app.command()(history)
app.command()(replay)
app.add_typer(models)
app.add_typer(duplicates)

DataOption = Annotated[Path | None, typer.Option("--data", help="Folder for Apollonia's own state")]
HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on")]
PortOption = Annotated[int | None, typer.Option("--port", help="Port to listen on")]
Roots = Annotated[
    list[Path] | None, typer.Argument(metavar="DIR", help="Folders to catalog", show_default=False)
]
KnownRoots = Annotated[
    list[Path] | None,
    typer.Argument(metavar="ROOT", help="Cataloged folders; none: all of them", show_default=False),
]
TakeOverOption = Annotated[
    bool,
    typer.Option(
        "--take-over", help="Take the folders from another ingestor that has them, and scan them"
    ),
]


@app.command()
def up(
    roots: Roots = None,
    data: DataOption = None,
    host: HostOption = None,
    port: PortOption = None,
    take_over: TakeOverOption = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Catalog folders and serve the page: everything in this one process.

    Without a folder it makes a small demo library of its own and shows that.
    """
    end_well_on_sigterm()
    from apollonia.cli import commands

    commands.up(roots or [], data=data, host=host, port=port, take_over=take_over)


@app.command()
def ingest(
    roots: Roots = None,
    data: DataOption = None,
    take_over: TakeOverOption = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Only watch and scan folders, and publish what is found."""
    end_well_on_sigterm()
    from apollonia.cli import commands

    commands.ingest(roots or [], data=data, take_over=take_over)


@app.command()
def populate(data: DataOption = None) -> None:
    """Only keep the catalog and the graph up to date with what was published."""
    end_well_on_sigterm()
    from apollonia.cli import commands

    commands.populate(data=data)


@app.command()
def analyze(data: DataOption = None) -> None:
    """Only look into contents, and publish what analysers find; several may run."""
    from apollonia.cli import commands

    commands.analyze(data=data)


@app.command()
def api(data: DataOption = None, host: HostOption = None, port: PortOption = None) -> None:
    """Only serve the page and the API."""
    end_well_on_sigterm()
    from apollonia.cli import commands

    commands.api(data=data, host=host, port=port)


@app.command()
def scan(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="ROOT|FOLDER",
            help="What to scan: cataloged folders, or folders in them; none: everything",
            show_default=False,
        ),
    ] = None,
    verify: Annotated[  # noqa: FBT002 - Typer's flags
        bool,
        typer.Option("--verify", help="Read every file again, and report silent changes"),
    ] = False,
    data: DataOption = None,
) -> None:
    """Ask the running ingestor to look at folders again, or the next one that starts."""
    from apollonia.cli import commands

    commands.scan(paths or [], verify=verify, data=data)


@app.command()
def pause(roots: KnownRoots = None, data: DataOption = None) -> None:
    """Let cataloged folders rest: nothing is read there until they are resumed."""
    from apollonia.cli import commands

    commands.set_paused(roots or [], paused=True, data=data)


@app.command()
def resume(roots: KnownRoots = None, data: DataOption = None) -> None:
    """Let paused folders go on; what changed meanwhile is found."""
    from apollonia.cli import commands

    commands.set_paused(roots or [], paused=False, data=data)


@app.command()
def roots(
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Show what every cataloged folder is doing, how far it is, and what went wrong."""
    from apollonia.cli import commands

    commands.show_roots(data=data, as_json=as_json)


@app.command()
def search(
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help='As in docs/search.md: artist:"Björk" joga')
    ],
    sort: Annotated[
        str | None, typer.Option("--sort", help="relevance, -added, title, duration, year …")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many files")] = 20,
    explain: Annotated[  # noqa: FBT002 - Typer's flags
        bool, typer.Option("--explain", help="Show how the database finds them instead")
    ] = False,
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Search the catalog with the query language; put -- before a query that begins with -."""
    from apollonia.cli import commands
    from apollonia.cli import search as work

    text = " ".join(query)
    if explain:
        commands.with_settings(data, lambda it: work.explain(it, text, sort=sort))
        return
    commands.with_settings(
        data, lambda it: work.search(it, text, sort=sort, limit=limit, as_json=as_json)
    )


@app.command()
def migrate(data: DataOption = None) -> None:
    """Bring the database's schema up to date; services do it by themselves at their start."""
    from apollonia.cli import commands

    commands.migrate(data=data)


@app.command("migrate-to")
def migrate_to(data: DataOption = None) -> None:
    """Copy the embedded catalog in the data folder to the database that the settings name."""
    from apollonia.cli import commands

    commands.migrate_to(data=data)


@app.command()
def config(
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Show the settings in force and where each came from; secrets are hidden."""
    from apollonia.cli import commands

    commands.show_config(data=data, as_json=as_json)


@app.command()
def doctor(roots: Roots = None, data: DataOption = None) -> None:
    """Check everything that Apollonia depends on, and say what to do about faults."""
    from apollonia.cli import commands

    raise typer.Exit(commands.doctor(roots or [], data=data))


@app.command()
def token(
    data: DataOption = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it works")] = 365,
    link: Annotated[  # noqa: FBT002 - Typer's flags
        bool, typer.Option("--link", help="Print a one-time sign-in link for the page instead")
    ] = False,
) -> None:
    """Print a token for scripts: send it as `Authorization: Bearer …`."""
    from apollonia.cli import commands

    commands.token(data=data, days=days, link=link)


graph = typer.Typer(help="Care for the graph of files.", no_args_is_help=True)
app.add_typer(graph, name="graph")


@graph.callback()
def _graph() -> None:
    """Keep `rebuild` a command of its own while it is the only one."""


@graph.command()
def rebuild(data: DataOption = None) -> None:
    """Write the whole graph again from the catalog, while everything else goes on."""
    from apollonia.cli import commands

    commands.rebuild_graph(data=data)


add_likeness(app)
add_check(app)


def main() -> None:
    """Entry point: errors of the taxonomy become one line and their exit code."""
    try:
        app()
    except ApolloniaError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"apollonia: {error.message}", style="red", markup=False, highlight=False
        )
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        Console(stderr=True).print("Stopped before it was ready; nothing is lost.", markup=False)
