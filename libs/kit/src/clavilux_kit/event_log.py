"""The stream of events, read by sequence.

It lies in JetStream as EVENTS for 24 h, under `clavilux.events.<job_id>.<name>`. Batched direct gets (NATS 2.11 or
newer) read it, not consumers: there is no state on the server that a restart could lose, and nothing can be skipped.
"""

import json
import re
from dataclasses import dataclass

import nats.errors
from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.js.api import StorageType, StreamConfig, StreamInfo
from nats.js.errors import BadRequestError, NotFoundError

from clavilux_kit.errors import Unavailable, ValidationFailed
from clavilux_kit.telemetry import get_logger

STREAM = "EVENTS"
_PREFIX = "clavilux.events."
ALL_EVENTS = _PREFIX + ">"

_MAX_AGE_S = 24 * 3600.0
_DUPLICATES_S = 600.0
_TIMEOUT_S = 3.0
_BATCH = 256
_OTHER_CONFIGURATION = 10058
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class Event:
    """Something that happened to a job. `sequence` is its place in the stream; 0 before it is published."""

    job_id: str
    name: str
    payload: dict[str, object]
    sequence: int = 0


@dataclass(frozen=True)
class Batch:
    """Events in order, the sequence up to which everything was read, and whether there is more."""

    events: tuple[Event, ...]
    position: int
    has_more: bool


def subject_of(job_id: str, name: str) -> str:
    """Return the subject of an event; `name` ">" means all of the job's. Raises ValidationFailed for odd names."""
    if not _TOKEN.fullmatch(job_id) or not (name == ">" or _TOKEN.fullmatch(name)):
        raise ValidationFailed("A job's id or an event's name has characters that do not belong there.")
    return f"{_PREFIX}{job_id}.{name}"


class EventLog:
    """Reads the stream. All methods raise Unavailable when NATS does not answer."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._jetstream = client.jetstream(timeout=_TIMEOUT_S)

    async def ensure(self) -> None:
        """Create the stream unless it is there; one that was configured otherwise (replicas) is left as it is."""
        config = StreamConfig(
            name=STREAM,
            subjects=[ALL_EVENTS],
            storage=StorageType.FILE,
            max_age=_MAX_AGE_S,
            duplicate_window=_DUPLICATES_S,
            allow_direct=True,
        )
        try:
            await self._jetstream.add_stream(config)
        except BadRequestError as error:
            if error.err_code != _OTHER_CONFIGURATION:
                raise

    async def identity(self) -> str:
        """Return what tells this stream from one made anew after a loss: its creation, in Unix milliseconds."""
        info = await self._info()
        if info.created is None:
            raise Unavailable("The event stream does not say when it was created.")
        return str(int(info.created.timestamp() * 1000))

    async def last_sequence(self) -> int:
        """Return the sequence of the newest event, as the stream's leader knows it; 0 for a new stream."""
        return (await self._info()).state.last_seq

    async def read(self, subject: str, *, after: int) -> Batch:
        """Return the next events on `subject` after a sequence, as many as come in one batch.

        In a cluster a follower may answer that is some milliseconds behind: it leaves out the newest, nothing else.
        """
        inbox = self._client.new_inbox()
        request = json.dumps({"seq": after + 1, "next_by_subj": subject, "batch": _BATCH}).encode()
        try:
            replies = await self._client.subscribe(inbox)
            try:
                await self._client.publish(f"$JS.API.DIRECT.GET.{STREAM}", request, reply=inbox)
                return await _collect(replies, after)
            finally:
                await replies.unsubscribe()
        except (nats.errors.Error, TimeoutError) as error:
            raise Unavailable("The event stream does not answer.") from error

    async def first_missed(self, subject: str, *, after: int) -> int | None:
        """Return the sequence of the next event after a sequence, as the stream's leader knows it; None for none."""
        try:
            found = await self._jetstream.get_msg(STREAM, seq=after + 1, subject=subject, next=True)
        except NotFoundError:
            return None
        except (nats.errors.Error, TimeoutError) as error:
            raise Unavailable("The event stream does not answer.") from error
        return found.seq

    async def _info(self) -> StreamInfo:
        try:
            return await self._jetstream.stream_info(STREAM)
        except (nats.errors.Error, TimeoutError) as error:
            raise Unavailable("The event stream does not answer.") from error


async def _collect(replies: Subscription, after: int) -> Batch:
    events: list[Event] = []
    position = after
    while True:
        reply = await replies.next_msg(timeout=_TIMEOUT_S)
        headers = reply.headers or {}
        match headers.get("Status"):
            case None:
                position = int(headers["Nats-Sequence"])
                event = _event(headers["Nats-Subject"], reply.data, position)
                if event is not None:
                    events.append(event)
            case "404":
                return Batch((), after, has_more=False)
            case "204" if headers.get("Nats-Last-Sequence") == str(position):
                return Batch(tuple(events), position, has_more=headers.get("Nats-Num-Pending") != "0")
            case status:
                raise Unavailable(f"The event stream answers with status {status}.")


def _event(subject: str, data: bytes, sequence: int) -> Event | None:
    """Return the event of a message; None for one that is not ours, which the log tells of."""
    job_id, _, name = subject.removeprefix(_PREFIX).partition(".")
    try:
        payload = json.loads(data)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        get_logger().warning("event_malformed", subject=subject, sequence=sequence)
        return None
    return Event(job_id, name, payload, sequence)
