import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any

import pytest

from apollonia.api.artwork import Artwork
from apollonia.api.errors import TimeLimitError
from apollonia.domain.kinds import Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.times import format_nanos
from apollonia.errors import BlobsUnavailableError, MediaUnavailableError, UnreadableMediaError
from apollonia.media.workers.requests import ArtworkRequest, Picture
from apollonia.ports.library import NeighborFact
from apollonia.testing.builders import a_place
from apollonia.testing.fake_library import FakeLibrary
from apollonia.testing.fake_stores import FakeBlobs, FakeCache

EMBEDDED = {"kind": "audio", "artwork": {"mime": "image/jpeg"}}


def as_found(path: Path) -> dict[str, Any]:
    """What a catalog holds of the file's identity."""
    if not path.exists():
        return {}
    found = path.stat()
    modified = format_nanos(found.st_mtime_ns)
    return {"size": found.st_size, "modified_time": modified, "inode": found.st_ino}


class FakeMedia:
    """Gives the pictures in ``pictures`` by path."""

    def __init__(self):
        self.pictures: dict[bytes, bytes] = {}
        self.asked: list[ArtworkRequest] = []
        self.at_once = self.most_at_once = 0
        self.before: Any = None

    async def artwork(self, request: ArtworkRequest) -> Picture | None:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        if self.before is not None:
            self.before()
        data = self.pictures.get(request.path)
        return data and Picture("image/webp", data, 10, 10, "embedded")  # type: ignore[return-value]


class Studio:
    """An ``Artwork`` over a folder."""

    def __init__(self, root, **more):
        self.root = root
        self.library, self.blobs, self.cache = FakeLibrary(), FakeBlobs(), FakeCache()
        self.media = FakeMedia()
        self.artwork = Artwork(
            library=self.library,
            blobs=self.blobs,
            cache=self.cache,
            media=self.media,
            roots=[bytes(root)],
            **more,
        )

    def file(self, name: str, picture: bytes | None = None, **changes):
        """A file, on the disk too, as the catalog knows it."""
        path = self.root / name
        if picture is not None:
            self.media.pictures[bytes(path)] = picture
        with contextlib.suppress(FileExistsError, FileNotFoundError), path.open("xb") as file:
            file.write(b"content")
        changes.setdefault("sha256_hash", bytes(path).hex()[-64:])
        return a_place(path=bytes(path), **as_found(path), **changes)

    def beside(self, place, *covers):
        self.library.neighbor_facts[place.id] = [
            NeighborFact(cover.path, Role.ARTWORK, None, forced=False, place=cover)
            for cover in covers
        ]

    async def show(self, place, size: int = 320) -> bytes | None:
        drawn = await self.artwork.picture(place, size)
        return drawn and drawn.blob.data  # type: ignore[return-value]


@pytest.fixture
def studio(tmp_path):
    return Studio(tmp_path)


async def test_artwork_prefers_the_embedded_picture(studio):
    song = studio.file("a.flac", b"embedded", media=EMBEDDED)
    studio.beside(song, studio.file("cover.jpg", b"cover", kind=Kind.IMAGE))
    assert await studio.show(song) == b"embedded"


async def test_artwork_of_the_folder_comes_next(studio):
    song, film = studio.file("a.flac"), studio.file("b.mkv", b"frame", kind=Kind.VIDEO)
    for place in (song, film):
        studio.beside(
            place,
            studio.file("gone.jpg", b"gone", kind=Kind.IMAGE, availability=Availability.MISSING),
            studio.file("bad.jpg", b"bad", kind=Kind.IMAGE, status=Status.UNREADABLE),
            studio.file("near.jpg", b"near", kind=Kind.IMAGE),
            studio.file("far.jpg", b"far", kind=Kind.IMAGE),
        )
        assert await studio.show(place) == b"near"


