"""Which services a populator has."""

from collections import Counter
from typing import Any, cast

import pytest

from apollonia.messages import GRAPH_QUEUE, POPULATOR_QUEUE
from apollonia.observe.metrics import Metrics
from apollonia.populate.services import PopulatePorts, populate_services
from apollonia.testing.fake_dead_letters import FakeDeadLetters
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_bus import MemoryBus
from apollonia.testing.memory_catalog import MemoryCatalog


@pytest.mark.parametrize("writers", [1, 2])
def test_as_many_batches_of_file_events_are_under_way_as_the_catalog_takes(writers: int) -> None:
    catalog = MemoryCatalog()
    catalog.writers = writers
    absent = cast("Any", None)  # asked for nothing before the services run
    ports = PopulatePorts(
        bus=MemoryBus(),
        broadcast=absent,
        catalog=catalog,
        library=absent,
        graph=absent,
        dead_letters=FakeDeadLetters(),
        clock=ManualClock(),
        metrics=Metrics(),
    )
    names = Counter(service.name for service in populate_services(ports))
    assert names[f"runner {POPULATOR_QUEUE}"] == writers
    assert names[f"runner {GRAPH_QUEUE}"] == 1
