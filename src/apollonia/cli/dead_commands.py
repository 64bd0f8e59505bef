"""``apollonia dead …``: messages that could not be handled."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from apollonia.ports.dead_letters import LetterFilter

dead = typer.Typer(
    name="dead",
    help="Messages that could not be handled: look at them, have them tried again, give them up.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Data = Annotated[Path | None, typer.Option("--data", help="Folder for Apollonia's own state")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Queue = Annotated[str | None, typer.Option("--queue", help="Only those of this queue")]
Error = Annotated[str | None, typer.Option("--error", help="Only those with exactly this error")]
Reason = Annotated[
    str | None, typer.Option("--reason", help="Only those with these words in the reason")
]
Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID", help="Letters, by the id that `list` shows", show_default=False),
]
Every = Annotated[bool, typer.Option("--all", help="All that wait")]


@dead.command("list")
def list_(  # noqa: PLR0913, PLR0917 - Typer's options
    queue: Queue = None,
    error: Error = None,
    reason: Reason = None,
    every: Annotated[  # noqa: FBT002 - Typer's flags
        bool, typer.Option("--all", help="Those that were sent back or discarded, too")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first")] = 50,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """List those that wait for a person: where, why, how often, since when."""
    from apollonia.cli import commands
    from apollonia.cli import dead as work

    where = _where(queue, error, reason)
    commands.with_settings(
        data, lambda it: work.show_list(it, where, every=every, limit=limit, as_json=as_json)
    )


@dead.command()
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `list` shows")],
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Show one with its headers and its body."""
    from apollonia.cli import commands
    from apollonia.cli import dead as work

    commands.with_settings(data, lambda it: work.show(it, letter_id, as_json=as_json))


@dead.command()
def requeue(  # noqa: PLR0913, PLR0917 - Typer's options
    ids: Ids = None,
    queue: Queue = None,
    error: Error = None,
    reason: Reason = None,
    every: Every = False,  # noqa: FBT002 - Typer's flags
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Send letters back to the queue that they were in, and to no other, to be tried again."""
    from apollonia.cli import commands
    from apollonia.cli import dead as work

    where = _where(queue, error, reason)
    commands.with_settings(
        data, lambda it: work.requeue(it, ids or [], where, every=every, as_json=as_json)
    )


@dead.command()
def discard(  # noqa: PLR0913, PLR0917 - Typer's options
    ids: Ids = None,
    queue: Queue = None,
    error: Error = None,
    reason: Reason = None,
    every: Every = False,  # noqa: FBT002 - Typer's flags
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Give letters up: they are marked, and deleted later."""
    from apollonia.cli import commands
    from apollonia.cli import dead as work

    where = _where(queue, error, reason)
    commands.with_settings(
        data, lambda it: work.discard(it, ids or [], where, every=every, as_json=as_json)
    )


def _where(queue: str | None, error: str | None, reason: str | None) -> "LetterFilter":
    from apollonia.ports.dead_letters import LetterFilter

    return LetterFilter(queue=queue, error=error, reason=reason)
