"""Models that are fetched unasked: only where it takes no TensorFlow, and again when it failed."""

import asyncio
from hashlib import sha256
from pathlib import Path

from apollonia.adapters.models import FolderModels, Sources
from apollonia.adapters.models.manifest import read_manifest
from apollonia.analyze.preparing.supply import ModelSupply
from apollonia.domain.models import ModelFile, ModelSpec

CONTENT = b"a model"


def a_spec(name: str, preparation: str = "") -> ModelSpec:
    return ModelSpec(
        name=name,
        version="1",
        task="",
        licence="",
        authors="",
        runtime="arrays",
        files=(ModelFile(f"{name}.bin", sha256(CONTENT).hexdigest(), len(CONTENT)),),
        preparation=preparation,
        made={},
        check={},
    )


async def test_supply_fetches_and_leaves_conversions_to_people(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    specs = [a_spec("plain"), a_spec("keras", "musicnn")]
    store = FolderModels(tmp_path / "s", Sources(mirror=str(mirror), published=False), specs)
    stop = asyncio.Event()
    task = asyncio.create_task(ModelSupply(store, again_s=0.01).run(stop))
    await asyncio.sleep(0.05)
    assert (await store.status("plain")).state == "missing"
    for spec in specs:
        (mirror / f"{spec.name}.bin").write_bytes(CONTENT)
    states: list[str] = []
    for _ in range(500):
        states = [(await store.status(spec.name)).state for spec in specs]
        if states == ["ready", "raw"]:
            break
        await asyncio.sleep(0.01)
    assert states == ["ready", "raw"]
    stop.set()
    await asyncio.wait_for(task, 2)


def test_nothing_is_fetched_unasked_by_default() -> None:
    from apollonia.config import Settings

    assert Settings().models.auto_pull is False
    assert read_manifest()
