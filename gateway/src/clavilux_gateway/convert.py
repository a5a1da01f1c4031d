"""From the domain to what goes over the wire. URLs are signed here, as they are sent."""

import base64
import json
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from clavilux_kit.errors import ValidationFailed
from clavilux_kit.objects import ObjectStore

from clavilux_gateway.domain.jobs import Job, Page, Stage, dollars
from clavilux_gateway.domain.telling import Telling
from clavilux_gateway.models import Costs, JobDocument, JobError, JobResult, JobStatusName, JobSummary, StageStatus

UPLOAD_URL_S = 24 * 3600
RESULT_URL_S = 3600


async def job_document(job: Job, store: ObjectStore) -> JobDocument:
    """Return a job's whole status, with a URL of its video that is valid for an hour."""
    video_key = job.video_key if job.status == "completed" else None
    return JobDocument(
        job_id=job.id,
        status=job_status_name(job),
        current_stage=job.current_stage,
        progress=job.progress,
        stages={stage.name: _stage(stage) for stage in job.stages},
        estimated_remaining=job.estimated_remaining_s,
        costs=Costs(total=dollars(job.total_cost_micros)),
        video_url=await store.sign(video_key, expires_s=RESULT_URL_S) if video_key else None,
        error=JobError(**vars(job.failure)) if job.failure else None,
        result=_result(job),
        created_at=job.created_at.isoformat(),
        completed_at=job.completed_at.isoformat() if job.completed_at else None,
    )


def job_summary(job: Job) -> JobSummary:
    """Return what a list shows of a job."""
    title = job.options.get("title")
    return JobSummary(
        job_id=job.id,
        status=job_status_name(job),
        current_stage=job.current_stage,
        progress=job.progress,
        estimated_remaining=job.estimated_remaining_s,
        costs=Costs(total=dollars(job.total_cost_micros)),
        title=title if isinstance(title, str) else None,
        created_at=job.created_at.isoformat(),
        completed_at=job.completed_at.isoformat() if job.completed_at else None,
    )


def job_status_name(job: Job) -> JobStatusName:
    """Return the status, which the database holds to the names that the API knows."""
    return cast("JobStatusName", job.status)


async def event_data(telling: Telling, store: ObjectStore) -> str:
    """Return the JSON of one server-sent event, its URLs signed anew for an hour."""
    urls = {field: await store.sign(key, expires_s=RESULT_URL_S) for field, key in telling.keys.items()}
    return json.dumps(urls | telling.data, ensure_ascii=False, separators=(",", ":"))


def cursor_of(page: Page | None) -> str | None:
    """Return where a list goes on, as an opaque text."""
    if page is None:
        return None
    return base64.urlsafe_b64encode(f"{page.created_at.isoformat()} {page.id}".encode()).decode()


def page_of(cursor: str | None) -> Page | None:
    """Read a cursor back. Raises ValidationFailed for one that we have not made."""
    if cursor is None:
        return None
    try:
        created_at, job_id = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        moment = datetime.fromisoformat(created_at)
        page = Page(moment.astimezone(UTC), UUID(job_id)) if moment.tzinfo else None
    except (ValueError, OverflowError):
        page = None
    if page is None:
        raise ValidationFailed("The cursor is not valid.", fields={"cursor": "is not one that this API has given"})
    return page


def _stage(stage: Stage) -> StageStatus:
    status = StageStatus(status=stage.status)
    if stage.status != "processing" and stage.duration_s is not None:
        status["duration"] = round(stage.duration_s, 3)
    elif stage.items_total > 1:
        status["progress"] = f"{stage.items_done}/{stage.items_total}"
    return status


def _result(job: Job) -> JobResult | None:
    if job.result is None:
        return None
    return JobResult.model_validate(
        {name: value for name, value in job.result.items() if name in JobResult.model_fields}
    )
