"""`make chaos`: three RabbitMQ nodes on loopback; each is killed once while messages travel.

Nothing confirmed is lost, and with two of three nodes up nothing stops for long.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apollonia.adapters.bus.rabbit import RabbitBus, RabbitOptions
from apollonia.messages import POPULATOR_QUEUE, topology
from apollonia.testing.traffic import Traffic

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

from servers import ground, rabbitmq
from servers.certificates import make_certificates

pytestmark = [pytest.mark.service, pytest.mark.timeout(600)]

QUEUE = POPULATOR_QUEUE
NODES = 3


class Cluster:
    """Nodes that know one another, each with its process."""

    def __init__(self, parent: Path) -> None:
        certificates = make_certificates(parent / "tls", rabbitmq.USER)
        parent_of_all = ground.own_folder(parent, "epmd", rabbitmq.USER)
        epmd, self._epmd_pid = rabbitmq.start_epmd(parent_of_all)
        cookie, secret = ground.password(), ground.password()
        self.nodes: list[rabbitmq.Node] = []
        self.pids: list[int] = []
        for number in range(NODES):
            node = rabbitmq.new_node(
                ground.own_folder(parent, f"node{number}", rabbitmq.USER),
                epmd,
                certificates,
                cookie=cookie,
                secret=secret,
                joins=self.nodes[0] if self.nodes else None,
            )
            self.nodes.append(node)
            self.pids.append(rabbitmq.serve(node))

    @property
    def url(self) -> str:
        account = self.nodes[0].url.partition("@")[0]
        hosts = ",".join(f"127.0.0.1:{node.amqp}" for node in self.nodes)
        return f"{account}@{hosts}/"

    def kill(self, number: int) -> None:
        ground.stop(self.pids[number], limit_s=0)

    def start(self, number: int) -> None:
        self.pids[number] = rabbitmq.serve(self.nodes[number])

    def close(self) -> None:
        for pid in self.pids:
            ground.stop(pid, limit_s=0)
        ground.stop(self._epmd_pid)


@pytest.fixture
def cluster(service_url: Callable[..., str]) -> Iterator[Cluster]:
    service_url("rabbitmq")  # where that one is not, neither can these be
    with tempfile.TemporaryDirectory(prefix="apollonia-cluster-") as parent:
        Path(parent).chmod(0o711)
        made = Cluster(Path(parent))
        yield made
        made.close()


async def test_rabbit_cluster_loses_nothing_when_its_nodes_are_killed_in_turn(
    cluster: Cluster,
) -> None:
    running = await asyncio.to_thread(rabbitmq.ctl, cluster.nodes[0], "cluster_status")
    assert all(f"{node.name}@localhost" in running for node in cluster.nodes)
    bus = RabbitBus(cluster.url, options=RabbitOptions(timeout_s=5, heartbeat_s=2))
    await bus.declare(topology(QUEUE))
    async with Traffic(bus, QUEUE).running() as traffic:
        await traffic.progress(500, 30)
        for number in range(NODES):
            await asyncio.to_thread(cluster.kill, number)
            await traffic.progress(300, 60)  # two are enough
            await asyncio.to_thread(cluster.start, number)
            await traffic.progress(300, 60)
    await bus.close()
    lost = traffic.confirmed - traffic.handled.keys()
    twice = sum(1 for times in traffic.handled.values() if times > 1)
    print(  # noqa: T201 - the tally
        f"confirmed {len(traffic.confirmed)}, lost {len(lost)}, more than once {twice},"
        f" publishes that failed {traffic.failures}"
    )
    assert not lost