async def test_artwork_of_an_embedded_picture_that_is_broken_is_the_folders(studio):
    song = studio.file("a.flac", media=EMBEDDED)
    studio.beside(song, studio.file("cover.jpg", b"cover", kind=Kind.IMAGE))
    assert await studio.show(song) == b"cover"


async def test_artwork_of_an_image_is_the_image_not_its_neighbour(studio):
    image = studio.file("a.jpg", b"image", kind=Kind.IMAGE)
    studio.beside(image, studio.file("a-poster.jpg", b"poster", kind=Kind.IMAGE))
    assert await studio.show(image) == b"image"


async def test_artwork_of_a_film_is_a_frame_at_last(studio):
    assert await studio.show(studio.file("b.mkv", b"frame", kind=Kind.VIDEO)) == b"frame"


@pytest.mark.parametrize("kind", [Kind.SUBTITLE, Kind.DOCUMENT, Kind.OTHER, Kind.AUDIO])
async def test_artwork_of_what_shows_nothing_reads_no_file(studio, kind):
    assert await studio.show(studio.file("x", b"picture", kind=kind)) is None
    assert studio.media.asked == []


async def test_artwork_is_made_once_for_a_whole_album(studio):
    cover = studio.file("cover.jpg", b"cover", kind=Kind.IMAGE)
    songs = [studio.file(f"{number}.flac") for number in range(10)]
    for song in songs:
        studio.beside(song, cover)
    shown = await asyncio.gather(*(studio.show(song) for song in songs))
    assert shown == [b"cover"] * 10
    assert len(studio.media.asked) == 1
    assert list(studio.blobs.blobs) == [f"artwork/{cover.sha256_hash}/320"]


async def test_artwork_that_is_kept_is_not_made_again(studio):
    image = studio.file("a.jpg", b"image", kind=Kind.IMAGE)
    await studio.show(image)
    studio.cache.values.clear()
    assert await studio.show(image) == b"image"
    assert len(studio.media.asked) == 1


async def test_artwork_comes_in_few_sizes_never_larger_than_asked(studio):
    image = studio.file("a.jpg", b"image", kind=Kind.IMAGE)
    for size in range(64, 192):
        await studio.show(image, size)
    assert [request.size for request in studio.media.asked] == [64, 128]


async def test_artwork_that_does_not_exist_is_looked_for_once(studio):
    image = studio.file("a.jpg", kind=Kind.IMAGE)
    for size in (64, 128, 320):
        assert await studio.show(image, size) is None
    assert len(studio.media.asked) == 1


async def test_artwork_of_a_poisonous_file_is_none(studio):
    def poison():
        raise UnreadableMediaError

    studio.media.before = poison
    image = studio.file("a.jpg", kind=Kind.IMAGE)
    assert await studio.show(image) is None
    assert await studio.show(image) is None
    assert len(studio.media.asked) == 1


async def test_artwork_workers_being_away_is_not_remembered(studio):
    def away():
        raise MediaUnavailableError

    studio.media.before = away
    image = studio.file("a.jpg", b"image", kind=Kind.IMAGE)
    with pytest.raises(MediaUnavailableError):
        await studio.show(image)
    studio.media.before = None
    assert await studio.show(image) == b"image"


async def test_artwork_does_without_the_blob_store(studio):
    studio.blobs.error = BlobsUnavailableError()
    image = studio.file("a.jpg", b"image", kind=Kind.IMAGE)
    assert await studio.show(image) == b"image"


async def test_artwork_is_made_a_few_at_a_time(studio):
    images = [studio.file(f"{n}.jpg", b"x", kind=Kind.IMAGE) for n in range(30)]
    await asyncio.gather(*(studio.show(image) for image in images))
    assert studio.media.most_at_once <= 4
    assert len(studio.media.asked) == 30


async def test_artwork_that_takes_too_long_is_given_up(tmp_path):
    studio = Studio(tmp_path, time_limit_s=0.05)

    async def hang(request):
        del request
        await asyncio.sleep(30)

    studio.media.artwork = hang  # type: ignore[method-assign]
    with pytest.raises(TimeLimitError):
        await studio.show(studio.file("a.jpg", kind=Kind.IMAGE))


