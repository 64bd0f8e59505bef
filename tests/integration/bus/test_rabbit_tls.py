"""``amqps`` with an authority of our own and a client's certificate, on the real broker."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from apollonia.adapters.bus.rabbit import RabbitBus, TlsFiles
from apollonia.errors import BusUnavailableError, ConfigurationError
from apollonia.messages import FILES, POPULATOR_QUEUE, topology
from apollonia.testing.builders import messages

pytestmark = pytest.mark.service

TOPOLOGY = topology(POPULATOR_QUEUE)


@pytest.fixture
def secure_url(service_url: Callable[..., str], rabbit_url: str) -> str:
    """The test's virtual host by TLS."""
    host = rabbit_url.rpartition("/")[2]
    return service_url("rabbitmq", "tls") + host


@pytest.fixture
def files(service_url: Callable[..., str]) -> TlsFiles:
    ca, cert, key = (
        Path(service_url("rabbitmq", name)) for name in ("tls_ca", "tls_cert", "tls_key")
    )
    return TlsFiles(ca=ca, cert=cert, key=key)


async def _refused(url: str, files: TlsFiles) -> str:
    bus = RabbitBus(url, tls=files)
    with pytest.raises(ConfigurationError) as caught:
        await bus.declare(TOPOLOGY)
    await bus.close()
    return str(caught.value)


async def test_rabbit_speaks_tls_with_our_authority_and_certificate(
    secure_url: str, files: TlsFiles
) -> None:
    bus = RabbitBus(secure_url, tls=files)
    await bus.declare(TOPOLOGY)
    await bus.publish(FILES.name, messages(50))
    async with bus.consume(POPULATOR_QUEUE) as consumer:
        assert await consumer.take(50, 5)
    await bus.close()


@pytest.fixture
def another_authority(tmp_path: Path) -> Path:
    other = tmp_path / "other.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    make += ["-nodes", "-subj", "/CN=other", "-keyout", str(tmp_path / "key"), "-out", str(other)]
    subprocess.run(make, check=True, capture_output=True)
    return other


async def test_rabbit_of_another_authority_is_refused(
    secure_url: str, files: TlsFiles, another_authority: Path
) -> None:
    of_the_system = TlsFiles(cert=files.cert, key=files.key)
    for wrong in (of_the_system, TlsFiles(ca=another_authority)):
        said = await _refused(secure_url, wrong)
        assert "CERTIFICATE_VERIFY_FAILED" in said
        assert "APOLLONIA_BUS__TLS_CA" in said


async def test_rabbit_that_asks_for_a_certificate_gets_told_apart(
    secure_url: str, files: TlsFiles
) -> None:
    bus = RabbitBus(secure_url, tls=TlsFiles(ca=files.ca))
    with pytest.raises((ConfigurationError, BusUnavailableError), match="__TLS_CERT"):
        await bus.declare(TOPOLOGY)
    await bus.close()


async def test_rabbit_names_tls_files_that_cannot_be_used(
    secure_url: str, files: TlsFiles, tmp_path: Path
) -> None:
    assert "absent.pem" in await _refused(secure_url, TlsFiles(ca=tmp_path / "absent.pem"))
    mismatched = TlsFiles(ca=files.ca, cert=files.ca, key=files.key)
    assert "the key must fit" in await _refused(secure_url, mismatched)


async def test_rabbit_plain_port_is_no_tls_port(rabbit_url: str, files: TlsFiles) -> None:
    said = await _refused(rabbit_url.replace("amqp:", "amqps:"), files)
    assert "no TLS with RabbitMQ at" in said
