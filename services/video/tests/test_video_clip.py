"""What may be asked for, and how a take is judged."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from clavilux_kit.errors import GenerationFailed, ValidationFailed
from clavilux_stage import AngleSpec, SceneSpec
from clavilux_video.domain.clip import ClipRequest, ProbedClip, Take, clip_of
from clavilux_video.domain.money import Cost
from clavilux_video.domain.timing import band_by_frame, frame_at
from hypothesis import given
from hypothesis import strategies as st

EXACT = Take("local", "stage-1", is_exact=True)
BOUGHT = Take("replicate", "wan", is_exact=False, costs=(Cost("replicate", "wan", 60_000),))


def probed(frame_count: int, rate: int = 30) -> ProbedClip:
    return ProbedClip(frame_count, Fraction(rate), frame_count / rate, 160, 90)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("request_id", {"request_id": ""}),
        ("output_key", {"output_key": ""}),
        ("slot_frames", {"slot_frames": 0}),
        ("slot_frames", {"slot_frames": 100_000}),
        ("lead_frames", {"lead_frames": -1}),
        ("frame_rate", {"rate": Fraction(1, 2)}),
        ("size", {"width_px": 161}),
        ("size", {"height_px": 100_000}),
        ("intensity", {"intensity": float("nan")}),
        ("angles", {"angles": ()}),
        ("angles", {"angles": (AngleSpec(3, "static", "wide", 0.5),)}),
        ("angles", {"angles": (AngleSpec(0, "static", "wide", 0.5), AngleSpec(99, "static", "wide", 0.5))}),
    ],
)
def test_what_no_clip_can_be_made_of_is_refused_with_its_field(
    a_request: Any, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        a_request(**changes)
    assert field in refusal.value.fields


def test_an_exact_take_with_a_frame_too_few_is_an_error(a_request: Any) -> None:
    with pytest.raises(GenerationFailed, match="19 frames"):
        clip_of(a_request(), EXACT, probed(19))


def test_an_exact_take_at_another_rate_is_an_error(a_request: Any) -> None:
    with pytest.raises(GenerationFailed):
        clip_of(a_request(), EXACT, probed(20, rate=25))


def test_a_short_clip_gives_up_its_tail_before_its_lead_and_says_so(a_request: Any) -> None:
    clip = clip_of(a_request(), BOUGHT, probed(18))
    assert (clip.lead_frames, clip.tail_frames) == (4, 2)
    assert [fallback.code for fallback in clip.degradations] == ["cut_instead_of_crossfade"]
    assert clip.degradations[0].item == "clip_3"


def test_a_clip_shorter_than_its_slot_says_so(a_request: Any) -> None:
    clip = clip_of(a_request(), BOUGHT, probed(10))
    assert (clip.lead_frames, clip.tail_frames) == (0, 0)
    assert [fallback.code for fallback in clip.degradations] == ["clip_too_short"]


def test_a_clip_at_a_models_own_rate_is_measured_in_the_videos_frames(a_request: Any) -> None:
    request = a_request(lead_frames=10, slot_frames=120, tail_frames=10, energy=((), (), ()))
    clip = clip_of(request, BOUGHT, probed(81, rate=16))
    assert (clip.lead_frames, clip.tail_frames) == (10, 10)
    assert not clip.degradations


@given(st.integers(1, 400))
def test_handles_and_slot_never_pass_what_is_there(available: int) -> None:
    request = _longer_request()
    clip = clip_of(request, BOUGHT, probed(available))
    assert clip.lead_frames <= request.lead_frames
    assert clip.tail_frames <= request.tail_frames
    if clip.lead_frames or clip.tail_frames:
        assert clip.lead_frames + request.slot_frames + clip.tail_frames <= available


@given(st.integers(0, 10**6))
def test_a_frames_own_time_is_that_frame(frame: int) -> None:
    assert frame_at(frame / 30, Fraction(30)) == frame


def test_halves_are_rounded_up() -> None:
    assert [frame_at(time_s, Fraction(2)) for time_s in (0.25, 0.75, 1.25)] == [1, 2, 3]


def test_loudness_at_the_frame_rate_is_taken_as_it_is() -> None:
    band = band_by_frame((0.0, 0.5, 1.0), rate_hz=30.0, frame_count=3, rate=Fraction(30))
    assert band.tolist() == [0.0, 0.5, 1.0]


def test_loudness_is_resampled_held_at_its_end_and_silent_where_none_is_given() -> None:
    assert band_by_frame((0.0, 1.0), rate_hz=15.0, frame_count=4, rate=Fraction(30)).tolist() == [0.0, 0.5, 1.0, 1.0]
    assert band_by_frame((), rate_hz=30.0, frame_count=2, rate=Fraction(30)).tolist() == [0.0, 0.0]


@given(st.lists(st.floats(width=32), max_size=50), st.integers(0, 100))
def test_loudness_is_always_a_number_from_0_to_1(values: list[float], frame_count: int) -> None:
    band = band_by_frame(tuple(values), rate_hz=30.0, frame_count=frame_count, rate=Fraction(24))
    assert band.shape == (frame_count,)
    assert np.all((band >= 0) & (band <= 1))


def _longer_request() -> ClipRequest:
    return ClipRequest(
        request_id="r",
        job_id="j",
        clip_index=0,
        scene=SceneSpec(description=""),
        angles=(AngleSpec(0, "static", "wide", 0.0),),
        beats=(),
        energy=((), (), ()),
        intensity=0.0,
        lead_frames=7,
        slot_frames=100,
        tail_frames=8,
        rate=Fraction(30),
        width_px=160,
        height_px=90,
        seed=0,
        output_key="k",
    )
