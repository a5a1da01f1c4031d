from itertools import pairwise

import pytest
from clavilux_orchestrator.domain.job import Answer, Cost, answer
from clavilux_orchestrator.domain.money import costs_of
from clavilux_orchestrator.domain.stages import (
    COMPOSITION,
    STAGES,
    VIDEO_GENERATION,
    job_limit_s,
    percent,
    remaining_s,
)


def test_progress_goes_from_0_to_100_without_a_gap() -> None:
    assert percent(STAGES[0], 0.0) == 0
    assert percent(STAGES[-1], 1.0) == 100
    for before, after in pairwise(STAGES):
        assert percent(before, 1.0) == percent(after, 0.0)


def test_the_estimate_follows_the_pace_of_the_stage_at_work() -> None:
    later_s = COMPOSITION.expected_s(180.0)
    assert remaining_s(VIDEO_GENERATION, 0.5, 100.0, 180.0) == round(later_s + 100.0)
    assert remaining_s(VIDEO_GENERATION, 0.0, 100.0, 180.0) == round(later_s + VIDEO_GENERATION.expected_s(180.0))
    assert remaining_s(COMPOSITION, 1.0, 10.0, 180.0) == 0


def test_fifteen_minutes_cover_six_minutes_of_song_and_grow_with_longer_ones() -> None:
    assert [job_limit_s(minutes * 60.0) for minutes in (0.5, 6, 12)] == [900.0, 900.0, 1800.0]


@pytest.mark.parametrize(
    ("command", "status", "retryable", "expected"),
    [
        ("cancel", "queued", False, Answer.CANCELLED),
        ("cancel", "processing", False, Answer.LEFT),
        ("cancel", "completed", False, Answer.TOO_LATE),
        ("retry", "failed", True, Answer.QUEUED),
        ("retry", "failed", False, Answer.TOO_LATE),
        ("retry", "processing", True, Answer.TOO_LATE),
    ],
)
def test_a_command_means_what_the_job_allows(command: str, status: str, *, retryable: bool, expected: Answer) -> None:
    assert answer(command, status, retryable=retryable) is expected


def test_attempts_of_one_model_are_one_line_and_free_work_is_none() -> None:
    costs = [
        {"provider": "replicate", "model": "svd", "cost_micros": "300"},
        {"provider": "replicate", "model": "svd", "cost_micros": "200"},
        {"provider": "openai", "model": "tts", "cost_micros": 0},
    ]
    assert costs_of({"costs": costs}) == (Cost("replicate/svd", 500),)
    assert costs_of({}) == ()
