"""What the routes work with. Made once, in `wiring.py`; kept in `app.state.parts`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from clavilux_kit.errors import NotFound
from clavilux_kit.objects import ObjectStore
from fastapi import Depends, Path, Request

from clavilux_gateway.auth import SingleUser
from clavilux_gateway.service.accept_upload import AcceptUpload
from clavilux_gateway.service.ask_for_jobs import AskForJobs
from clavilux_gateway.service.follow_job import FollowJob
from clavilux_gateway.settings import Settings


@dataclass(frozen=True)
class Parts:
    """The use cases, and what signs, serves and checks."""

    settings: Settings
    accounts: SingleUser
    store: ObjectStore
    accept_upload: AcceptUpload
    ask_for_jobs: AskForJobs
    follow_job: FollowJob
    readiness: Mapping[str, Callable[[], Awaitable[bool]]]


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _job_id(
    job_id: Annotated[str, Path(description="The job's UUID.", examples=["550e8400-e29b-41d4-a716-446655440000"])],
) -> UUID:
    """Read the id in the path. What is no id is no job: Raises NotFound."""
    try:
        return UUID(job_id)
    except ValueError:
        raise NotFound("There is no such job.") from None


TheParts = Annotated[Parts, Depends(_parts)]
JobId = Annotated[UUID, Depends(_job_id)]
