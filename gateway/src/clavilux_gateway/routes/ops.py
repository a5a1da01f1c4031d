"""What operators and their machines ask: is it alive, is it ready, what does it count."""

import asyncio
from collections.abc import Awaitable, Callable

from clavilux_kit.telemetry import get_logger
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from clavilux_gateway.models import Readiness
from clavilux_gateway.parts import TheParts

log = get_logger()
router = APIRouter(tags=["operations"])

_CHECK_TIMEOUT_S = 2.0


@router.get("/healthz", summary="Is the process alive?")
async def get_health() -> dict[str, str]:
    """Answer whenever the process runs at all."""
    return {"status": "ok"}


@router.get("/readyz", summary="Can it serve?", responses={503: {"model": Readiness, "description": "Not now."}})
async def get_readiness(parts: TheParts, response: Response) -> Readiness:
    """Ask the database (and its schema's version), the event bus and the object store."""
    answers = await asyncio.gather(*(_answers(name, check) for name, check in parts.readiness.items()))
    checks = dict(zip(parts.readiness, answers, strict=True))
    response.status_code = 200 if all(answers) else 503
    return Readiness(status="ready" if all(answers) else "not ready", checks=checks)


@router.get("/metrics", include_in_schema=False)
async def get_metrics() -> Response:
    """Return all figures in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _answers(name: str, check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            return await check()
    except Exception as error:  # noqa: BLE001  # whatever it is, the part does not answer; it is said and logged
        log.warning("not_ready", part=name, error=type(error).__name__, reason=str(error))
        return False
