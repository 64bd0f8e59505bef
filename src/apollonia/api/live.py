"""``/api/v1/live``: what changes, as it changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from apollonia.api.authenticate import authenticate
from apollonia.api.context import ApiContext, context_of, principal_of
from apollonia.api.errors import close_code
from apollonia.api.live_client import LiveClient, frame_text
from apollonia.api.live_feed import BATCH, changes_frame
from apollonia.domain.principal import Principal
from apollonia.errors import ApolloniaError, InvalidError, Rejected
from apollonia.ports.catalog import Catalog

MAX_CATCH_UP = 5_000

_SEND_LIMIT_S = 10.0
_VERIFY_S = 60.0
_MAX_DIGITS = 18


def add_live(router: APIRouter) -> None:
    """The live connection; its messages are described in the API's README."""
    router.add_api_websocket_route("/api/v1/live", live, name="live")


async def live(socket: WebSocket) -> None:
    """Hello, then what was missed since ``since``, then everything as it happens."""
    await socket.accept()
    context = context_of(socket)
    try:
        since = _since(socket)
        async with _joined(context, principal_of(socket)) as client:
            await _serve(socket, context, client, since)
    except ApolloniaError as error:
        await _close(socket, close_code(error), error.code)


async def _serve(
    socket: WebSocket, context: ApiContext, client: LiveClient, since: int | None
) -> None:
    """Until the browser goes, the server stops, the session ends or the line is too slow."""
    tasks = [
        asyncio.create_task(_tell(socket, context, client, since)),
        asyncio.create_task(_listen(socket)),
        asyncio.create_task(_watch_session(socket, client)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, ApolloniaError):
            raise result
    if client.close_code is not None:
        await _close(socket, client.close_code, "")
    for task in done:
        task.result()


async def _tell(
    socket: WebSocket, context: ApiContext, client: LiveClient, since: int | None
) -> None:
    try:
        hello = {"type": "hello", "position": client.start, "version": context.options.version}
        await _send(socket, frame_text(hello))
        if since is not None:
            async for frame in _missed(context.ports.catalog, since, client.start):
                await _send(socket, frame)
        while (offered := await client.take()) is not None:
            await _send(socket, offered)
    except (TimeoutError, WebSocketDisconnect):
        return  # nobody reads: there is nobody to tell


async def _missed(catalog: Catalog, since: int, until: int) -> AsyncIterator[str]:
    """The changes behind ``since`` up to ``until``, or a reset when they are not to be had."""
    oldest = await catalog.oldest_position()
    behind = until - since
    gone = behind > 0 and (oldest == 0 or since < oldest - 1)
    ahead = behind < 0 and since > await catalog.position()
    if gone or ahead or behind > MAX_CATCH_UP:
        yield frame_text({"type": "reset", "position": until})
        return
    while since < until:
        page = await catalog.changes(since, min(BATCH, until - since))
        if not page:
            return
        since = page[-1].position
        yield changes_frame(page)


async def _listen(socket: WebSocket) -> None:
    """What a page sends means nothing yet; reading it is how its going is noticed."""
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, KeyError):
        return


async def _watch_session(socket: WebSocket, client: LiveClient) -> None:
    """A session that another process ended closes the connection here within a minute."""
    while True:
        await asyncio.sleep(_VERIFY_S)
        try:
            await authenticate(socket)
        except Rejected:
            client.sign_out()
        except ApolloniaError:
            continue  # nobody can tell just now: ask again later


@asynccontextmanager
async def _joined(context: ApiContext, principal: Principal) -> AsyncIterator[LiveClient]:
    client = await context.feed.join(principal)
    try:
        yield client
    finally:
        context.feed.leave(client)


async def _send(socket: WebSocket, frame: str) -> None:
    async with asyncio.timeout(_SEND_LIMIT_S):
        await socket.send_text(frame)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        async with asyncio.timeout(1.0):
            await socket.close(code, reason)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        return  # it is gone already


def _since(socket: WebSocket) -> int | None:
    text = socket.query_params.get("since")
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise InvalidError("since must be a position, as hello and changes tell it")
    return int(text)
