"""GET /jobs/{id}/stream: progress as server-sent events."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from clavilux_kit.objects import ObjectStore
from clavilux_kit.telemetry import get_logger
from fastapi import APIRouter, Header, Query, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from clavilux_gateway.auth import CurrentUser
from clavilux_gateway.convert import event_data, job_document
from clavilux_gateway.domain.following import EventId
from clavilux_gateway.domain.jobs import Job
from clavilux_gateway.metrics import SSE_CLIENTS, SSE_DROPPED
from clavilux_gateway.parts import JobId, TheParts
from clavilux_gateway.problems import documented
from clavilux_gateway.service.follow_job import Told

log = get_logger()
router = APIRouter(prefix="/api/v1", tags=["jobs"])

_DESCRIPTION = """Follow a job as server-sent events (`text/event-stream`).

| event | data |
|---|---|
| `snapshot` | the job as `GET /jobs/{job_id}` answers it; comes first unless you resume |
| `stage_update` | `stage`, `status`, `duration` (seconds, once ended), `progress` (`3/6`) |
| `progress` | `progress` (per cent), `estimated_remaining` (seconds) |
| `message` | `text`, `stage`, `fraction` (0 to 1, where known) |
| `cost_update` | `stage`, `cost`, `total` (dollars) |
| `clip` | `index`, `total`, `url`, `start`, `end` (seconds): a clip is ready |
| `completed` | `video_url`, `total_cost`; the stream ends |
| `error` | `error`, `code`, `retryable`; the stream ends |
| `cancelled` | nothing; the stream ends |

Send the last id you have as `Last-Event-ID` (header or query) to be told exactly what you missed. An id that the stream
no longer knows brings a `snapshot`. After the end a resume is answered with 204, upon which an EventSource stops.
A comment every 15 seconds keeps the connection open. An EventSource also fires `error` events of its own when the
connection breaks; those have no data."""

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "The stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
    204: {"description": "You have seen the end."},
}


@router.get(
    "/jobs/{job_id}/stream",
    summary="Follow a job",
    description=_DESCRIPTION,
    response_class=Response,
    responses=_STREAM | documented(404),
)
async def stream_job(
    user: CurrentUser,
    parts: TheParts,
    job_id: JobId,
    last_event_id: Annotated[str | None, Header()] = None,
    last_event_id_query: Annotated[str | None, Query(alias="Last-Event-ID")] = None,
) -> Response:
    """Begin the stream, or say that there is nothing more to come."""
    since = EventId.parse(last_event_id or last_event_id_query)
    if await parts.follow_job.has_nothing_left(user.id, job_id, since):
        return Response(status_code=204)
    return _Stream(
        _events(parts.follow_job(user.id, job_id, since), parts.store),
        ping=parts.settings.sse_ping_s,
        send_timeout=parts.settings.sse_send_timeout_s,
        headers={"Cache-Control": "no-cache"},
    )


class _Stream(EventSourceResponse):
    """A stream that gives up on a client that no longer reads."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            SSE_DROPPED.inc()
            log.info("sse_client_dropped", path=scope["path"])


async def _events(told: AsyncGenerator[Told, None], store: ObjectStore) -> AsyncIterator[ServerSentEvent]:
    with SSE_CLIENTS.track_inprogress():
        async with aclosing(told):
            async for each in told:
                if isinstance(each.content, Job):
                    name, data = "snapshot", (await job_document(each.content, store)).model_dump_json()
                else:
                    name, data = each.content.name, await event_data(each.content, store)
                yield ServerSentEvent(data, event=name, id=str(each.id))
