"""Metrics and health of processes that serve nothing else; starts while servers are away."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from apollonia.adapters.clock.system_clock import SystemClock
from apollonia.observe.metrics import Metrics
from apollonia.observe.probe import Probe
from apollonia.observe.probe_server import serve_probe
from apollonia.testing.installation import free_port


def fetch(port, path, method="GET"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


async def test_probe_server_tells_metrics_and_health_and_nothing_else():
    probe = Probe(SystemClock(), Metrics())
    async with serve_probe(probe, "127.0.0.1", 0) as port:

        async def ask(*words):
            return await asyncio.to_thread(fetch, port, *words)

        assert b"apollonia_messages_handled" in (await ask("/metrics"))[1]
        assert await ask("/health/live") == (200, b'{"status": "ok"}')
        assert (await ask("/health/ready"))[0] == 503
        probe.watch({})
        assert (await ask("/health/ready"))[0] == 200
        assert (await ask("/secret"))[0] == 404
        assert (await ask("/metrics", "POST"))[0] == 405

        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01\r\n\r\n")
        assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize("url", ["amqp://a:b@127.0.0.1:{port}/"])
def test_a_service_started_before_its_broker_waits_and_stops_at_once(tmp_path, url):
    metrics = free_port()
    environ = {
        **os.environ,
        "APOLLONIA_BUS__URL": url.format(port=free_port()),
        "APOLLONIA_OBSERVE__METRICS_PORT": str(metrics),
    }
    words = [sys.executable, "-m", "apollonia", "populate", "--data", str(tmp_path / "data")]
    with subprocess.Popen(words, env=environ, stderr=subprocess.PIPE) as process:
        try:
            checks = _wait_for_start(metrics, process)
            assert "waits for bus" in checks["start"]["detail"]
            assert "a:b@" not in json.dumps(checks)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(10)
            assert time.monotonic() - began < 5
        finally:
            process.kill()


def _wait_for_start(port, process):
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        try:
            status, body = fetch(port, "/health/ready")
        except OSError:
            time.sleep(0.1)
            continue
        checks = json.loads(body)["checks"]
        if status == 503 and "waits" in checks.get("start", {}).get("detail", ""):
            return checks
        time.sleep(0.1)
    raise AssertionError(f"it did not wait: {process.poll()}")