def outside(studio, tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    (folder / "secret.jpg").write_bytes(b"x")
    return folder


async def test_artwork_never_leaves_the_roots(studio, tmp_path_factory):
    folder = outside(studio, tmp_path_factory)
    (studio.root / "link.jpg").symlink_to(folder / "secret.jpg")
    (studio.root / "linked").symlink_to(folder)
    names = [
        str(folder / "secret.jpg"),
        f"../{folder.name}/secret.jpg",
        "link.jpg",
        "linked/secret.jpg",
        str(studio.root) + "-beside/a.jpg",
    ]
    for number, name in enumerate(names):
        place = studio.file(name, b"secret", kind=Kind.IMAGE, sha256_hash=f"{number:064}")
        assert await studio.show(place) is None, name
    assert studio.media.asked == []


async def test_artwork_of_a_name_that_is_not_utf8_is_found(studio):
    image = studio.file(os.fsdecode(b"\xff\n.jpg"), b"image", kind=Kind.IMAGE)
    assert await studio.show(image) == b"image"


def replace_file(path: Path) -> None:
    """Another file of the same size and time takes the place, as ``cp -p`` and ``mv`` do."""
    found, other = path.stat(), path.with_name("other")
    other.write_bytes(b"changed")
    os.utime(other, ns=(found.st_atime_ns, found.st_mtime_ns))
    other.rename(path)


def write_longer(path: Path) -> None:
    found = path.stat()
    path.write_bytes(b"more content")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [replace_file, write_longer, touch])
@pytest.mark.parametrize("during", [False, True])
async def test_artwork_of_a_file_that_changed_is_shown_but_not_kept(studio, change, during):
    image = studio.file("a.jpg", b"new", kind=Kind.IMAGE)
    path = Path(os.fsdecode(image.path))
    if during:
        studio.media.before = lambda: change(path)
    else:
        change(path)
    drawn = await studio.artwork.picture(image, 320)
    assert (drawn.blob.data, drawn.lasting) == (b"new", False)
    assert studio.blobs.blobs == {}
    assert studio.cache.values == {}


@pytest.mark.parametrize("during", [False, True])
async def test_artwork_missing_in_a_file_that_changed_is_not_remembered(studio, during):
    image = studio.file("a.jpg", kind=Kind.IMAGE)
    path = Path(os.fsdecode(image.path))
    if during:
        studio.media.before = lambda: touch(path)
    else:
        touch(path)
    assert await studio.show(image) is None
    assert studio.cache.values == {}


def vanish(path: Path) -> None:
    path.unlink()


def become_a_link(path: Path) -> None:
    elsewhere = path.with_name("elsewhere.jpg")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("happen", [vanish, become_a_link, become_a_folder])
@pytest.mark.parametrize("during", [False, True])
async def test_artwork_that_fails_at_one_path_is_shown_at_a_duplicate(studio, happen, during):
    one = studio.file("one.jpg", kind=Kind.IMAGE, sha256_hash="5" * 64)
    two = studio.file("two.jpg", b"image", kind=Kind.IMAGE, sha256_hash="5" * 64)
    path = Path(os.fsdecode(one.path))
    if during:
        studio.media.before = lambda: happen(path)
    else:
        happen(path)
    assert await studio.show(one) is None
    studio.media.before = None
    assert await studio.show(two) == b"image"


async def test_artwork_refused_outside_the_roots_does_not_hide_a_duplicate(
    studio, tmp_path_factory
):
    folder = outside(studio, tmp_path_factory)
    far = studio.file(str(folder / "secret.jpg"), kind=Kind.IMAGE, sha256_hash="6" * 64)
    near = studio.file("near.jpg", b"image", kind=Kind.IMAGE, sha256_hash="6" * 64)
    assert await studio.show(far) is None
    assert await studio.show(near) == b"image"
