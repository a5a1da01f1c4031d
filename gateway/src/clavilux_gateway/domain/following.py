"""How a client follows a job without loss or doubling: event ids, gaps, and what was told already.

Two counts are at work. The *sequence* is an event's place in the stream of all jobs and makes the id that a client
sends back. `n` is its place among the job's own state events and tells an event that was published twice, or that a
snapshot has in it already. Fine progress has no `n`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clavilux_gateway.domain.jobs import Job
from clavilux_gateway.domain.telling import TERMINAL, JobEvent

_ID = re.compile(r"(?P<stream>.{1,64})-(?P<sequence>[0-9]{1,18})(?P<end>-end)?")


@dataclass(frozen=True)
class EventId:
    """The id of a server-sent event: `{stream}-{sequence}`, or `{stream}-{sequence}-end`.

    The second form marks a terminal event that was told from the database, since it has no sequence of its own.
    """

    stream: str
    sequence: int
    has_ended: bool = False

    def __str__(self) -> str:
        return f"{self.stream}-{self.sequence}{'-end' if self.has_ended else ''}"

    @classmethod
    def parse(cls, text: str | None) -> "EventId | None":
        """Return the id that a client sent, or None when there is none or it is not one of ours."""
        match = _ID.fullmatch(text) if text else None
        if match is None:
            return None
        return cls(match["stream"], int(match["sequence"]), match["end"] is not None)


class Follower:
    """What one client has been told, so that nothing old is told again."""

    def __init__(self, *, sequence: int = 0, n: int = 0) -> None:
        self._sequence = sequence
        self._n = n

    def admits(self, event: JobEvent) -> bool:
        """Return whether the event is news, and remember it."""
        if event.sequence <= self._sequence:
            return False
        self._sequence = event.sequence
        n = number_of(event)
        if n is None:
            return True
        if n <= self._n:
            return False
        self._n = n
        return True


def number_of(event: JobEvent) -> int | None:
    """Return the event's place among the state events of its job; None for fine progress."""
    n = event.payload.get("n")
    return n if isinstance(n, int) else None


def is_whole(past: Sequence[JobEvent], since: int, event_count: int) -> bool:
    """Return whether the stream still holds everything of a job after sequence `since`.

    `past` is all the stream holds of the job. The oldest goes first, so an event at or before `since` proves that
    nothing behind it is gone; without one, the first state event must be the job's very first.
    """
    if any(event.sequence <= since for event in past):
        return True
    first = next((number for event in past if (number := number_of(event)) is not None), None)
    return first == 1 if first is not None else event_count == 0


def has_seen_the_end(past: Sequence[JobEvent], job: Job) -> bool:
    """Return whether the last thing that happened to the job is a terminal event among those in `past`."""
    last = next((event for event in reversed(past) if number_of(event) is not None), None)
    return job.is_finished and last is not None and last.name in TERMINAL and number_of(last) == job.event_count
