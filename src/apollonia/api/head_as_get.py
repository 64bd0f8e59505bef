"""HEAD: what GET would answer, without its body, on all that the routes know as GET only."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BELOW = ("/api/", "/health/")


class HeadAsGet:
    """Not for the page, which knows HEAD itself, nor for ``/sign-in``, which uses up a link."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        if not is_head or not scope["path"].startswith(_BELOW):
            await self._app(scope, receive, send)
            return

        async def send_bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A copy: the server looks into its own to know that no body follows.
        as_get = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, send_bodiless)
        finally:
            scope["route"] = as_get.get("route")  # for the metrics
