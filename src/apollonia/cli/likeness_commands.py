"""``apollonia similar``, ``recommend`` and ``mix``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from apollonia.domain.mixing import EnergyCurve

Data = Annotated[Path | None, typer.Option("--data", help="Folder for Apollonia's own state")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many")]


class Output(StrEnum):
    """How a mix is printed."""

    TEXT = "text"
    JSON = "json"
    M3U = "m3u"


def add_likeness(app: typer.Typer) -> None:
    """Put the commands beside the others."""
    for command in (similar, recommend, mix):
        app.command()(command)


def similar(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file, by its path or id")],
    limit: Limit = 20,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Show files that are like one: by sound or look, and by what they share; and why."""
    from apollonia.cli import commands
    from apollonia.cli import likeness as work

    commands.with_settings(data, lambda it: work.similar(it, file, limit=limit, as_json=as_json))


def recommend(
    person: Annotated[
        str | None, typer.Argument(metavar="PERSON", help="Whose plays and ratings; default: yours")
    ] = None,
    limit: Limit = 20,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Show what somebody may like, by what was played, rated and marked; and why."""
    from apollonia.cli import commands
    from apollonia.cli import likeness as work

    commands.with_settings(
        data, lambda it: work.recommend(it, person, limit=limit, as_json=as_json)
    )


def mix(  # noqa: PLR0913, PLR0917 - Typer's options
    seeds: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Where it begins, and what else is in it")
    ],
    minutes: Annotated[float, typer.Option(min=1, max=1_440, help="How long")] = 60,
    tempo: Annotated[
        str | None, typer.Option(help="BPM, or from..to: 118..128; default: as the track before")
    ] = None,
    energy: Annotated[EnergyCurve | None, typer.Option(help="How energy goes through it")] = None,
    keys: Annotated[bool, typer.Option(help="Whether keys must fit")] = True,  # noqa: FBT002 - Typer's flags
    output: Annotated[Output, typer.Option(help="How it is printed")] = Output.TEXT,
    data: Data = None,
) -> None:
    """Make a mix: tracks like those that are named, in an order whose tempo and keys fit."""
    from apollonia.cli import commands
    from apollonia.cli import likeness as work

    plan = work.plan_of(minutes, tempo, energy, keys=keys)
    commands.with_settings(data, lambda it: work.make_mix(it, seeds, plan, output=output))
