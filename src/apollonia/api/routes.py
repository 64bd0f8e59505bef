"""Every route of the API, in the order in which they are tried."""

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from apollonia.api.docs import add_docs
from apollonia.api.health import add_health
from apollonia.api.live import add_live
from apollonia.api.rest.dead_letters import add_dead_letters
from apollonia.api.rest.files import add_files
from apollonia.api.rest.previews import add_previews
from apollonia.api.rest.roots import add_roots
from apollonia.api.rest.session import add_session
from apollonia.api.rest.stats import add_stats
from apollonia.api.sign_in import add_sign_in
from apollonia.api.static import add_page


@cache
def all_routes() -> Sequence[BaseRoute]:
    """The routes, made once: they know no application, only the request's own."""
    router = APIRouter()
    add_routes(router)
    return tuple(router.routes)


def add_routes(router: APIRouter) -> None:
    """Under ``/api`` guarded by the gate; the page comes last, since it answers everything.

    One flat router with whole paths: an included one hides its prefix from metrics.
    """
    add_files(router)
    add_previews(router)
    add_stats(router)
    add_session(router)
    add_roots(router)
    add_dead_letters(router)
    add_live(router)
    add_docs(router)
    add_health(router)
    add_sign_in(router)
    add_page(router)
