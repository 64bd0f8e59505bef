"""Opens a connection to one of the brokers, or says why none can be had."""

import asyncio
import random
import socket
import ssl

import aiormq
from aiormq.exceptions import AMQPError, InvalidFrameError, ProbableAuthenticationError
from yarl import URL

from apollonia.adapters.bus.rabbit.address import Address, TlsFiles
from apollonia.errors import BusUnavailableError, ConfigurationError

_OUR_FAULT = ("CERTIFICATE", "ALERT", "WRONG_VERSION", "UNSUPPORTED_PROTOCOL", "HOSTNAME")

_HINT = " (does it ask for a certificate? see APOLLONIA_BUS__TLS_CERT)"

_rng = random.SystemRandom()


class RefusedByBrokerError(ConfigurationError):
    """RabbitMQ is there and does not let us in."""


async def connect(
    address: Address, tls: TlsFiles, *, name: str, heartbeat_s: int, limit_s: float
) -> aiormq.Connection:
    """A connection to the first that answers, in random order, so that they share the load.

    Raises:
        BusUnavailableError: none answers within the limit (for all of them together).
        RefusedByBrokerError: user, virtual host or certificates are not accepted.
    """
    context = await asyncio.to_thread(tls.context) if address.secure else None
    urls = address.urls(heartbeat_s)
    _rng.shuffle(urls)
    reasons: list[str] = []
    for url in urls:
        connection = aiormq.Connection(url.update_query(name=name), context=context)
        try:
            async with asyncio.timeout(limit_s / len(urls)):
                await connection.connect()
        except TimeoutError:
            reasons.append(f"{url.host}:{url.port}: no answer")
        except (AMQPError, OSError) as error:
            _raise_if_refused(error, address, url)
            hint = _HINT if address.secure and tls.cert is None and _was_reset(error) else ""
            reasons.append(f"{url.host}:{url.port}: {_words(error)}{hint}")
        else:
            return connection
    raise BusUnavailableError(f"RabbitMQ cannot be reached: {'; '.join(reasons)}")


def _raise_if_refused(error: Exception, address: Address, url: URL) -> None:
    where = f"RabbitMQ at {url.host}:{url.port}"
    if isinstance(error, ProbableAuthenticationError):
        raise RefusedByBrokerError(
            f"{where} refuses the user {address.user} or the password: correct APOLLONIA_BUS__URL"
        ) from error
    if isinstance(error, InvalidFrameError):
        raise RefusedByBrokerError(
            f"{where} has no virtual host {address.vhost}, or the user {address.user} may not use"
            f" it: correct APOLLONIA_BUS__URL, or make it there (rabbitmqctl add_vhost,"
            f" set_permissions)"
        ) from error
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError) and any(
        word in (cause.reason or str(cause)).upper() for word in _OUR_FAULT
    ):
        raise RefusedByBrokerError(
            f"no TLS with {where}: {cause.reason or cause}; see APOLLONIA_BUS__TLS_CA (who signed"
            f" the server's certificate), __TLS_CERT and __TLS_KEY (yours, where it asks for one)"
        ) from error


def _was_reset(error: Exception) -> bool:
    """Where TLS 1.3 refuses a client, the alert and the end of the connection race each other."""
    return isinstance(error.__cause__, ConnectionResetError | asyncio.IncompleteReadError)


def _words(error: Exception) -> str:
    cause = error.__cause__
    if isinstance(cause, socket.gaierror):
        return "the name is unknown"
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens there"
    return str(error) or type(error).__name__
