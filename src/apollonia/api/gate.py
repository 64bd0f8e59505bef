"""Nothing under ``/api`` is reached without a credential, whatever routes are added later."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from apollonia.api.authenticate import authenticate
from apollonia.api.context import context_of
from apollonia.api.errors import close_code, problem_for
from apollonia.errors import ApolloniaError

_GUARDED = "/api"


class Gate:
    """Checks the host of every request, then the credential of all that is not public."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application: refuses, or hands on with ``state.principal`` set."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            await _admit(HTTPConnection(scope))
        except ApolloniaError as error:
            await _refuse(error, scope, receive, send)
            return
        await self._app(scope, receive, send)


async def _admit(connection: HTTPConnection) -> None:
    hosts = context_of(connection).hosts
    hosts.check_host(connection.headers)
    socket = connection.scope["type"] == "websocket"
    if socket:
        hosts.check_origin(connection.headers)
    path = connection.scope["path"]
    if socket or path == _GUARDED or path.startswith(_GUARDED + "/"):
        connection.state.principal = await authenticate(connection)


async def _refuse(error: ApolloniaError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await problem_for(error, scope)(scope, receive, send)
        return
    # Only an accepted connection can be closed with a code that the page is able to read.
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": close_code(error), "reason": error.code})
