import pytest

from apollonia.media.options import MediaOptions
from apollonia.media.sidecars.checksum_files import Sum, SumList
from apollonia.media.workers.batches import Batch, read_inspection
from apollonia.media.workers.process import WorkerLostError
from apollonia.media.workers.requests import InspectRequest

HASHES = {"sha": "a" * 64, "xxh": "b" * 32}


class FakeWorker:
    """Answers one file a frame; dies at poisonous names when it is to look into them."""

    def __init__(self, log, poison, how="crashed"):
        self.log = log
        self.poison = poison
        self.how = how
        self.handled = 0
        self.rss_bytes = 0
        self.frames = []

    async def send(self, message):
        self.log.append([path for path, *_ in message["files"]])
        self.frames = []
        for path, _, probe, *_ in message["files"]:
            if probe and path in self.poison:
                self.frames.append(None)
                return
            self.frames.append({"results": [{"outcome": "ok", "facts": None, **HASHES}]})
        self.frames[-1] |= {"done": True, "rss": 1}

    async def receive(self, time_limit_s):
        frame = self.frames.pop(0)
        if frame is None:
            raise WorkerLostError(self.how)
        return frame


class FakeSlot:
    def __init__(self, poison=(), how="crashed"):
        self.asked = []
        self.poison = set(poison)
        self.how = how
        self.lost = 0

    async def worker(self):
        return FakeWorker(self.asked, self.poison, self.how)

    async def discard(self):
        self.lost += 1


async def inspect(slot, names, **options):
    requests = [InspectRequest(name.encode()) for name in names]
    return await Batch(slot, MediaOptions(**options), requests).run()


async def test_batch_answers_in_order():
    found = await inspect(FakeSlot(), ["a", "b", "c"])
    assert [inspection.path for inspection in found] == [b"a", b"b", b"c"]
    assert {inspection.outcome for inspection in found} == {"ok"}


async def test_batch_pays_for_a_poisonous_file_with_that_file_only():
    slot = FakeSlot(poison={"x"})
    found = await inspect(slot, ["a", "x", *(str(n) for n in range(20))])
    bad = [inspection for inspection in found if inspection.outcome != "ok"]
    assert [inspection.path for inspection in bad] == [b"x"]
    assert bad[0].error is not None
    assert bad[0].error.code == "crashed"
    assert bad[0].sha256_hash == HASHES["sha"]
    assert slot.lost == 3  # in the batch, and twice alone
    assert slot.asked.count(["a"]) == 0  # what was answered before is not asked again


async def test_batch_says_timeout_when_it_was_one():
    found = await inspect(FakeSlot(poison={"x"}, how="timeout"), ["x"], file_time_limit_s=7)
    assert found[0].error is not None
    assert found[0].error.code == "timeout"
    assert "7 s" in found[0].error.message


async def test_batch_survives_nothing_but_poison():
    names = [str(n) for n in range(12)]
    found = await inspect(FakeSlot(poison=names), names, tries=1)
    assert [inspection.error.code for inspection in found if inspection.error] == ["crashed"] * 12


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"outcome": "great"},
        {"outcome": "ok", "sha": "short"},
        {"outcome": "ok", "sha": "z" * 64},
        {"outcome": "ok", "media": "text"},
        {"outcome": "ok", "facts": [1, 2]},
        {"outcome": "error", "code": "x"},
        None,
        [],
    ],
)
def test_inspections_are_not_believed_blindly(answer):
    with pytest.raises((TypeError, ValueError, KeyError)):
        read_inspection(b"p", answer)


async def test_batch_does_not_wait_for_files_that_were_left_out():
    class Forgetful(FakeWorker):
        async def send(self, message):
            await super().send(message)
            if len(message["files"]) > 1:
                self.frames = [{"results": [], "done": True, "rss": 1}]

    class Slot(FakeSlot):
        async def worker(self):
            return Forgetful(self.asked, set())

    found = await inspect(Slot(), ["a", "b"])
    assert [inspection.outcome for inspection in found] == ["ok", "ok"]


def test_a_list_of_sums_is_read_as_data():
    result = {"outcome": "ok", "sums": {"count": 7, "rows": [["caf\xe9", "md5", "0" * 32]]}}
    found = read_inspection(b"/x.md5", result).sums
    assert found == SumList((Sum(b"caf\xe9", "md5", "0" * 32),), 7)
    with pytest.raises(ValueError, match="algorithm"):
        read_inspection(b"/x", {"outcome": "ok", "sums": {"count": 1, "rows": [["x", "rot", ""]]}})
