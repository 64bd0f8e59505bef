"""What every ``Models`` promises, over sources that cut, lie, stall and resume."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from apollonia.adapters.models import FolderModels, Sources
from apollonia.adapters.models.http_source import HttpLimits
from apollonia.domain.models import Made, ModelFile, ModelSpec
from apollonia.errors import ModelsUnavailableError, NotFoundError
from apollonia.ports.models import Models

CONTENT = bytes(range(256)) * 1200  # several blocks
OTHER = bytes(reversed(CONTENT))


@dataclass
class Server:
    """What it gives, and what it does wrong; ``asked``: the ranges that it was asked for."""

    content: bytes = CONTENT
    cut_after: list[int] = field(default_factory=list)
    ranges: bool = True
    status: int = 200
    stall_s: float = 0.0
    says_length: bool = True
    leads_to: str = ""
    asked: list[str | None] = field(default_factory=list)
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: Server = self.server.told  # type: ignore[attr-defined]
        asked = self.headers.get("Range")
        server.asked.append(asked)
        if server.leads_to:
            self.send_response(302)
            self.send_header("Location", server.leads_to)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(asked[6:-1]) if asked and server.ranges else 0
        body = server.content[start:]
        self.send_response(206 if start else server.status)
        if start:
            total = len(server.content)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if server.says_length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if server.cut_after:
            body = body[: server.cut_after.pop(0)]
        if server.stall_s:
            time.sleep(server.stall_s)
        with suppress(OSError):
            self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _serving() -> Iterator[Server]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    told = Server()
    http.told = told  # type: ignore[attr-defined]
    told.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield told
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with _serving() as told:
        yield told


def a_file(content: bytes = CONTENT, *, url: str = "", path: str = "a/model.bin") -> ModelFile:
    urls = (f"{url}/model.bin",) if url else ()
    return ModelFile(path, sha256(content).hexdigest(), len(content), urls)


def a_spec(name: str = "ears", *files: ModelFile, made: ModelFile | None = None) -> ModelSpec:
    return ModelSpec(
        name=name,
        version="1",
        task="listens",
        licence="ISC",
        authors="somebody",
        runtime="litert",
        files=files,
        made={} if made is None else {"fp32": made},
        labels=("a", "b"),
        check={},
    )


type Make = Callable[..., Models]

STORES: dict[str, Callable[[Path, Sources, list[ModelSpec]], Models]] = {
    "folder": lambda folder, sources, specs: FolderModels(folder / "models", sources, specs)
}


@pytest.fixture(params=STORES)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    def made(*specs: ModelSpec, mirror: str = "", published: bool = True) -> Models:
        limits = HttpLimits(silence_s=0.3, total_s=5.0)
        sources = Sources(mirror=mirror, published=published, limits=limits, pause_s=0.001)
        return STORES[request.param](tmp_path, sources, list(specs))

    return made


def quiet(*_: object) -> None:
    """A progress that nobody looks at."""


def bytes_in(folder: Path) -> int:
    """Of all files below it."""
    return sum(it.stat().st_size for it in folder.rglob("*") if it.is_file())


async def install(store: Models, spec: ModelSpec, path: Path) -> None:
    made = Made(path=path, precision="fp32", origin="test", labels=(), sources=spec.files)
    await store.install(spec, made)


async def test_fetch_gives_the_file_and_tells_how_far_it_is(make: Make, server: Server) -> None:
    told: list[tuple[str, int, int]] = []
    file = a_file(url=server.url)
    path = await make(a_spec("ears", file)).fetch(file, lambda *it: told.append(it))
    assert path.read_bytes() == CONTENT
    assert told[-1] == ("model.bin", len(CONTENT), len(CONTENT))
    assert [it[1] for it in told] == sorted(it[1] for it in told)


async def test_fetch_goes_on_where_it_was_cut(make: Make, server: Server) -> None:
    server.cut_after = [100_000, 50_000]
    file = a_file(url=server.url)
    path = await make(a_spec("ears", file)).fetch(file, quiet)
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=100000-", "bytes=150000-"]


async def test_fetch_starts_over_where_a_server_knows_no_ranges(make: Make, server: Server) -> None:
    server.cut_after, server.ranges = [100_000], False
    file = a_file(url=server.url)
    path = await make(a_spec("ears", file)).fetch(file, quiet)
    assert path.read_bytes() == CONTENT


async def test_fetch_goes_on_in_a_later_call(make: Make, server: Server) -> None:
    server.cut_after, file = [90_000, 0, 0, 0], a_file(url=server.url)
    store = make(a_spec("ears", file))
    with pytest.raises(ModelsUnavailableError, match="was cut off after 90000 of"):
        await store.fetch(file, quiet)
    await store.fetch(file, quiet)
    assert server.asked[-1] == "bytes=90000-"


async def test_fetch_refuses_another_content_of_the_same_size(make: Make, server: Server) -> None:
    server.content, file = OTHER, a_file(url=server.url)
    store = make(a_spec("ears", file))
    with pytest.raises(ModelsUnavailableError, match="another one than the manifest names"):
        await store.fetch(file, quiet)
    assert (await store.status("ears")).state == "missing"
    server.content = CONTENT  # nothing of the lie is left
    assert (await store.fetch(file, quiet)).read_bytes() == CONTENT


async def test_fetch_recovers_from_the_beginning_of_another_content(
    make: Make, server: Server
) -> None:
    server.content, server.cut_after = OTHER, [100_000, 0, 0, 0]
    file = a_file(url=server.url)
    store = make(a_spec("ears", file))
    with pytest.raises(ModelsUnavailableError):
        await store.fetch(file, quiet)
    server.content = CONTENT
    assert (await store.fetch(file, quiet)).read_bytes() == CONTENT


@pytest.mark.parametrize("says_length", [True, False])
async def test_fetch_takes_no_more_than_the_file_has(
    make: Make, server: Server, tmp_path: Path, says_length: bool
) -> None:
    server.content, server.says_length = CONTENT * 20, says_length
    file = a_file(url=server.url)
    with pytest.raises(ModelsUnavailableError, match=r"bytes and not|more than"):
        await make(a_spec("ears", file)).fetch(file, quiet)
    assert bytes_in(tmp_path) <= file.size


async def test_fetch_gives_up_on_a_silent_server(make: Make, server: Server) -> None:
    server.stall_s, file = 0.5, a_file(url=server.url)
    server.cut_after = [0] * 9
    began = time.monotonic()
    with pytest.raises(ModelsUnavailableError, match="cannot be reached: timed out"):
        await make(a_spec("ears", file)).fetch(file, quiet)
    assert time.monotonic() - began < 10


async def test_fetch_says_what_each_source_answers(make: Make, server: Server) -> None:
    server.status, file = 404, a_file(url=server.url)
    with pytest.raises(ModelsUnavailableError, match="404") as caught:
        await make(a_spec("ears", file), mirror=f"{server.url}/mirror").fetch(file, quiet)
    assert f"{server.url}/mirror/a/model.bin" in str(caught.value)
    assert len(server.asked) == 2  # there is no use in asking again


async def test_fetch_follows_nobody_to_a_file(make: Make, server: Server) -> None:
    server.leads_to, file = "file:///etc/passwd", a_file(url=server.url)
    with pytest.raises(ModelsUnavailableError, match=r"not safe|not allowed"):
        await make(a_spec("ears", file)).fetch(file, quiet)


async def test_fetch_takes_the_mirror_first(make: Make, server: Server, tmp_path: Path) -> None:
    mirror, file = tmp_path / "mirror", a_file(url=server.url)
    (mirror / "a").mkdir(parents=True)
    (mirror / "a/model.bin").write_bytes(CONTENT)
    path = await make(a_spec("ears", file), mirror=str(mirror)).fetch(file, quiet)
    assert path.read_bytes() == CONTENT
    assert server.asked == []
    (mirror / "a/model.bin").write_bytes(OTHER)
    other = a_file(CONTENT[1:], url=server.url, path="a/model.bin")
    server.content = CONTENT[1:]  # a mirror that has something else is passed over
    assert (await make(mirror=str(mirror)).fetch(other, quiet)).read_bytes() == CONTENT[1:]


async def test_fetch_asks_nobody_where_the_published_are_off(make: Make, server: Server) -> None:
    file = a_file(url=server.url)
    with pytest.raises(ModelsUnavailableError, match="no source"):
        await make(a_spec("ears", file), published=False).fetch(file, quiet)
    assert server.asked == []


async def test_fetch_by_two_is_one_good_file(make: Make, server: Server) -> None:
    server.stall_s, file = 0.2, a_file(url=server.url)
    spec = a_spec("ears", file)
    paths = await asyncio.gather(*(make(spec).fetch(file, quiet) for _ in range(4)))
    assert {path.read_bytes() for path in paths} == {CONTENT}
    assert len(server.asked) == 1


async def test_fetch_stops_when_nobody_waits(make: Make, server: Server) -> None:
    server.stall_s, file = 0.2, a_file(url=server.url)
    store = make(a_spec("ears", file))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await store.fetch(file, quiet)
    await asyncio.sleep(0.5)
    assert (await store.status("ears")).state == "missing"


async def test_fetch_made_is_nothing_without_a_mirror_that_has_it(
    make: Make, server: Server, tmp_path: Path
) -> None:
    made = a_file(OTHER, path="made/model.tflite")
    spec = a_spec("ears", a_file(url=server.url), made=made)
    assert await make(spec).fetch_made(spec, "fp32", quiet) is None
    assert await make(spec, mirror=str(tmp_path)).fetch_made(spec, "fp32", quiet) is None
    (tmp_path / "made").mkdir()
    (tmp_path / "made/model.tflite").write_bytes(OTHER)
    found = await make(spec, mirror=str(tmp_path)).fetch_made(spec, "fp32", quiet)
    assert found is not None
    assert found.read_bytes() == OTHER


async def test_a_model_becomes_ready_and_goes(make: Make, server: Server, tmp_path: Path) -> None:
    file = a_file(url=server.url)
    spec = a_spec("ears", file)
    store = make(spec)
    assert (await store.status("ears")).state == "missing"
    await store.fetch(file, quiet)
    assert (await store.status("ears")).state == "raw"
    (tmp_path / "made").write_bytes(OTHER)
    await install(store, spec, tmp_path / "made")
    status = await make(spec).status("ears")
    assert status.state == "ready"
    assert status.ticket is not None
    assert status.ticket.labels == ("a", "b")
    assert (store.folder / status.ticket.file).read_bytes() == OTHER
    assert await store.remove("ears") == len(CONTENT) + len(OTHER)
    assert (await store.status("ears")).state == "missing"
    assert list((store.folder / "files").iterdir()) == []


async def test_what_another_model_needs_stays(make: Make, server: Server, tmp_path: Path) -> None:
    file = a_file(url=server.url)
    first, second = a_spec("first", file), a_spec("second", file)
    store = make(first, second)
    await store.fetch(file, quiet)
    (tmp_path / "made").write_bytes(OTHER)
    for spec in (first, second):
        await install(store, spec, tmp_path / "made")
    assert await store.remove("first") == 0
    assert (await store.verify("second")).state == "ready"


async def test_verify_sees_what_status_does_not(make: Make, tmp_path: Path) -> None:
    spec = a_spec("ears")
    store = make(spec)
    (tmp_path / "made").write_bytes(CONTENT)
    await install(store, spec, tmp_path / "made")
    ticket = (await store.status("ears")).ticket
    assert ticket is not None
    (store.folder / ticket.file).write_bytes(OTHER)
    assert (await store.status("ears")).state == "ready"
    assert (await store.verify("ears")).state == "damaged"
    (store.folder / ticket.file).write_bytes(b"short")
    assert (await store.status("ears")).state == "damaged"
    await install(store, spec, tmp_path / "made")
    assert (await store.verify("ears")).state == "ready"


async def test_a_ticket_that_cannot_be_read_is_damage(make: Make) -> None:
    store = make(a_spec("ears"))
    store.folder.mkdir(parents=True)
    (store.folder / "ears@1.json").write_text('{"name": 3}')
    assert (await store.status("ears")).state == "damaged"


async def test_an_unknown_name_names_those_there_are(make: Make) -> None:
    with pytest.raises(NotFoundError, match="ears"):
        await make(a_spec("ears")).status("eyes")
