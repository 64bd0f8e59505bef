"""Every route of the API, in the order in which they are tried."""

from fastapi import APIRouter

from apollonia.api.docs import docs_router
from apollonia.api.health import health_router
from apollonia.api.live import live_router
from apollonia.api.rest.files import files_router
from apollonia.api.rest.roots import roots_router
from apollonia.api.rest.session import session_router
from apollonia.api.rest.stats import stats_router
from apollonia.api.sign_in import sign_in_router
from apollonia.api.static import static_router

PREFIX = "/api/v1"


def all_routes() -> APIRouter:
    """Under ``/api`` guarded by the gate; the page comes last, since it answers everything."""
    api = APIRouter(prefix=PREFIX)
    for part in (
        files_router(),
        stats_router(),
        session_router(),
        roots_router(),
        live_router(),
        docs_router(),
    ):
        api.include_router(part)
    routes = APIRouter()
    for router in (api, health_router(), sign_in_router(), static_router()):
        routes.include_router(router)
    return routes
