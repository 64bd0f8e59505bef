"""The API as an ASGI application."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from apollonia.api.context import ApiContext
from apollonia.api.cursors import Cursors
from apollonia.api.docs_page import Docs
from apollonia.api.errors import add_error_handlers
from apollonia.api.gate import Gate
from apollonia.api.head_as_get import HeadAsGet
from apollonia.api.hosts import Hosts
from apollonia.api.live_feed import LiveFeed
from apollonia.api.openapi import openapi_document
from apollonia.api.options import ApiOptions
from apollonia.api.ports import ApiPorts
from apollonia.api.request_frame import RequestFrame
from apollonia.api.routes import all_routes
from apollonia.api.site import Site
from apollonia.errors import ConfigurationError
from apollonia.observe.readings import Readings

_MIN_SECRET_BYTES = 16
_MIN_COMPRESSED_BYTES = 1024
_COMPRESSION_LEVEL = 1  # level 6 takes four times as long for a tenth less


def create_app(ports: ApiPorts, options: ApiOptions) -> FastAPI:
    """The application; its ``state.api`` is the ``ApiContext``, whose feed a service must run.

    Raises:
        ConfigurationError: the secret is too short to protect anything.
    """
    if len(options.secret) < _MIN_SECRET_BYTES:
        raise ConfigurationError(f"The secret key must have at least {_MIN_SECRET_BYTES} bytes.")
    app = FastAPI(
        title="Apollonia",
        version=options.version,
        openapi_url=None,
        max_body_size=None,  # RequestFrame limits it
        middleware=[
            Middleware(RequestFrame, options=options, metrics=ports.metrics),
            Middleware(HeadAsGet),
            Middleware(
                GZipMiddleware,
                minimum_size=_MIN_COMPRESSED_BYTES,
                compresslevel=_COMPRESSION_LEVEL,
            ),
            Middleware(Gate),
        ],
    )
    app.state.api = _context(ports, options)
    add_error_handlers(app)
    app.router.routes.extend(all_routes())
    return app


def _context(ports: ApiPorts, options: ApiOptions) -> ApiContext:
    return ApiContext(
        ports=ports,
        options=options,
        cursors=Cursors(options.secret),
        docs=Docs(openapi_document),
        hosts=Hosts(options),
        feed=LiveFeed(
            catalog=ports.catalog,
            control=ports.control,
            broadcast=ports.broadcast,
            metrics=ports.metrics,
            max_clients=options.max_live_clients,
            poll_s=options.live_poll_s,
        ),
        readings=Readings(ports.checks, ports.clock),
        site=Site(options.web_folder, ports.clock),
    )
