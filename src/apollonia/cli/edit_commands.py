"""``apollonia edit`` and ``apollonia collection …``: what people say of their files."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option("--data", help="Folder for Apollonia's own state")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
CollectionId = Annotated[str, typer.Argument(metavar="ID", help="As `collection list` prints it.")]
_WORDS = (
    "field=value sets, field= takes back, +tag and -tag, by themselves behind `--` where they come"
    " first; fields: title artist album album_artist composer genre year track disc tempo_bpm key"
    " language note rating favourite deleted"
)

collection = typer.Typer(
    name="collection",
    help="Collections: files in an order, or a search that was saved.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def edit(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file's path or id")],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="CHANGE", help=_WORDS, show_default=False)
    ] = None,
    content: Annotated[  # noqa: FBT002 - Typer's flags
        bool, typer.Option("--content", help="Of the content: true of every copy of the file")
    ] = False,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Say something of a file; the file itself is never written. Without changes: what is said."""
    from apollonia.cli import commands, edits

    commands.with_settings(
        data, lambda it: edits.edit(it, file, words or (), content=content, as_json=as_json)
    )


@collection.command("list")
def list_(
    deleted: Annotated[  # noqa: FBT002 - Typer's flags
        bool, typer.Option("--deleted", help="Those that can be restored")
    ] = False,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """List the collections."""
    from apollonia.cli import commands, edits

    commands.with_settings(
        data, lambda it: edits.list_collections(it, deleted=deleted, as_json=as_json)
    )


@collection.command()
def show(
    collection_id: CollectionId,
    data: Data = None,
    as_json: Json = False,  # noqa: FBT002 - Typer's flags
) -> None:
    """Show the files of a manual collection in their order."""
    from apollonia.cli import commands, edits

    commands.with_settings(
        data, lambda it: edits.show_collection(it, collection_id, as_json=as_json)
    )


@collection.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    query: Annotated[
        str | None, typer.Option("--query", help="Save this search, in place of files")
    ] = None,
    data: Data = None,
) -> None:
    """Make a collection; prints its id."""
    from apollonia.cli import commands, edits

    commands.with_settings(data, lambda it: edits.create_collection(it, name, query))


@collection.command()
def add(
    collection_id: CollectionId,
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Paths or ids of files")],
    data: Data = None,
) -> None:
    """Put files at the end of a collection."""
    from apollonia.cli import commands, edits

    commands.with_settings(data, lambda it: edits.add_items(it, collection_id, files))


@collection.command()
def remove(
    collection_id: CollectionId,
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Paths or ids of files")],
    data: Data = None,
) -> None:
    """Take files out of a collection."""
    from apollonia.cli import commands, edits

    commands.with_settings(data, lambda it: edits.remove_items(it, collection_id, files))


@collection.command()
def delete(
    collection_id: CollectionId,
    data: Data = None,
) -> None:
    """Delete a collection; `restore` brings it back as it was."""
    from apollonia.cli import commands, edits

    commands.with_settings(
        data, lambda it: edits.change_collection(it, collection_id, {"deleted": True})
    )


@collection.command()
def restore(
    collection_id: CollectionId,
    data: Data = None,
) -> None:
    """Bring a deleted collection back."""
    from apollonia.cli import commands, edits

    commands.with_settings(
        data, lambda it: edits.change_collection(it, collection_id, {"deleted": None})
    )
