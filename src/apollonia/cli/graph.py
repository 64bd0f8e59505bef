"""What people ask of the graph from a terminal."""

from rich.console import Console

from apollonia.config import Settings
from apollonia.populate.graph_rebuild import GraphRebuild, Rebuilt
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import open_ports


async def rebuild(settings: Settings) -> None:
    """Write every file of the catalog into the graph, and take away what is not in the catalog."""
    folder = prepare_data_folder(settings.data)
    console = Console(soft_wrap=True)
    async with open_ports(settings, folder) as ports:
        with console.status("reading the catalog") as status:

            def tell(so_far: Rebuilt) -> None:
                status.update(f"{so_far.written} files written, {so_far.removed} taken away")

            done = await GraphRebuild(library=ports.library, graph=ports.graph).run(tell)
    words = f"The graph has all {done.written} files of the catalog"
    gone = f"; {done.removed} that the catalog does not have were taken away"
    console.print(words + (gone if done.removed else "") + ".", markup=False, highlight=False)
