"""The manifest that ships: complete, pinned, and without two models of one name."""

import re

import pytest

from apollonia.adapters.models.manifest import read_manifest
from apollonia.domain.models import Ticket


def test_manifest_pins_every_file():
    specs = read_manifest()
    assert {spec.name for spec in specs} >= {"musicnn-msd", "musicnn-mtt", "yamnet"}
    for spec in specs:
        assert spec.task
        assert spec.licence
        assert spec.authors
        assert spec.files
        for file in (*spec.files, *spec.made.values()):
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)
            assert file.size > 0
        for file in spec.files:
            assert file.urls
            assert all(re.search("/[0-9a-f]{40}/", url) for url in file.urls), "at a commit"
        assert spec.runtime == "arrays" or (spec.inputs and spec.outputs)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[model]]\nname = 'a'", "lacks"),
        ("nothing = 1", "lacks"),
        ("[[model", "Expected"),
    ],
)
def test_manifest_faults_are_told(text, fault):
    with pytest.raises(ValueError, match=fault):
        read_manifest(text)


def test_a_ticket_is_read_as_it_was_written():
    ticket = Ticket(
        name="a",
        version="2",
        runtime="litert",
        file="files/x",
        sha256="0" * 64,
        size=3,
        precision="fp16",
        origin="test",
        labels=("x", "y"),
        sources={"w.h5": "files/y"},
    )
    assert Ticket.from_json(ticket.to_json()) == ticket
