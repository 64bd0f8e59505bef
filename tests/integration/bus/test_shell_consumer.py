"""The consumer in another language, as the documentation shows it, beside a real RabbitMQ."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from apollonia.adapters.bus.rabbit import RabbitBus
from apollonia.domain.ids import uuid7
from apollonia.messages import FILES, POPULATOR_QUEUE, topology
from apollonia.testing.builders import a_file_body, a_message

SCRIPT = Path(__file__).parents[3] / "docs" / "examples" / "consume.sh"


@pytest.mark.service
async def test_shell_consumer_prints_and_acknowledges_file_events(service_url):
    if shutil.which("rabbitmqadmin") is None or shutil.which("jq") is None:
        pytest.skip("needs rabbitmqadmin and jq")
    management = service_url("rabbitmq", "management")
    url, vhost, queue = service_url("rabbitmq"), f"events-{uuid7()}", "my-queue"
    admin(management, "declare", "vhost", f"name={vhost}")
    try:
        bus = RabbitBus(urlunsplit(urlsplit(url)._replace(path=f"/{vhost}")))
        await bus.declare(topology(POPULATOR_QUEUE))
        assert consume(management, vhost, queue) == []  # declares its queue
        bodies = [a_file_body(path=f"/m/{n} ä.flac".encode()) for n in range(3)]
        await bus.publish(FILES.name, [a_message(body) for body in bodies])

        assert consume(management, vhost, queue) == [
            f"IN_CREATE 1024 /m/{n} ä.flac" for n in range(3)
        ]
        assert consume(management, vhost, queue) == []
        assert await bus.depth(POPULATOR_QUEUE) == 3  # ours is not touched
        await bus.close()
    finally:
        admin(management, "delete", "vhost", f"name={vhost}")


def consume(management, vhost, queue):
    done = subprocess.run(
        ["sh", str(SCRIPT), queue, "2"],
        env={**os.environ, "RABBIT": management, "VHOST": vhost},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def admin(management, *words):
    address = urlsplit(management)
    options = [f"--host={address.hostname}", f"--port={address.port}"]
    options += [f"--username={address.username}", f"--password={address.password}"]
    subprocess.run(["rabbitmqadmin", *options, *words], check=True, capture_output=True, timeout=30)
