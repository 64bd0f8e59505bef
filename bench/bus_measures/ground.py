"""What the measures share: real servers, and how much to do."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvloop

from apollonia.messages import FILES, GRAPH_QUEUE, POPULATOR_QUEUE, Queue, Topology
from apollonia.ports.bus import Message
from apollonia.testing.builders import a_file_event
from apollonia.testing.rabbit_hosts import RabbitManagement

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from servers.ground import alive, stop

_ROOT = Path(__file__).resolve().parents[2]

QUEUE = POPULATOR_QUEUE
_ALL_FILES = ((FILES.name, ""),)
FAN_OUT = Topology((FILES,), (Queue(QUEUE, _ALL_FILES), Queue(GRAPH_QUEUE, _ALL_FILES)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """``url("rabbitmq")`` is a server's address; started for this run where none runs."""

    url: Callable[..., str]
    messages: int
    repeat: int

    @asynccontextmanager
    async def host(self) -> AsyncIterator[str]:
        """The AMQP address of an empty virtual host."""
        management = RabbitManagement(self.url("rabbitmq", "management"))
        amqp = await management.make_host(self.url("rabbitmq"))
        try:
            yield amqp
        finally:
            await management.remove_host(amqp)

    def events(self, number: int) -> list[Message]:
        """File events as the ingestor publishes them."""
        return [
            Message(
                body=a_file_event(path=b"/music/Artist/Album/%06d song.flac" % n)
                .model_dump_json(exclude_none=True)
                .encode(),
                message_id=f"01a20aba-e797-78d4-a4b5-{n:012d}",
                schema="apollonia.file/1",
                headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
            )
            for n in range(number)
        ]


@contextmanager
def running_servers(names: tuple[str, ...]) -> Iterator[Callable[..., str]]:
    """Those that `make services` started, and of the others one each while the context lasts."""
    running = _running()
    pids: list[int] = []
    with TemporaryDirectory(prefix="apollonia-bench-servers-") as folder:
        Path(folder).chmod(0o711)  # their users must pass through
        try:
            for name in names:
                if name not in running:
                    started = import_module(f"servers.{name}").start(Path(folder))
                    running[name] = started.urls
                    pids += started.pids
            yield lambda server, name=None: running[server][name or server]
        finally:
            for pid in pids:
                stop(pid)


def _running() -> dict[str, dict[str, str]]:
    try:
        state = json.loads((_ROOT / ".services.json").read_text())
    except FileNotFoundError:
        return {}
    return {
        name: server["urls"] for name, server in state.items() if all(map(alive, server["pids"]))
    }


def as_in_service[T](work: Coroutine[Any, Any, T]) -> T:
    """What ``work`` gives, on the event loop that the commands run on; so runs its peer."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def settle() -> None:
    """Let the broker finish what it writes after the last run."""
    asyncio.run(asyncio.sleep(0.5))
