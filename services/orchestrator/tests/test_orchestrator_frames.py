from itertools import pairwise

import pytest
from clavilux_orchestrator.domain.frames import (
    CROSSFADE,
    CUT,
    FADE,
    Join,
    PlannedJoin,
    frame_of,
    lay_out,
    time_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

joins = st.builds(
    PlannedJoin,
    kind=st.sampled_from([CUT, CROSSFADE, FADE, "TRANSITION_KIND_UNSPECIFIED"]),
    duration_s=st.floats(0.0, 12.0),
)


@st.composite
def songs(draw: st.DrawFn) -> tuple[list[float], list[PlannedJoin], float]:
    lengths = draw(st.lists(st.floats(0.05, 9.0), min_size=1, max_size=12))
    bounds = [sum(lengths[:n]) for n in range(len(lengths) + 1)]
    return bounds[:-1], draw(st.lists(joins, min_size=len(bounds), max_size=len(bounds))), bounds[-1]


@settings(max_examples=40)
@given(songs())
def test_slots_cover_the_song_without_gap_or_overlap(song: tuple[list[float], list[PlannedJoin], float]) -> None:
    starts_s, planned, duration_s = song
    slots = lay_out(starts_s, planned, duration_s)
    frames = [frame for slot in slots for frame in range(slot.start_frame, slot.end_frame)]
    assert frames == list(range(frame_of(duration_s)))


@settings(max_examples=40)
@given(songs())
def test_no_boundary_is_more_than_half_a_frame_from_its_time(
    song: tuple[list[float], list[PlannedJoin], float],
) -> None:
    starts_s, planned, duration_s = song
    for start_s, slot in zip(starts_s, lay_out(starts_s, planned, duration_s), strict=True):
        assert abs(slot.start_frame / 30 - start_s) <= 0.5 / 30 + 1e-9


@settings(max_examples=40)
@given(songs())
def test_both_sides_of_a_join_agree_and_transitions_never_meet(
    song: tuple[list[float], list[PlannedJoin], float],
) -> None:
    slots = lay_out(*song)
    for before, after in pairwise(slots):
        assert before.end == after.begin
        assert before.tail_frames + after.lead_frames == (before.end.frame_count if before.end.kind == CROSSFADE else 0)
    for slot in slots:
        # A transition covers the frames [b - N // 2, b - N // 2 + N) around its boundary b.
        inside_from_begin = slot.begin.frame_count - slot.begin.frame_count // 2
        inside_to_end = slot.end.frame_count // 2
        assert inside_from_begin + inside_to_end <= slot.frame_count


@settings(max_examples=40)
@given(songs())
def test_the_song_needs_no_picture_before_its_start_or_after_its_end(
    song: tuple[list[float], list[PlannedJoin], float],
) -> None:
    slots = lay_out(*song)
    assert slots[0].lead_frames == 0
    assert slots[-1].tail_frames == 0


@given(st.integers(0, 100_000))
def test_a_frame_is_found_again_from_its_time(frame: int) -> None:
    assert frame_of(time_of(frame)) == frame


def test_half_a_frame_goes_up() -> None:
    assert [frame_of(time_s) for time_s in (0.0, 0.5 / 30, 0.49 / 30, 1.0, 2.5 / 30)] == [0, 1, 0, 30, 3]


def test_an_odd_crossfade_gives_its_extra_frame_to_the_outgoing_clip() -> None:
    join = Join(CROSSFADE, 15)
    assert (join.lead_frames, join.tail_frames) == (7, 8)


def test_a_fade_through_black_needs_no_handles() -> None:
    join = Join(FADE, 15)
    assert (join.lead_frames, join.tail_frames) == (0, 0)


def test_a_crossfade_at_the_edge_of_the_song_is_a_cut() -> None:
    (slot,) = lay_out([0.0], [PlannedJoin(CROSSFADE, 0.5), PlannedJoin(CROSSFADE, 0.5)], 4.0)
    assert (slot.begin, slot.end) == (Join(), Join())


def test_shots_that_fall_on_the_same_frame_are_refused() -> None:
    with pytest.raises(ValueError, match="Shot 1 has no frame"):
        lay_out([0.0, 1.0, 1.001], [PlannedJoin(CUT, 0.0)] * 4, 4.0)


def test_a_missing_transition_is_refused() -> None:
    with pytest.raises(ValueError, match="2 shots and 2 transitions"):
        lay_out([0.0, 1.0], [PlannedJoin(CUT, 0.0)] * 2, 4.0)
