"""Status, list and cancel of jobs."""

from typing import Annotated

from fastapi import APIRouter, Query

from clavilux_gateway.auth import CurrentUser
from clavilux_gateway.convert import cursor_of, job_document, job_status_name, job_summary, page_of
from clavilux_gateway.models import CancelAccepted, JobDocument, JobList
from clavilux_gateway.parts import JobId, TheParts
from clavilux_gateway.problems import documented

router = APIRouter(prefix="/api/v1", tags=["jobs"])


@router.get("/jobs", summary="List your jobs", responses=documented(400))
async def list_jobs(
    user: CurrentUser,
    parts: TheParts,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
) -> JobList:
    """Return one page of your jobs, the newest first."""
    jobs, next_page = await parts.ask_for_jobs.newest(user.id, limit=limit, after=page_of(cursor))
    return JobList(jobs=[job_summary(job) for job in jobs], next_cursor=cursor_of(next_page))


@router.get("/jobs/{job_id}", summary="Ask how a job stands", responses=documented(404))
async def get_job(user: CurrentUser, parts: TheParts, job_id: JobId) -> JobDocument:
    """Return a job's status, stages, cost and, once it is completed, the URL of its video."""
    return await job_document(await parts.ask_for_jobs.one(user.id, job_id), parts.store)


@router.post("/jobs/{job_id}/cancel", status_code=202, summary="Cancel a job", responses=documented(404))
async def cancel_job(user: CurrentUser, parts: TheParts, job_id: JobId) -> CancelAccepted:
    """Ask for a job to be cancelled. It ends soon after; its stream tells when. A finished job stays as it is."""
    job = await parts.ask_for_jobs.cancel(user.id, job_id)
    return CancelAccepted(job_id=job.id, status=job_status_name(job))
