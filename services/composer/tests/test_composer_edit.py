"""The edit: exact for any timeline and any clips."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from clavilux_composer.domain.edit import decide_edit
from clavilux_composer.domain.shots import Adjustment, AdjustmentKind, Edit, SourceKind
from clavilux_composer.domain.timeline import CUT, Join, JoinKind, Slot, Timeline
from clavilux_kit.errors import ValidationFailed
from hypothesis import given, settings
from hypothesis import strategies as st

CROSSFADE = Join(JoinKind.CROSSFADE, 15)
FADE = Join(JoinKind.FADE, 15)


def timeline(*slots: tuple[int, Join], end: Join = CUT, lead: int = 7, still: str = "") -> Timeline:
    """Slots of so many frames that begin so."""
    made: list[Slot] = []
    for index, (frames, begin) in enumerate(slots):
        start = made[-1].end if made else 0
        made.append(Slot(index, start, frames, f"clip{index}", still, lead_frames=lead, begin=begin))
    return Timeline(tuple(made), made[-1].end, end)


def shown(edit: Edit) -> Iterator[tuple[int, int]]:
    """The frames that the shots add up to: each starts a crossfade before the one before it ends."""
    position = 0
    for shot in edit.shots:
        position -= shot.crossfade_frames
        yield position, position + shot.frames
        position += shot.frames


joins = st.builds(Join, st.sampled_from(JoinKind), st.integers(0, 40))
ends = st.builds(Join, st.sampled_from([JoinKind.CUT, JoinKind.FADE]), st.integers(0, 40))


@st.composite
def timelines(draw: st.DrawFn) -> tuple[Timeline, dict[int, int]]:
    rows = draw(st.lists(st.tuples(st.integers(1, 200), joins, st.integers(0, 30)), min_size=1, max_size=12))
    clips = draw(st.dictionaries(st.integers(0, len(rows) - 1), st.integers(1, 300), min_size=1))
    made: list[Slot] = []
    for index, (frames, begin, lead) in enumerate(rows):
        still = draw(st.sampled_from(["", "still"]))
        made.append(Slot(index, made[-1].end if made else 0, frames, "", still, lead, begin))
    return Timeline(tuple(made), made[-1].end, draw(ends)), clips


@settings(max_examples=40)
@given(timelines())
def test_for_any_timeline_and_clips_the_frames_add_up_and_every_slot_is_in_its_place(
    case: tuple[Timeline, dict[int, int]],
) -> None:
    asked, clips = case
    edit = decide_edit(asked, clips)

    spans = list(shown(edit))

    assert spans[0][0] == 0
    assert spans[-1][1] == asked.total_frames
    for slot, shot, (start, end) in zip(asked.slots, edit.shots, spans, strict=True):
        assert (start, end) == (shot.start, shot.end)
        assert start <= slot.start
        assert end >= slot.end
        assert shot.crossfade_frames // 2 == slot.start - start
    for before, after in pairwise(edit.shots):
        assert before.end - after.start == after.crossfade_frames
        assert before.start + before.crossfade_frames <= after.start, "no frame is in three shots"


@settings(max_examples=40)
@given(timelines())
def test_for_any_timeline_and_clips_the_slots_own_frames_come_from_the_right_place(
    case: tuple[Timeline, dict[int, int]],
) -> None:
    asked, clips = case
    edit = decide_edit(asked, clips)

    for slot, shot in zip(asked.slots, edit.shots, strict=True):
        assert 0 <= shot.source.first_frame < shot.source.clip_frames
        assert shot.fade_in_frames + shot.fade_out_frames <= shot.frames
        if shot.source.kind is SourceKind.CLIP:
            own = shot.source.first_frame + slot.start - shot.start
            assert own == (slot.lead_frames if slot.lead_frames < clips[slot.index] else 0)


@settings(max_examples=40)
@given(timelines(), st.integers(1, 5))
def test_segments_keep_all_shots_and_never_split_a_crossfade(
    case: tuple[Timeline, dict[int, int]], max_shots: int
) -> None:
    edit = decide_edit(*case)

    segments = edit.segments(max_shots)

    assert [shot for segment in segments for shot in segment] == list(edit.shots)
    assert all(not segment[0].crossfade_frames for segment in segments)
    for before, after in pairwise(segments):
        assert len(before) >= max_shots
        assert before[-1].end == after[0].start


def test_a_long_clip_is_trimmed_from_its_end() -> None:
    edit = decide_edit(timeline((60, CUT)), {0: 100})

    assert edit.shots[0].source.first_frame == 7
    assert edit.adjustments == (Adjustment(0, AdjustmentKind.TRIMMED, 33),)


def test_a_short_clip_is_looped_whole() -> None:
    edit = decide_edit(timeline((100, CUT), lead=0), {0: 40})

    assert edit.adjustments == (Adjustment(0, AdjustmentKind.LOOPED, 2),)


def test_a_clip_that_fits_is_not_touched() -> None:
    edit = decide_edit(timeline((60, CUT), (60, CROSSFADE)), {0: 7 + 60 + 8, 1: 67})

    assert not edit.adjustments
    assert edit.transition_frames == ((53, 68),)
    assert edit.cut_frames == ()


@pytest.mark.parametrize(
    ("clips", "lead"), [({0: 74, 1: 67}, 7), ({0: 200, 1: 67}, 6)], ids=["no tail before it", "no lead after it"]
)
def test_a_crossfade_without_handles_becomes_a_cut_and_says_so(clips: dict[int, int], lead: int) -> None:
    edit = decide_edit(timeline((61, CUT), (60, CROSSFADE), lead=lead), clips)

    assert Adjustment(1, AdjustmentKind.CUT_INSTEAD_OF_CROSSFADE) in edit.adjustments
    assert [note.code for note in edit.degradations] == ["cut_instead_of_crossfade"]
    assert edit.cut_frames == (61,)


def test_a_crossfade_longer_than_its_shots_becomes_a_cut() -> None:
    edit = decide_edit(timeline((60, CUT), (10, CROSSFADE), (60, CROSSFADE)), {0: 200, 1: 200, 2: 200})

    assert [shot.crossfade_frames for shot in edit.shots] == [0, 15, 0]


def test_a_missing_clip_shows_its_still_in_its_own_slot() -> None:
    edit = decide_edit(timeline((60, CUT), (60, CUT), still="still"), {0: 67})

    assert edit.shots[1].source.kind is SourceKind.STILL
    assert edit.adjustments[-1] == Adjustment(1, AdjustmentKind.FILLED_WITH_STILL)
    assert edit.degradations[-1].code == "missing_clip_filled"


def test_a_missing_clip_without_a_still_freezes_its_neighbour() -> None:
    edit = decide_edit(timeline((30, CUT), (60, CUT), (30, CUT)), {1: 67})

    assert [(shot.source.slot_index, shot.source.first_frame) for shot in edit.shots] == [(1, 7), (1, 7), (1, 66)]
    assert [a.kind for a in edit.adjustments] == [AdjustmentKind.FILLED_WITH_NEIGHBOUR] * 2
    assert edit.cut_frames == (), "a picture and its own frozen frame have no cut between them"


def test_a_fade_between_shots_is_centred_and_at_the_ends_of_the_song_whole() -> None:
    edit = decide_edit(timeline((60, FADE), (60, FADE), end=FADE, lead=0), {0: 60, 1: 60})

    assert [(shot.fade_in_frames, shot.fade_out_frames) for shot in edit.shots] == [(15, 7), (8, 15)]
    assert edit.transition_frames == ((0, 15), (53, 68), (105, 120))


def test_angles_are_planned_cuts_unless_the_clip_is_too_short_to_reach_them() -> None:
    slots = (Slot(0, 0, 60, "a", angle_cuts=(20, 50)), Slot(1, 60, 30, "b"))

    assert decide_edit(Timeline(slots, 90), {0: 60, 1: 30}).cut_frames == (20, 50, 60)
    assert decide_edit(Timeline(slots, 90), {0: 40, 1: 30}).cut_frames == (20, 60)


@pytest.mark.parametrize(
    ("slots", "total", "field"),
    [
        ((), 0, "slots"),
        ((Slot(0, 0, 10, "a"), Slot(1, 11, 10, "b")), 21, "slots[1].start_frame"),
        ((Slot(0, 0, 10, "a"), Slot(1, 9, 10, "b")), 19, "slots[1].start_frame"),
        ((Slot(0, 0, 10, "a"),), 11, "total_frames"),
        ((Slot(0, 0, 0, "a"),), 0, "slots[0].frame_count"),
        ((Slot(1, 0, 10, "a"),), 10, "slots[0].index"),
        ((Slot(0, 0, 10, "a", angle_cuts=(0,)),), 10, "slots[0].angle_cut_frames"),
        ((Slot(0, 0, 10, "a", lead_frames=-1),), 10, "slots[0]"),
    ],
)
def test_slots_that_do_not_add_up_are_refused(slots: tuple[Slot, ...], total: int, field: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        decide_edit(Timeline(slots, total), {0: 10, 1: 10})

    assert set(refused.value.fields) == {field}


def test_a_video_without_any_picture_is_refused() -> None:
    with pytest.raises(ValidationFailed, match="clip or a still"):
        decide_edit(timeline((10, CUT)), {})
