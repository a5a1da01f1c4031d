"""Asking for jobs, and asking to cancel one."""

from uuid import UUID

from clavilux_kit.errors import NotFound
from clavilux_kit.events import JOBS_COMMAND

from clavilux_gateway.domain.jobs import Job, Page
from clavilux_gateway.ports import Bell, Jobs


class AskForJobs:
    """The use cases of GET /jobs, GET /jobs/{id}, its download and its cancel. Another user's job is not found."""

    def __init__(self, *, jobs: Jobs, bell: Bell) -> None:
        self._jobs = jobs
        self._bell = bell

    async def one(self, user_id: UUID, job_id: UUID) -> Job:
        """Return a job. Raises NotFound for an unknown id."""
        job = await self._jobs.find(user_id, job_id)
        if job is None:
            raise NotFound("There is no such job.")
        return job

    async def newest(self, user_id: UUID, *, limit: int, after: Page | None) -> tuple[list[Job], Page | None]:
        """Return one page of jobs, the newest first, and where the next page begins, if there is one."""
        found = await self._jobs.newest(user_id, limit=limit + 1, after=after)
        jobs = found[:limit]
        return jobs, Page(jobs[-1].created_at, jobs[-1].id) if len(found) > limit else None

    async def video(self, user_id: UUID, job_id: UUID) -> tuple[Job, str]:
        """Return a completed job and the key of its video. Raises NotFound, also while there is no video yet."""
        job = await self.one(user_id, job_id)
        if job.status != "completed" or job.video_key is None:
            raise NotFound(f"The video is not ready yet: the job is {job.status}.")
        return job, job.video_key

    async def cancel(self, user_id: UUID, job_id: UUID) -> Job:
        """Ask the orchestrator to cancel a job and return the job as it stands. A finished job stays as it is."""
        job = await self.one(user_id, job_id)
        if await self._jobs.ask_to_cancel(user_id, job.id):
            await self._bell.ring(JOBS_COMMAND)
        return job
