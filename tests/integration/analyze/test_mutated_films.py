"""Damaged films and pictures through real, confined workers: each gets an answer.

A dozen in the suite; ``make fuzz EXAMPLES=5000`` sends 5,000 through probe and decode, and one in
twelve of them through all analysers.
"""

import asyncio
import hashlib
import os
import random

import numpy as np
import pytest

from apollonia.analyze import registry
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.workbench import Workbench, worker_slot
from apollonia.domain.times import format_nanos
from apollonia.media.imaging.encode_frames import write_frames
from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import InspectRequest
from apollonia.testing.builders import a_work
from apollonia.testing.clips import Scene, make_clip
from apollonia.testing.media_files import make_image, make_video

EXAMPLES = int(os.environ.get("APOLLONIA_TEST_EXAMPLES", "12"))
ALL_OF = 12  # one in so many goes through all analysers
FILMS = ("mp4", "mkv", "webm", "avi", "ts", "wmv", "flv", "mov", "mpg")
PICTURES = ("jpg", "png", "webp", "gif", "tif", "bmp")
SEEING = frozenset(
    [
        "scenes",
        "objects",
        "picture-quality",
        "perceptual-hash",
        "picture",
        "image-classes",
        "container-faults",
        "subtitle-text",
    ]
)
SPECS = tuple(spec for spec in registry.specs() if spec.name in SEEING)


def options() -> AnalyzeOptions:
    return AnalyzeOptions(holder="me", specs=SPECS, time_limit_s=60)


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> list[tuple[str, bytes]]:
    folder = tmp_path_factory.mktemp("originals")
    made = [make_video(folder / f"film.{name}") for name in FILMS]
    made += [make_image(folder / f"picture.{name}") for name in PICTURES]
    clip = folder / "cuts.mp4"
    write_frames(clip, make_clip(1, scenes=2, size=(96, 64)).frames())
    return [(path.suffix, path.read_bytes()) for path in [*made, clip]]


def mutated(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randint(1, 24)):
        at = rng.randrange(len(data))
        match rng.randrange(5):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                data[at : at + 4] = rng.choice(
                    (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff")
                )
            case 2:
                del data[at : at + rng.randint(1, 64)]
            case 3:
                data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 32)))
            case 4 if rng.random() < 0.3:
                del data[max(at, 64) :]
        if len(data) < 64:
            break
    return bytes(data) or b"\0"


def work_on(path, kind):
    stat = path.stat()
    return a_work(
        file_path=str(path),
        kind=kind,
        sha256_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=stat.st_size,
        modified_time=format_nanos(stat.st_mtime_ns),
    )


async def analysed(slot, path, kind, specs):
    wanted = [spec for spec in specs if kind in spec.kinds]
    findings = await Workbench(slot, options()).analyse(work_on(path, kind), wanted)
    assert findings.obstacle is None
    assert {it.analyser for it in findings.results} == {spec.name for spec in wanted}
    assert all(it.status == "done" or it.reason for it in findings.results)
    return findings.results


def is_lost(result) -> bool:
    return any(words in (result.reason or "") for words in ("crashed", "took more"))


async def test_mutations_get_an_answer(tmp_path, originals):
    decode = tuple(spec for spec in SPECS if spec.name in {"container-faults", "picture"})
    lost: list[str] = []
    slot = worker_slot(options())
    try:
        async with MediaPool(MediaOptions(workers=1)) as pool:
            for number in range(EXAMPLES):
                rng = random.Random(number)
                suffix, content = originals[number % len(originals)]
                path = tmp_path / f"{number}{suffix}"
                path.write_bytes(mutated(content, rng))
                kind = "image" if suffix[1:] in PICTURES else "video"
                [found] = await pool.inspect([InspectRequest(bytes(path))])
                assert found.outcome in {"ok", "error"}
                specs = SPECS if number % ALL_OF == 0 else decode
                results = await analysed(slot, path, kind, specs)
                lost += [f"{number} {it.analyser}: {it.reason}" for it in results if is_lost(it)]
                path.unlink()
    finally:
        await slot.discard()
    assert lost == []


async def test_a_picture_of_huge_size_in_a_tiny_file_is_refused(tmp_path):
    from PIL import Image

    path = tmp_path / "bomb.png"
    Image.new("1", (16_000, 9_000)).save(path, optimize=False)
    assert path.stat().st_size < 200_000
    slot = worker_slot(options())
    try:
        specs = [spec for spec in SPECS if spec.name == "picture"]
        [result] = await analysed(slot, path, "image", specs)
    finally:
        await slot.discard()
    assert result.status == "failed"
    assert "pixels" in (result.reason or "")


async def test_a_film_that_says_it_is_huge_is_refused(tmp_path):
    path = tmp_path / "bomb.avi"
    scene = Scene(np.random.default_rng(1), (64, 48), calm=True)
    write_frames(
        path, [scene.frame(0)] * 3, muxer="avi", codec="mjpeg", options={"pix_fmt": "yuvj420p"}
    )
    data = path.read_bytes()
    at = data.index(b"strf") + 12  # BITMAPINFOHEADER: its width and height
    huge = (60_000).to_bytes(4, "little") * 2
    path.write_bytes(data[:at] + huge + data[at + 8 :])
    slot = worker_slot(options())
    try:
        async with asyncio.timeout(30):
            specs = [spec for spec in SPECS if spec.name == "container-faults"]
            [result] = await analysed(slot, path, "video", specs)
    finally:
        await slot.discard()
    assert result.status in {"done", "failed"}  # its real frames may be found small after all
