import asyncio
import json
import logging

import pytest
from structlog.testing import capture_logs

from apollonia.errors import BusUnavailableError
from apollonia.observe.health import run_checks, worst
from apollonia.observe.logs import configure_logs, get_logger
from apollonia.observe.metrics import Metrics
from apollonia.observe.tracing import new_traceparent, trace, traceparent_of


@pytest.fixture
def restored_logging():
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before[0], before[1]


def test_json_logs_carry_level_time_and_trace(capsys, restored_logging):
    configure_logs(level="INFO", form="json")
    parent = new_traceparent()
    with trace(parent):
        get_logger("x").info("file cataloged", path="/m/a.mp3")
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["event"] == "file cataloged"
    assert line["level"] == "info"
    assert line["path"] == "/m/a.mp3"
    assert line["trace_id"] == parent.split("-")[1]


def test_logs_below_the_level_are_not_written(capsys, restored_logging):
    configure_logs(level="WARNING", form="json")
    get_logger("x").info("quiet")
    assert "quiet" not in capsys.readouterr().err


def test_get_logger_is_usable_before_configuration():
    with capture_logs() as lines:
        get_logger("x").warning("early")
    assert lines[0]["event"] == "early"


@pytest.mark.parametrize("value", ["", "00-zz-zz-01", "01-" + "a" * 32 + "-" + "b" * 16 + "-01"])
def test_malformed_traceparents_are_ignored(value):
    assert traceparent_of({"traceparent": value}) is None


def test_a_new_traceparent_is_well_formed():
    value = new_traceparent()
    assert traceparent_of({"traceparent": value}) == value


def test_metrics_of_two_processes_do_not_mix():
    one, other = Metrics(), Metrics()
    one.events_published.inc(3)
    assert b"apollonia_events_published_total 3.0" in one.render()
    assert b"apollonia_events_published_total 0.0" in other.render()


async def test_health_tells_each_part_and_the_whole():
    async def well():
        return None

    async def slow():
        return "polling /m: too many watches"

    async def away():
        raise BusUnavailableError("no answer from the bus")

    async def broken():
        raise OSError("a bug")

    results = await run_checks({"catalog": well, "roots": slow, "bus": away, "blobs": broken})
    states = ["ok", "degraded", "unavailable", "unavailable"]
    assert [r.status for r in results.values()] == states
    assert results["bus"].detail == "no answer from the bus"
    assert worst(results) == "unavailable"
    assert worst({"catalog": results["catalog"], "roots": results["roots"]}) == "degraded"


async def test_a_part_that_does_not_answer_is_unavailable(monkeypatch):
    monkeypatch.setattr("apollonia.observe.health._TIME_LIMIT_S", 0.01)

    async def hangs():
        await asyncio.sleep(30)

    results = await run_checks({"bus": hangs})
    assert results["bus"].status == "unavailable"
