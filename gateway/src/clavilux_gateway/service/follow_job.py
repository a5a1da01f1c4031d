"""Following a job: a snapshot or exactly what was missed, then what happens, until it ends."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from clavilux_kit.errors import NotFound
from clavilux_kit.telemetry import get_logger

from clavilux_gateway.domain.following import EventId, Follower, has_seen_the_end, is_whole
from clavilux_gateway.domain.jobs import Job
from clavilux_gateway.domain.telling import JobEvent, MalformedEvent, Telling, closing_of, telling_of
from clavilux_gateway.ports import EventFeed, Jobs, Subscription

log = get_logger()


@dataclass(frozen=True)
class Told:
    """What to send to a client: an event, or the job itself as a snapshot."""

    id: EventId
    content: Telling | Job


class FollowJob:
    """The use case of GET /jobs/{id}/stream."""

    def __init__(self, *, jobs: Jobs, feed: EventFeed) -> None:
        self._jobs = jobs
        self._feed = feed

    async def has_nothing_left(self, user_id: UUID, job_id: UUID, since: EventId | None) -> bool:
        """Return whether a client that comes back has seen the job's end.

        Asked before a stream begins, so that what prevents one is still an answer: raises NotFound for an unknown job
        and Unavailable when the event stream is away.
        """
        job = await self._find(user_id, job_id)
        stream = await self._feed.stream_id()
        if since is None or not job.is_finished or since.stream != stream:
            return False
        if since.has_ended:
            return True
        with self._feed.subscribe(job_id) as live:
            until = min(since.sequence, live.floor)
        return has_seen_the_end(await self._feed.history(job_id, until_sequence=until), job)

    async def __call__(self, user_id: UUID, job_id: UUID, since: EventId | None) -> AsyncGenerator[Told, None]:
        """Yield what to send. Whoever follows anew, or from before what the stream holds, gets a snapshot first.

        Ends after a terminal event; ends without one when the client is too slow or the process stops, and then the
        client comes back with the last id it has.
        """
        stream = await self._feed.stream_id()
        with self._feed.subscribe(job_id) as live:
            follower, missed = Follower(), await self._missed(user_id, job_id, since, live, stream)
            if missed is None:
                job = await self._find(user_id, job_id)
                yield Told(EventId(stream, live.floor), job)
                if job.is_finished:
                    yield Told(EventId(stream, live.floor, has_ended=True), closing_of(job))
                    return
                follower = Follower(sequence=live.floor, n=job.event_count)
            async for event in _news(follower, missed or (), live, since):
                if (telling := _readable(event, job_id)) is None:
                    continue
                yield Told(EventId(stream, event.sequence), telling)
                if telling.is_terminal:
                    return

    async def _missed(
        self, user_id: UUID, job_id: UUID, since: EventId | None, live: Subscription, stream: str
    ) -> list[JobEvent] | None:
        """Return the job's events up to the floor, or None when they are not all there, or nobody asked for them."""
        if since is None or since.stream != stream or since.has_ended or since.sequence > live.floor:
            return None
        # The row first: what it counts later is not missing from a history that was read before.
        job = await self._find(user_id, job_id)
        past = await self._feed.history(job_id, until_sequence=live.floor)
        return past if is_whole(past, since.sequence, job.event_count) else None

    async def _find(self, user_id: UUID, job_id: UUID) -> Job:
        job = await self._jobs.find(user_id, job_id)
        if job is None:
            raise NotFound("There is no such job.")
        return job


async def _news(
    follower: Follower, past: Sequence[JobEvent], live: Subscription, since: EventId | None
) -> AsyncIterator[JobEvent]:
    """Yield what the client has not been told: of the past what lies behind its last id, then all that comes."""
    for event in past:
        if follower.admits(event) and since is not None and event.sequence > since.sequence:
            yield event
    async for event in live:
        if follower.admits(event):
            yield event


def _readable(event: JobEvent, job_id: UUID) -> Telling | None:
    try:
        return telling_of(event)
    except MalformedEvent as error:
        log.warning("event_skipped", job_id=str(job_id), reason=str(error))
        return None
