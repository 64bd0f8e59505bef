"""Models that run: loaded once, shared, let go by use; an embedding among the outputs."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from apollonia.analyze.analyser import NotAvailableError
from apollonia.analyze.preparing.embedding import add_embedding
from apollonia.analyze.preparing.labels import labels_in
from apollonia.analyze.runtimes.litert import LiteRt
from apollonia.analyze.runtimes.shelf import ModelShelf
from apollonia.domain.models import Ticket

PICTURES = np.arange(32, dtype=np.int8).reshape(2, 2, 2, 4)


def put_ticket(folder: Path, file: Path, name: str, runtime: str = "litert") -> str:
    """Name a file as a model in a folder of tickets."""
    ticket = Ticket(
        name=name,
        version="1",
        runtime=runtime,
        file=file.name,
        sha256="",
        size=file.stat().st_size,
        precision="fp32",
        origin="",
        labels=(),
        sources={},
    )
    (folder / f"{name}@1.json").write_text(json.dumps(ticket.to_json()))
    return f"{name}@1"


def a_shelf(folder: Path, *, budget: int = 1 << 30) -> ModelShelf:
    return ModelShelf(folder, [LiteRt()], budget_bytes=budget, resident=lambda: 0)


def test_litert_runs_a_batch_one_by_one(tiny_model, tmp_path):
    model_id = put_ticket(tmp_path, tiny_model(), "tiny")
    found = a_shelf(tmp_path).get(model_id).run(picture=PICTURES)["classes"]
    means = PICTURES.reshape(2, 4, 4).mean(axis=1)
    assert found.shape == (2, 4)
    assert found.tolist() == [means[0].tolist(), means[1].tolist()]


@pytest.mark.parametrize(
    "given",
    [
        {"picture": PICTURES.astype(np.float32)},
        {"picture": PICTURES[:, :1]},
        {"picture": PICTURES[:0]},
        {"sound": PICTURES},
    ],
)
def test_litert_refuses_what_the_model_does_not_take(tiny_model, tmp_path, given):
    model = a_shelf(tmp_path).get(put_ticket(tmp_path, tiny_model(), "tiny"))
    with pytest.raises(ValueError, match=r"picture"):
        model.run(**given)


def test_add_embedding_tells_the_mean_and_changes_no_answer(tiny_model, tmp_path):
    source = tiny_model()
    with zipfile.ZipFile(source, "a") as lists:
        lists.writestr("labels.txt", "a\nb\nc\nd\n")
    add_embedding(source, tmp_path / "more.tflite")
    assert labels_in(tmp_path / "more.tflite", "labels.txt") == ("a", "b", "c", "d")
    before = a_shelf(tmp_path).get(put_ticket(tmp_path, source, "before"))
    after = a_shelf(tmp_path).get(put_ticket(tmp_path, tmp_path / "more.tflite", "after"))
    found = after.run(picture=PICTURES)
    assert found["classes"].tolist() == before.run(picture=PICTURES)["classes"].tolist()
    means = PICTURES.reshape(2, 4, 4).mean(axis=1)
    assert found["embedding"].reshape(2, 4) == pytest.approx(means * 0.5, abs=0.25)


def test_add_embedding_refuses_what_is_no_model(tmp_path):
    (tmp_path / "no").write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match="no LiteRT model"):
        add_embedding(tmp_path / "no", tmp_path / "out")


def test_labels_are_missed_by_name(tiny_model):
    with pytest.raises(ValueError, match=r"tiny.tflite has no list labels.txt"):
        labels_in(tiny_model(), "labels.txt")


def test_shelf_loads_once_and_lets_the_longest_unused_go(tiny_model, tmp_path):
    size = tiny_model().stat().st_size
    ids = [put_ticket(tmp_path, tiny_model(f"{n}.tflite"), n) for n in ("a", "b", "c")]
    shelf = a_shelf(tmp_path, budget=2 * size)
    first = shelf.get(ids[0])
    shelf.get(ids[1])
    assert shelf.get(ids[0]) is first
    shelf.get(ids[2])
    assert shelf.loaded == (ids[0], ids[2])
    assert shelf.get(ids[0]) is first
    alone = a_shelf(tmp_path, budget=1)
    alone.warm(ids)
    assert alone.loaded == (ids[2],)


def test_shelf_says_how_to_get_what_is_missing_and_sees_when_it_came(tiny_model, tmp_path):
    shelf = a_shelf(tmp_path)
    with pytest.raises(NotAvailableError, match="`apollonia models prepare tiny`"):
        shelf.get("tiny@1")
    put_ticket(tmp_path, tiny_model(), "tiny")
    assert shelf.get("tiny@1") is shelf.get("tiny@1")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "tiny.tflite").write_bytes(b"no model"),
        lambda folder: (folder / "tiny.tflite").unlink(),
        lambda folder: (folder / "tiny@1.json").write_text("{}"),
    ],
)
def test_shelf_says_what_is_wrong_with_a_damaged_model(
    tiny_model, tmp_path, spoil: Callable[[Path], object]
):
    model_id = put_ticket(tmp_path, tiny_model(), "tiny")
    spoil(tmp_path)
    with pytest.raises(NotAvailableError, match="`apollonia models verify`"):
        a_shelf(tmp_path).get(model_id)


def test_shelf_says_when_nothing_can_run_a_model(tiny_model, tmp_path):
    model_id = put_ticket(tmp_path, tiny_model(), "tiny", runtime="abacus")
    with pytest.raises(NotAvailableError, match="Nothing here can run"):
        a_shelf(tmp_path).get(model_id)
