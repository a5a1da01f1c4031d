from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from clavilux_gateway.domain.jobs import Failure, Job
from clavilux_gateway.domain.telling import JobEvent, MalformedEvent, Telling, closing_of, telling_of


def job(**changes: Any) -> Job:
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "status": "processing",
        "current_stage": None,
        "progress": 0,
        "estimated_remaining_s": None,
        "total_cost_micros": 0,
        "video_key": None,
        "failure": None,
        "result": None,
        "options": {},
        "stages": (),
        "event_count": 0,
        "created_at": datetime(2026, 1, 31, tzinfo=UTC),
        "completed_at": None,
    }
    return Job(**values | changes)


def told(name: str, **payload: object) -> Telling:
    return telling_of(JobEvent(name, payload | {"n": 1, "epoch": 1}, 7))


@pytest.mark.parametrize(
    ("name", "payload", "data", "keys"),
    [
        (
            "stage_update",
            {"stage": "audio_analysis", "status": "completed", "duration_s": 45.0004},
            {"stage": "audio_analysis", "status": "completed", "duration": 45.0},
            {},
        ),
        (
            "stage_update",
            {"stage": "video_generation", "status": "processing", "done": 3, "total": 6},
            {"stage": "video_generation", "status": "processing", "progress": "3/6"},
            {},
        ),
        (
            "progress",
            {"progress": 25, "estimated_remaining": 450.4},
            {"progress": 25, "estimated_remaining": 450},
            {},
        ),
        ("progress", {"progress": 25}, {"progress": 25, "estimated_remaining": None}, {}),
        (
            "message",
            {"text": "Generating clip 3/6", "stage": "video_generation"},
            {"text": "Generating clip 3/6", "stage": "video_generation"},
            {},
        ),
        (
            "message",
            {"text": "Painting", "stage": "video_generation", "fraction": 0.5},
            {"text": "Painting", "stage": "video_generation", "fraction": 0.5},
            {},
        ),
        (
            "cost_update",
            {"stage": "video_generation", "cost_micros": 60_000, "total_micros": 850_000},
            {"stage": "video_generation", "cost": 0.06, "total": 0.85},
            {},
        ),
        (
            "clip",
            {"index": 2, "total": 6, "key": "video-clips/j/clip_3.f.mp4", "start_s": 4.0, "end_s": 8.5},
            {"index": 2, "total": 6, "start": 4.0, "end": 8.5},
            {"url": "video-clips/j/clip_3.f.mp4"},
        ),
        (
            "completed",
            {"video_key": "video-outputs/j/final_video.f.mp4", "total_micros": 1_200_000},
            {"total_cost": 1.2},
            {"video_url": "video-outputs/j/final_video.f.mp4"},
        ),
        (
            "error",
            {"error": "Generation failed", "code": "GENERATION_ERROR", "retryable": True},
            {"error": "Generation failed", "code": "GENERATION_ERROR", "retryable": True},
            {},
        ),
        ("cancelled", {}, {}, {}),
    ],
)
def test_events_are_told_with_the_fields_of_the_specification(
    name: str, payload: dict[str, object], data: dict[str, object], keys: dict[str, str]
) -> None:
    assert told(name, **payload) == Telling(name, data, keys)


@pytest.mark.parametrize("name", ["completed", "error", "cancelled"])
def test_the_stream_ends_after_these(name: str) -> None:
    assert Telling(name, {}).is_terminal


@pytest.mark.parametrize("name", ["stage_update", "progress", "message", "cost_update", "clip"])
def test_the_stream_goes_on_after_the_others(name: str) -> None:
    assert not Telling(name, {}).is_terminal


@pytest.mark.parametrize(
    ("name", "payload"),
    [("from_the_future", {}), ("clip", {"index": 1}), ("progress", {"progress": "many"}), ("completed", {})],
)
def test_an_event_that_cannot_be_read_is_malformed(name: str, payload: dict[str, object]) -> None:
    with pytest.raises(MalformedEvent):
        told(name, **payload)


def test_a_finished_job_is_told_like_its_last_event() -> None:
    completed = job(status="completed", video_key="k", total_cost_micros=1_200_000)
    failed = job(status="failed", failure=Failure("TIMEOUT", "It took too long.", retryable=True))

    assert closing_of(completed) == told("completed", video_key="k", total_micros=1_200_000)
    assert closing_of(failed) == told("error", error="It took too long.", code="TIMEOUT", retryable=True)
    assert closing_of(job(status="cancelled")) == told("cancelled")
