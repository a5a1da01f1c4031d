"""What is told to whoever watches a job. The journal adds the event's number and the epoch."""

from __future__ import annotations

from typing import Any

from clavilux_orchestrator.domain.frames import time_of
from clavilux_orchestrator.domain.job import Cost, JobEvent, Position
from clavilux_orchestrator.domain.plan import Shot
from clavilux_orchestrator.domain.stages import Stage


def stage_update(position: Position, status: str, duration_s: float | None = None) -> JobEvent:
    """A stage began, went on or ended."""
    payload: dict[str, Any] = {"stage": position.stage.name, "status": status}
    if duration_s is not None:
        payload["duration_s"] = round(duration_s, 3)
    if position.total > 1:
        payload |= {"done": position.done, "total": position.total}
    return JobEvent("stage_update", payload)


def progress(position: Position) -> JobEvent:
    """How far the whole job is."""
    return JobEvent("progress", {"progress": position.progress, "estimated_remaining": position.remaining_s})


def cost_update(stage: Stage, costs: tuple[Cost, ...], total_micros: int) -> JobEvent:
    """Money was spent."""
    micros = sum(cost.micros for cost in costs)
    return JobEvent("cost_update", {"stage": stage.name, "cost_micros": micros, "total_micros": total_micros})


def clip_made(index: int, total: int, key: str, shot: Shot) -> JobEvent:
    """A clip can be looked at."""
    slot = shot.slot
    span = {"start_s": time_of(slot.start_frame), "end_s": time_of(slot.end_frame)}
    return JobEvent("clip", {"index": index, "total": total, "key": key, **span})


def completed(video_key: str, total_micros: int) -> JobEvent:
    """The video is there."""
    return JobEvent("completed", {"video_key": video_key, "total_micros": total_micros})


def failed(code: str, message: str, *, retryable: bool) -> JobEvent:
    """The job failed."""
    return JobEvent("error", {"error": message, "code": code, "retryable": retryable})


def cancelled() -> JobEvent:
    """The job was cancelled."""
    return JobEvent("cancelled", {})


def waiting_again(stage: str | None) -> JobEvent:
    """A failed job was put into the queue again."""
    return JobEvent("message", {"stage": stage or "", "text": "Waiting to be tried again"})
