"""The bursts of ``bursts`` over RabbitMQ, beside bare publishing to the same broker.

Bare: the same exchange and queues, bodies of the same size, the broker's confirms, 500 outstanding,
nothing else. Needs ``make services ARGS=rabbitmq``; without it nothing is measured.
"""

import asyncio
import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

import aiormq
import uvloop
from pamqp.commands import Basic

from apollonia.messages import FILES
from apollonia.testing.rabbit_hosts import RabbitManagement
from ingest_measures.bursts import FILES as NUMBER
from ingest_measures.bursts import LAYOUTS, burst, make_files
from ingest_measures.ground import Ground
from report import Measure, median

if TYPE_CHECKING:
    from aiormq.channel import Channel

_STATE = Path(__file__).parents[2] / ".services.json"
_BARE = 6000
_OUTSTANDING = 500
_BODY = b"x" * 900  # as the events of such files have it
_SHARE = 0.4


def measure(ground: Ground) -> list[Measure]:
    """Into one folder and into twenty: medians of the ratios, and the worst of what must not be."""
    if not _STATE.exists() or "rabbitmq" not in (state := json.loads(_STATE.read_text())):
        print("bursts_rabbit: no RabbitMQ here: start it with `make services ARGS=rabbitmq`")
        return []
    urls = state["rabbitmq"]["urls"]
    management = RabbitManagement(urls["management"])
    measures: list[Measure] = []
    for layout in (one for one in LAYOUTS if one.made_before):
        source = make_files(ground.fresh(f"rabbit-source-{layout.folders}"), layout.folders)
        bursts, limits = [], []
        for number in range(ground.repeat):
            url = asyncio.run(management.make_host(urls["rabbitmq"]))
            name = f"rabbit-{layout.folders}-{number}"
            environment = {"APOLLONIA_BUS__URL": url}
            bursts.append(burst(ground, source, name, layout, environment))
            limits.append(max(uvloop.run(_bare(url)) for _ in range(2)))
            asyncio.run(management.remove_host(url))
        shutil.rmtree(source)
        rates = [one.rate for one in bursts]
        ratio = median([rate / limit for rate, limit in zip(rates, limits, strict=True)])
        faults = max(one.missing + one.repeated + one.wrong for one in bursts)
        words = f"{NUMBER} x 100 KiB copied into {layout.words}, RabbitMQ"
        measures += [
            Measure(measure=f"{words}: until all are confirmed", value=ratio * median(limits),
                    unit="files/s", against="bare pipelined confirmed publishing",
                    limit=median(limits), target=f">= {_SHARE} of it", holds=ratio >= _SHARE),
            Measure(measure=f"{words}: files without exactly one event with the right hashes",
                    value=faults, unit="files", against="files", limit=NUMBER, target="0",
                    holds=faults == 0),
        ]  # fmt: skip
    return measures


async def _bare(url: str) -> float:
    """Messages a second."""
    connection = await aiormq.connect(url)
    try:
        channel = cast("Channel", await connection.channel())
        properties = Basic.Properties(delivery_mode=2, content_type="application/json")

        async def one() -> None:
            await channel.basic_publish(
                _BODY, exchange=FILES.name, routing_key="", properties=properties, wait=False
            )

        began = time.perf_counter()
        for _ in range(_BARE // _OUTSTANDING):
            await asyncio.gather(*(one() for _ in range(_OUTSTANDING)))
        return _BARE / (time.perf_counter() - began)
    finally:
        await connection.close()
