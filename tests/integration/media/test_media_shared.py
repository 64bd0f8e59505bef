"""The real files of the shared folder: each is cataloged as what it is, or with its reason."""

import asyncio
import csv

import pytest

from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import ArtworkRequest, InspectRequest
from apollonia.messages import Media

pytestmark = pytest.mark.media

FAULTS = {
    "audio/tags/beets_full.wma": "corrupt",  # its tags are readable, its sound is not there
    "audio/tags/beets_image.wma": "corrupt",
    "audio/tags/beets_pure.wma": "corrupt",
    "audio/tags/beets_oldape.ape": "corrupt",
    "audio/formats/1024_incrementing_bytes.mp3": "unsupported",
    "audio/damaged/taglib_infloop.wv": "no_streams",
    "audio/damaged/taglib_excessive_alloc.aif": "unsupported",
    "audio/damaged/taglib_zerodiv.ape": "unsupported",
    "audio/damaged/taglib_zerodiv.mpc": "no_streams",
    "audio/damaged/taglib_segfault.wav": "truncated",
    "audio/damaged/taglib_segfault2.mpc": "corrupt",
    "damaged/truncated_no_moov.mov": "truncated",
    "damaged/zero_bytes.mp3": "empty",
}
DAMAGED = {"damaged/truncated.mkv", "damaged/truncated.mp3"}
KINDS = {
    "damaged/image_named.mp4": "image",
    "audio/damaged/taglib_unsupported-extension.xx": "other",
    "audio/damaged/taglib_no-extension": "other",
    "audio/derived/cover.jpg": "image",
    "audio/tags/beets_only-magic-bytes.jpg": "image",
    "video/formats/sample_opus.mp4": "audio",
    "video/formats/sample_still_photo.heic": "image",
}
FOLDER_KINDS = {"audio": "audio", "video": "video", "image": "image", "subtitles": "subtitle"}
FULL = {
    "title": "full",
    "artist": "the artist",
    "album": "the album",
    "composer": "the composer",
    "genre": "the genre",
    "year": 2001,
    "track": 2,
    "track_total": 3,
    "disc": 4,
    "disc_total": 5,
    "comment": "the comments",
    "lyrics": "the lyrics",
    "bpm": 6.0,
}


@pytest.fixture(scope="module")
def truth(shared_media):
    with (shared_media / "MANIFEST.tsv").open(encoding="utf-8") as file:
        return {row["file"]: row for row in csv.DictReader(file, delimiter="\t")}


@pytest.fixture(scope="module")
def found(shared_media, truth):
    requests = [InspectRequest(bytes(shared_media / name)) for name in truth]

    async def inspect():
        async with MediaPool() as pool:
            batches = [requests[start : start + 64] for start in range(0, len(requests), 64)]
            answers = await asyncio.gather(*map(pool.inspect, batches))
        return {one.path: one for answer in answers for one in answer}

    inspections = asyncio.run(inspect())
    return {name: inspections[bytes(shared_media / name)] for name in truth}


def media(found, name):
    assert found[name].media is not None
    return Media.model_validate(found[name].media)


def test_shared_files_have_the_manifests_hashes(found, truth):
    wrong = [n for n, row in truth.items() if found[n].sha256_hash != row["sha256"]]
    assert wrong == []


def test_shared_files_open_or_say_why_not(found):
    faults = {n: one.error.code for n, one in found.items() if one.error}
    assert faults == FAULTS
    assert all(one.error.message for one in found.values() if one.error)
    damaged = {n for n, one in found.items() if one.media and one.media.get("damage")}
    assert damaged == DAMAGED


def test_shared_files_have_the_right_kind(found):
    kinds = {name: str(media(found, name).kind) for name in found}
    expected = {name: KINDS.get(name) or FOLDER_KINDS.get(name.split("/")[0]) for name in found}
    wrong = {
        name: kinds[name]
        for name, kind in expected.items()
        if kind is not None and kinds[name] != kind
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "name",
    ["mp3", "flac", "m4a", "alac.m4a", "ogg", "opus", "aiff", "wv", "ape", "wma", "mpc", "dsf"],
)
def test_shared_full_tags_are_read_from_every_container(found, name):
    tags = media(found, f"audio/tags/beets_full.{name}").tags
    assert {field: getattr(tags, field) for field in FULL} == FULL


