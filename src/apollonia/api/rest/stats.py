"""``/stats``."""

import asyncio

from fastapi import APIRouter, Response

from apollonia.api.context import ApiContext, Context
from apollonia.api.json_response import json_response
from apollonia.api.present import root_status
from apollonia.api.problems import problems
from apollonia.api.schemas import Stats
from apollonia.errors import BusUnavailableError, NotFoundError


def add_stats(router: APIRouter) -> None:
    """Counts over the whole catalog."""
    router.add_api_route(
        "/api/v1/stats",
        show_stats,
        response_model=Stats,
        tags=["stats"],
        summary="Counts, roots and queues",
        responses=problems(401, 503),
    )


async def show_stats(context: Context) -> Response:
    """How much there is, what the roots are doing, and how much work waits.

    A queue that cannot be asked just now is left out of `queues`.
    """
    ports = context.ports
    stats, roots, position, queues = await asyncio.gather(
        ports.library.stats(), ports.control.roots(), ports.catalog.position(), _depths(context)
    )
    return json_response(
        {
            "files": stats.files,
            "by_kind": dict(stats.by_kind),
            "by_format": dict(stats.by_format),
            "by_status": dict(stats.by_status),
            "by_availability": dict(stats.by_availability),
            "total_size": stats.total_size,
            "total_duration_ms": stats.total_duration_ms,
            "roots": [root_status(root) for root in roots],
            "position": position,
            "queues": queues,
            "dead_letters": stats.dead_letters,
        }
    )


async def _depths(context: ApiContext) -> dict[str, int]:
    depths: dict[str, int] = {}
    for queue in context.options.queues:
        try:
            depths[queue] = await context.ports.bus.depth(queue)
        except (BusUnavailableError, NotFoundError):
            continue
    return depths
