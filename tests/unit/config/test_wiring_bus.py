"""Which bus a URL opens, and what is said about one that is of no use."""

from pathlib import Path

import pytest

from apollonia.adapters.bus.rabbit import Address, RabbitBus
from apollonia.adapters.bus.sql_bus import SqlBus
from apollonia.config.settings import BusSettings
from apollonia.errors import ConfigurationError
from apollonia.testing.manual_clock import ManualClock
from apollonia.wiring.bus import open_bus


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("", SqlBus),
        ("sqlite:////tmp/other.db", SqlBus),
        ("amqp://user:word@host/vhost", RabbitBus),
        ("amqps://user:word@host1,host2:5673", RabbitBus),
    ],
)
def test_bus_follows_its_url(url: str, kind: type, tmp_path: Path) -> None:
    assert isinstance(open_bus(BusSettings(url=url), tmp_path, ManualClock()), kind)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("kafka://user:geheim@host", "amqp://user:password@host/vhost"),
        ("amqp://user:geheim@", "no host"),
        ("amqp://user:geheim@host:many/", "no host, or a port"),
        ("amqp://user:geheim@host/?heartbeat=5", "APOLLONIA_BUS__HEARTBEAT_SECONDS"),
    ],
)
def test_bus_url_that_is_wrong_is_explained_without_its_password(
    url: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        open_bus(BusSettings(url=url), tmp_path, ManualClock())
    assert "geheim" not in str(caught.value)


def test_rabbit_address_has_all_parts_of_its_url() -> None:
    address = Address.parse("amqps://m%40x:p%2F%3A%40@one:1,[::1],two/a%2Fb")
    assert address.hosts == (("one", 1), ("::1", 5671), ("two", 5671))
    assert (address.user, address.password, address.vhost) == ("m@x", "p/:@", "a/b")
    assert "p/:@" not in f"{address} {address!r}"
    first = address.urls(30)[0]
    assert (first.user, first.password, first.host, first.port) == ("m@x", "p/:@", "one", 1)
    assert first.path.replace("%2F", "/") == "/a/b"


def test_rabbit_address_has_the_usual_defaults() -> None:
    address = Address.parse("amqp://host")
    assert (address.hosts, address.user, address.vhost) == ((("host", 5672),), "guest", "/")
