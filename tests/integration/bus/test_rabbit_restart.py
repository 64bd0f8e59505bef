"""A broker of our own that is killed and started again while messages travel."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apollonia.adapters.bus.rabbit import RabbitBus, RabbitOptions
from apollonia.messages import POPULATOR_QUEUE, topology
from apollonia.testing.traffic import Traffic

sys.path.append(str(Path(__file__).parents[3] / "scripts"))

from servers import ground, rabbitmq
from servers.certificates import make_certificates

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]

QUEUE = POPULATOR_QUEUE


class Broker:
    """One node; its folder, and so its messages, stay when it is killed."""

    def __init__(self, parent: Path) -> None:
        folder = ground.own_folder(parent, "rabbitmq", rabbitmq.USER)
        epmd, self._epmd_pid = rabbitmq.start_epmd(folder)
        certificates = make_certificates(folder / "tls", rabbitmq.USER)
        self.node = rabbitmq.new_node(folder, epmd, certificates)
        self.pid = rabbitmq.serve(self.node)

    def start(self) -> None:
        self.pid = rabbitmq.serve(self.node)

    def kill(self) -> None:
        ground.stop(self.pid, limit_s=0)

    def close(self) -> None:
        ground.stop(self.pid, limit_s=1)
        ground.stop(self._epmd_pid)


@pytest.fixture
def broker(
    service_url: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broker]:
    service_url("rabbitmq")  # where that one is not, neither can this be
    import tempfile

    with tempfile.TemporaryDirectory(prefix="apollonia-broker-") as parent:
        Path(parent).chmod(0o711)  # the broker's user must pass through
        made = Broker(Path(parent))
        yield made
        made.close()


async def test_rabbit_keeps_all_that_was_confirmed_through_a_kill(broker: Broker) -> None:
    bus = RabbitBus(broker.node.url, options=RabbitOptions(timeout_s=5))
    await bus.declare(topology(QUEUE))
    async with Traffic(bus, QUEUE).running() as traffic:
        await traffic.progress(500, 20)
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        await traffic.progress(200, 30)
    await bus.close()
    assert traffic.failures
    assert traffic.confirmed <= traffic.handled.keys()
