"""What the matcher reads from analysis events."""

from array import array
from base64 import b64encode
from typing import Any, cast

import orjson
import pytest

from apollonia.domain.matching.likeness import Family
from apollonia.domain.matching.perceptual import Frame
from apollonia.errors import MalformedMessageError
from apollonia.messages import AnalysisEvent
from apollonia.populate.matcher import Matcher, embeddings_in, fingerprints_in
from apollonia.ports.bus import Delivery
from apollonia.ports.similarity import Embedding
from apollonia.testing.builders import SHA256, a_message, a_time
from apollonia.testing.manual_clock import ManualClock
from apollonia.work.refused import Refused


def an_event(analyser, data, kind="audio", status="done"):
    result = {"analyser": analyser, "version": "3", "status": status, "data": data}
    return AnalysisEvent.model_validate(
        {"sha256_hash": SHA256, "kind": kind, "timestamp": a_time(), "results": [result]}
    )


def test_chromaprints_are_little_endian_numbers():
    items = array("I", [1, 2**32 - 1])
    data = {"chromaprint": b64encode(items.tobytes()).decode(), "duration_ms": 5000}
    [found] = fingerprints_in(an_event("fingerprint", data))
    assert (found.items, found.family) == ((1, 2**32 - 1), Family.ACOUSTIC)
    assert (found.duration_ms, found.version) == (5000, "3")


@pytest.mark.parametrize(("kind", "family"), [("image", Family.IMAGE), ("video", Family.VIDEO)])
def test_perceptual_hashes_are_of_pictures_or_videos(kind, family):
    data = {"frames": [{"at_ms": 40, "phash": "f" * 16}]}
    [found] = fingerprints_in(an_event("perceptual-hash", data, kind))
    assert (found.family, found.frames) == (family, (Frame(40, 2**64 - 1),))


def test_embeddings_are_little_endian_floats():
    values = b64encode(array("f", [1, -0.5]).tobytes()).decode()
    data = {"embedding": {"model": "musicnn", "dimensions": 2, "values": values}}
    assert list(embeddings_in(an_event("genre", data))) == [
        Embedding(SHA256, "musicnn", (1.0, -0.5))
    ]
    data["embedding"]["dimensions"] = 3
    with pytest.raises(MalformedMessageError, match="2 dimensions came"):
        list(embeddings_in(an_event("genre", data)))


def test_other_results_carry_none():
    assert list(fingerprints_in(an_event("tempo", {"chromaprint": "AAAA"}))) == []
    assert list(fingerprints_in(an_event("fingerprint", None, status="failed"))) == []
    assert list(fingerprints_in(an_event("fingerprint", {"chromaprint": ""}))) == []


class NoEmbeddings:
    async def save(self, embeddings):
        assert not embeddings

    async def similar(self, place_id, limit=50):
        raise AssertionError

    recommend = tracks = similar


class NoFingerprints:
    async def save(self, fingerprints):
        raise AssertionError

    near = relate = analysed = save


@pytest.mark.parametrize(
    "data",
    [
        {"chromaprint": "not base64"},
        {"chromaprint": b64encode(b"odd").decode()},
        {"chromaprint": 7},
    ],
)
async def test_what_is_malformed_costs_only_itself(data):
    bad = a_message(orjson.dumps(an_event("fingerprint", data).model_dump(mode="json")))
    none = a_message(orjson.dumps(an_event("tempo", {}).model_dump(mode="json")))
    matcher = Matcher(
        fingerprints=cast("Any", NoFingerprints()), similarity=NoEmbeddings(), clock=ManualClock()
    )
    deliveries = [Delivery(it, "apollonia-matcher", 0, None) for it in (bad, none)]
    with pytest.raises(Refused) as caught:
        await matcher(None, deliveries)
    assert list(caught.value.reasons) == [bad.message_id]
    await matcher(None, deliveries[1:])
