"""From events on the bus to what a client is told: the specification's names and fields, money in dollars.

Object keys stay keys here and are named apart, because a URL is signed only when it is sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clavilux_gateway.domain.jobs import Job, dollars

TERMINAL = frozenset({"completed", "error", "cancelled"})

Payload = Mapping[str, Any]


class MalformedEvent(Exception):
    """An event that this version cannot read. It is skipped, and logged."""


@dataclass(frozen=True)
class JobEvent:
    """An event of a job as the bus carries it, with its place in the stream of all jobs."""

    name: str
    payload: Payload
    sequence: int


@dataclass(frozen=True)
class Telling:
    """One event for a client. `keys` maps fields of the data to the objects whose signed URLs they will hold."""

    name: str
    data: dict[str, object]
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def is_terminal(self) -> bool:
        """Whether the stream ends with it."""
        return self.name in TERMINAL


def telling_of(event: JobEvent) -> Telling:
    """Return what to tell of an event. Raises MalformedEvent for an unknown name or a missing field."""
    try:
        return _TELLERS[event.name](event.payload)
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedEvent(f"{event.name}: {type(error).__name__}: {error}") from error


def closing_of(job: Job) -> Telling:
    """Return the terminal event of a finished job, told from its row."""
    if job.status == "completed" and job.video_key is not None:
        return _completed({"video_key": job.video_key, "total_micros": job.total_cost_micros})
    if job.failure is not None and job.status == "failed":
        failure = job.failure
        return _error({"error": failure.message, "code": failure.code, "retryable": failure.retryable})
    return Telling("cancelled", {})


def _stage_update(payload: Payload) -> Telling:
    data: dict[str, object] = {"stage": str(payload["stage"]), "status": str(payload["status"])}
    if payload.get("duration_s") is not None:
        data["duration"] = round(float(payload["duration_s"]), 3)
    if payload.get("total"):
        data["progress"] = f"{int(payload['done'])}/{int(payload['total'])}"
    return Telling("stage_update", data)


def _progress(payload: Payload) -> Telling:
    remaining = payload.get("estimated_remaining")
    return Telling(
        "progress",
        {
            "progress": int(payload["progress"]),
            "estimated_remaining": None if remaining is None else round(float(remaining)),
        },
    )


def _message(payload: Payload) -> Telling:
    data: dict[str, object] = {"text": str(payload["text"]), "stage": str(payload["stage"])}
    if payload.get("fraction") is not None:
        data["fraction"] = float(payload["fraction"])
    return Telling("message", data)


def _cost_update(payload: Payload) -> Telling:
    cost, total = dollars(int(payload["cost_micros"])), dollars(int(payload["total_micros"]))
    return Telling("cost_update", {"stage": str(payload["stage"]), "cost": cost, "total": total})


def _clip(payload: Payload) -> Telling:
    return Telling(
        "clip",
        {
            "index": int(payload["index"]),
            "total": int(payload["total"]),
            "start": float(payload["start_s"]),
            "end": float(payload["end_s"]),
        },
        {"url": str(payload["key"])},
    )


def _completed(payload: Payload) -> Telling:
    return Telling(
        "completed", {"total_cost": dollars(int(payload["total_micros"]))}, {"video_url": str(payload["video_key"])}
    )


def _error(payload: Payload) -> Telling:
    return Telling(
        "error",
        {"error": str(payload["error"]), "code": str(payload["code"]), "retryable": bool(payload["retryable"])},
    )


def _cancelled(_payload: Payload) -> Telling:
    return Telling("cancelled", {})


_TELLERS: dict[str, Callable[[Payload], Telling]] = {
    "stage_update": _stage_update,
    "progress": _progress,
    "message": _message,
    "cost_update": _cost_update,
    "clip": _clip,
    "completed": _completed,
    "error": _error,
    "cancelled": _cancelled,
}