@pytest.mark.parametrize(
    ("name", "format_", "codec"),
    [
        ("audio/tags/beets_full.ape", "ape", "ape"),
        ("audio/tags/beets_full.mpc", "mpc", "musepack7"),
        ("audio/tags/beets_full.dsf", "dsf", "dsd_lsbf_planar"),
        ("audio/tags/beets_full.wv", "wv", "wavpack"),
        ("audio/formats/sample_nb.amr", "amr", "amr_nb"),
        ("audio/formats/sample.ac3", "ac3", "ac3"),
        ("audio/formats/sample.adts", "aac", "aac"),
        ("audio/formats/bear_flac.ogg", "ogg", "flac"),
        ("audio/formats/bear_with_id3.flac", "flac", "flac"),
        ("video/formats/sample_opus.mp4", "m4a", "opus"),
        ("video/formats/sample_av1.mp4", "mp4", "av1"),
        ("video/formats/video_desks.3gp", "3gp", "h263"),
        ("video/formats/sample_h262_mpeg_audio.ps", "mpg", "mpeg2video"),
        ("video/formats/bbb_2500ms.ts", "ts", "mpeg2video"),
        ("video/formats/sample_still_photo.heic", "heic", "hevc"),
        ("damaged/wrong_extension.mp3", "wav", "pcm_s16le"),
    ],
)
def test_shared_formats_and_codecs(found, name, format_, codec):
    told = media(found, name)
    assert (told.format, told.codecs[0]) == (format_, codec)


@pytest.mark.parametrize(
    ("name", "count", "size"),
    [
        ("beets_image.mp3", 2, (2, 3)),
        ("beets_image.flac", 2, (2, 3)),
        ("beets_image.m4a", 2, (2, 3)),
        ("beets_image.ogg", 2, (2, 3)),
        ("beets_image.ape", 2, (2, 3)),
        ("beets_coverart.ogg", 1, (2, 3)),
    ],
)
def test_shared_artwork_is_found(found, name, count, size):
    told = media(found, f"audio/tags/{name}")
    assert told.artwork is not None
    assert (told.artwork_count, (told.artwork.width, told.artwork.height)) == (count, size)
    assert told.kind == "audio"


def test_shared_subtitles_and_chapters(found):
    told = media(found, "video/derived/montage_subs.mkv")
    assert [s.language for s in told.streams if s.type == "subtitle"] == ["en", "de"]
    assert [c.title for c in told.chapters][:2] == ["Part one", "Part two"]
    assert [c.title for c in media(found, "audio/formats/bear-id3.mp3").chapters] == [
        "Chapter title",
        "chap2",
    ]


def test_shared_facts_of_pictures_and_films(found):
    hevc = media(found, "video/formats/h265_with_metadata_track.mp4")
    assert (hevc.width, hevc.height, hevc.rotation) == (1920, 1080, 90)
    heic = media(found, "video/formats/sample_still_photo.heic")
    assert (heic.width, heic.height) == (1080, 1920)
    deep = media(found, "audio/derived/fishin_24bit_48k.flac")
    assert (deep.sample_rate, deep.streams[0].bit_depth) == (48_000, 24)
    flv = media(found, "video/formats/sample.flv")
    assert flv.frame_rate == 60.0


async def test_shared_pictures_can_be_made(shared_media):
    wanted = {
        "video/formats/sample_still_photo.heic": ("image", 180, 320),
        "video/formats/dolbyVision-hdr.MOV": ("frame", 180, 320),
        "audio/derived/vibe_ace_v24.mp3": ("embedded", 320, 320),
        "audio/tags/beets_image.ape": ("embedded", 2, 3),
        "damaged/truncated.mkv": ("frame", 320, 180),
    }
    async with MediaPool() as pool:
        for name, expected in wanted.items():
            picture = await pool.artwork(ArtworkRequest(bytes(shared_media / name)))
            assert picture is not None, name
            assert (picture.source, picture.width, picture.height) == expected
