"""A virtual host of the real RabbitMQ for each test."""

from collections.abc import AsyncIterator, Callable

import pytest

from apollonia.testing.rabbit_hosts import RabbitManagement


@pytest.fixture
def management(service_url: Callable[..., str]) -> RabbitManagement:
    return RabbitManagement(service_url("rabbitmq", "management"))


@pytest.fixture
async def rabbit_url(
    service_url: Callable[..., str], management: RabbitManagement
) -> AsyncIterator[str]:
    url = await management.make_host(service_url("rabbitmq"))
    yield url
    await management.remove_host(url)
