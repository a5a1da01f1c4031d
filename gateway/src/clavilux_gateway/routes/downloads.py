"""GET /jobs/{id}/download."""

from typing import Any

from fastapi import APIRouter, Request, Response

from clavilux_gateway.auth import CurrentUser
from clavilux_gateway.parts import JobId, TheParts
from clavilux_gateway.problems import documented
from clavilux_gateway.routes.served import serve_object

router = APIRouter(prefix="/api/v1", tags=["jobs"])

_VIDEO: dict[int | str, dict[str, Any]] = {
    200: {"description": "The video.", "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}}},
    206: {"description": "The part that a Range header asked for."},
    304: {"description": "You have it already."},
    416: {"description": "The video has no such part."},
}


@router.head("/jobs/{job_id}/download", include_in_schema=False)
@router.get(
    "/jobs/{job_id}/download",
    summary="Download the video",
    response_class=Response,
    responses=_VIDEO | documented(404),
)
async def download_video(request: Request, user: CurrentUser, parts: TheParts, job_id: JobId) -> Response:
    """Send the finished video. While there is none yet, the answer is 404 and says how the job stands."""
    job, video_key = await parts.ask_for_jobs.video(user.id, job_id)
    timestamp = (job.completed_at or job.created_at).strftime("%Y%m%d_%H%M%S")
    headers = {
        "Content-Disposition": f'attachment; filename="music_video_{timestamp}.mp4"',
        "Cache-Control": "private, no-cache",
    }
    return await serve_object(request, parts.store, video_key, headers)
