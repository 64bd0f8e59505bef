"""Models made ready from a mirror of the real ones; what is missing, refused or declined."""

import asyncio
import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

from apollonia.adapters.models import FolderModels, Sources
from apollonia.analyze.preparing.child import run
from apollonia.analyze.preparing.preparer import Asides, Preparer
from apollonia.analyze.preparing.throwaway import requirements
from apollonia.analyze.runtimes.litert import LiteRt
from apollonia.domain.models import Ticket
from apollonia.errors import InvalidError, ModelsUnavailableError

ALL = ("musicnn-msd", "musicnn-mtt", "yamnet", "mobilenet-v2", "ssd-mobilenet-v1-coco")


def a_preparer(store: FolderModels, *, asked: list[str] | None = None) -> Preparer:
    async def consent(words: str) -> bool:
        if asked is not None:
            asked.append(words)
        return False

    def quiet(*_: object) -> None:
        pass

    return Preparer(store, Asides(progress=quiet, say=quiet, consent=consent))


def a_store(folder: Path, mirror: Path) -> FolderModels:
    return FolderModels(folder, Sources(mirror=str(mirror), published=False))


@pytest.mark.media
async def test_every_model_is_prepared_from_a_mirror(real_models, tmp_path):
    pytest.importorskip("ai_edge_litert")
    store = a_store(tmp_path, real_models)
    async with a_preparer(store) as preparer:
        for spec in store.specs():
            assert (await preparer.pull(spec.name)).state == "ready"
    for name in ALL:
        status = await store.verify(name)
        assert status.state == "ready"
        assert status.ticket is not None
        model = LiteRt().load(tmp_path, status.ticket)
        given = status.spec.inputs[0]
        row = np.zeros(given.shape if given.shape[0] == 1 else (1, *given.shape), given.dtype)
        found = model.run(**{given.name: row})
        assert {it.name: it.shape for it in status.spec.outputs} == {
            name: value.shape for name, value in found.items()
        }
    labels = {name: (await _ticket(store, name)).labels for name in ALL}
    assert [len(labels[name]) for name in ALL] == [50, 50, 521, 1001, 90]
    assert labels["yamnet"][:2] == ("Speech", "Child speech, kid speaking")
    assert labels["musicnn-msd"][:3] == ("rock", "pop", "alternative")


@pytest.mark.media
async def test_what_is_made_here_is_what_the_mirror_has_ready(real_models, tmp_path):
    store = a_store(tmp_path, real_models)
    async with a_preparer(store) as preparer:
        for name in ("yamnet", "mobilenet-v2", "brisque-live"):
            await preparer.pull(name)
    ready = {"yamnet": "yamnet_with_embedding", "mobilenet-v2": "mobilenet_v2_with_embedding"}
    random = np.random.default_rng(7)
    for name, file in ready.items():
        status = await store.status(name)
        ticket = await _ticket(store, name)
        theirs = LiteRt().load(
            real_models / "converted", dataclasses.replace(ticket, file=f"{file}.tflite")
        )
        ours = LiteRt().load(tmp_path, ticket)
        given = status.spec.inputs[0]
        shape = given.shape if given.shape[0] == 1 else (1, *given.shape)
        row = (random.random(shape) * (255 if given.dtype == "uint8" else 1)).astype(given.dtype)
        for output, value in theirs.run(**{given.name: row}).items():
            assert np.abs(ours.run(**{given.name: row})[output] - value).max() <= 1e-5
    brisque = await _ticket(store, "brisque-live")
    with (
        np.load(tmp_path / brisque.file) as made,
        np.load(real_models / "converted/brisque_live.npz") as ready_made,
    ):
        assert all(np.array_equal(made[name], ready_made[name]) for name in ready_made)


@pytest.mark.media
async def test_a_model_that_answers_something_else_is_not_kept(real_models, tmp_path):
    pytest.importorskip("ai_edge_litert")
    store = a_store(tmp_path, real_models)
    spec = store.spec("musicnn-msd")
    wrong = dataclasses.replace(spec, check={0: 0.9})
    store = FolderModels(tmp_path, Sources(mirror=str(real_models), published=False), [wrong])
    async with a_preparer(store) as preparer:
        with pytest.raises(ModelsUnavailableError, match="where the manifest has"):
            await preparer.prepare("musicnn-msd")
    assert (await store.status("musicnn-msd")).state != "ready"


@pytest.mark.media
async def test_conversion_is_asked_for_and_told_how_to_do_without(real_models, tmp_path):
    if sys.modules.get("tensorflow") or _has_tensorflow():
        pytest.skip("TensorFlow is here: nobody is asked")
    mirror = tmp_path / "raw"
    mirror.mkdir()
    (mirror / "upstream").symlink_to(real_models / "upstream")
    asked: list[str] = []
    store = a_store(tmp_path / "store", mirror)
    async with a_preparer(store, asked=asked) as preparer:
        assert (await preparer.pull("musicnn-msd")).state == "raw"
        assert asked == []
        with pytest.raises(ModelsUnavailableError, match="APOLLONIA_MODELS__MIRROR"):
            await preparer.prepare("musicnn-msd")
    assert "1.3 GB" in asked[0]
    assert (await store.status("musicnn-msd")).state == "raw"


async def test_int8_is_refused_with_the_reason(tmp_path):
    async with a_preparer(a_store(tmp_path, tmp_path)) as preparer:
        with pytest.raises(InvalidError, match="int8 is refused"):
            await preparer.prepare("musicnn-msd", "int8")
        with pytest.raises(InvalidError, match="published only"):
            await preparer.prepare("yamnet", "fp16")


async def test_what_no_source_has_is_told(tmp_path):
    async with a_preparer(a_store(tmp_path, tmp_path)) as preparer:
        with pytest.raises(ModelsUnavailableError, match=r"yamnet.*it is not there"):
            await preparer.prepare("yamnet")


async def test_a_program_that_fails_or_hangs_is_told_and_gone():
    failing = [sys.executable, "-c", "print('no luck'); raise SystemExit(3)"]
    with pytest.raises(ModelsUnavailableError, match=r"trying failed \(exit 3\): no luck"):
        await run(failing, limit_s=20, doing="trying")
    hanging = [sys.executable, "-c", "import time; time.sleep(60)"]
    async with asyncio.timeout(10):
        with pytest.raises(ModelsUnavailableError, match="took longer"):
            await run(hanging, limit_s=0.3, doing="trying")
    with pytest.raises(ModelsUnavailableError, match="cannot be started"):
        await run(["/no/such/program"], limit_s=1, doing="trying")


def test_requirements_of_the_throwaway_environment_are_hashed():
    text = requirements().read_text()
    assert "tensorflow-cpu==2.21" in text
    assert text.count("--hash=sha256:") > 50


def _has_tensorflow() -> bool:
    from importlib.util import find_spec

    return find_spec("tensorflow") is not None


async def _ticket(store: FolderModels, name: str) -> Ticket:
    ticket = (await store.status(name)).ticket
    assert ticket is not None
    return ticket
