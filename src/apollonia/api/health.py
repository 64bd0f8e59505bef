"""``/health``: whether the process lives, and whether it can do its work. Open to everybody."""

from fastapi import APIRouter, Response

from apollonia.api.context import Context
from apollonia.api.json_response import json_response
from apollonia.api.schemas import Liveness, Readiness
from apollonia.observe.probe import ready_answer


def add_health(router: APIRouter) -> None:
    """Probes for supervisors and load balancers."""
    router.add_api_route(
        "/health/live",
        live,
        response_model=Liveness,
        tags=["health"],
        summary="Whether the process answers",
    )
    router.add_api_route(
        "/health/ready",
        ready,
        response_model=Readiness,
        tags=["health"],
        summary="Whether every part can do its work",
        responses={503: {"model": Readiness, "description": "A part is unavailable"}},
    )


async def live() -> Response:
    """Answers as long as the process is alive, whatever else is away."""
    return json_response({"status": "ok"})


async def ready(context: Context) -> Response:
    """Asks every part, at most once a second. `degraded` is still 200: it works, with less."""
    results = await context.readings.read()
    status, body = ready_answer(results)
    return Response(body, status, {"Cache-Control": "no-store"}, "application/json")
