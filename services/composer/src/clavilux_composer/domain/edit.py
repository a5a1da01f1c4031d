"""From the timeline that is asked for to the edit that the clips allow.

The edit is exact by construction: every shot starts at its slot's frame (earlier only by the crossfade's lead), a
crossfade is fed by frames that its two clips have outside of their slots, and so takes no time from the song.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clavilux_kit.errors import ValidationFailed

from clavilux_composer.domain.shots import Adjustment, AdjustmentKind, Degradation, Edit, Shot, Source, SourceKind
from clavilux_composer.domain.timeline import CUT, Join, JoinKind, Slot, Timeline, check_timeline


def decide_edit(timeline: Timeline, clip_frames: Mapping[int, int]) -> Edit:
    """Fits the clips into their slots.

    Args:
        timeline: What is asked for.
        clip_frames: Frames that the clip of each slot really has at the video's frame rate, by slot index. A slot
            that is not in it has no clip.

    Raises:
        ValidationFailed: if the timeline contradicts itself, or if there is neither a clip nor a still at all.
    """
    check_timeline(timeline)
    sources = [_source(slot, timeline.slots, clip_frames) for slot in timeline.slots]
    joins, join_notes = _settle_joins(timeline, sources)
    shots = tuple(_shot(slot, source, joins) for slot, source in zip(timeline.slots, sources, strict=True))
    adjustments = [
        adjustment
        for slot, shot in zip(timeline.slots, shots, strict=True)
        for adjustment in _adjustments(slot, shot, joins, degraded=slot.index in join_notes)
    ]
    return Edit(
        shots=shots,
        cut_frames=_visible_cuts(timeline.slots, sources, joins),
        transition_frames=_transitions(timeline, joins),
        adjustments=tuple(adjustments),
        degradations=(*join_notes.values(), *(_filling_note(a) for a in adjustments if a.kind in _FILLINGS)),
    )


def _source(slot: Slot, slots: Sequence[Slot], clip_frames: Mapping[int, int]) -> Source:
    own = _own_source(slot, clip_frames)
    if own is not None:
        return own
    before = (s for s in reversed(slots[: slot.index]))
    for neighbour in (*before, *slots[slot.index + 1 :]):
        source = _own_source(neighbour, clip_frames)
        if source is None:
            continue
        if source.kind is SourceKind.STILL:
            return source
        nearest = source.first_frame + (neighbour.frames - 1 if neighbour.index < slot.index else 0)
        return replace(source, kind=SourceKind.FROZEN, first_frame=nearest % source.clip_frames)
    raise ValidationFailed("None of the slots has a clip or a still.", fields={"slots": "has no picture at all"})


def _own_source(slot: Slot, clip_frames: Mapping[int, int]) -> Source | None:
    """The slot's own picture from the slot's first frame on, if it has one."""
    frames = clip_frames.get(slot.index, 0)
    if frames:
        # A clip shorter than its own lead was made otherwise than it was asked for: it is shown from its start.
        lead = slot.lead_frames if slot.lead_frames < frames else 0
        return Source(SourceKind.CLIP, slot.index, first_frame=lead, clip_frames=frames)
    return Source(SourceKind.STILL, slot.index) if slot.still_key else None


def _settle_joins(timeline: Timeline, sources: Sequence[Source]) -> tuple[list[Join], dict[int, Degradation]]:
    """The join that each slot really begins with (and after the last, the end's), and why some became cuts."""
    count = len(timeline.slots)
    joins: list[Join] = []
    notes: dict[int, Degradation] = {}
    taken_before = 0
    for index, wanted in enumerate((*(slot.begin for slot in timeline.slots), timeline.end)):
        join = wanted if wanted.frames and wanted.kind is not JoinKind.CUT else CUT
        problem = _problem(join, index, timeline, sources, taken_before)
        if problem:
            notes[index] = Degradation(f"cut_instead_of_{join.kind.value}", problem, f"clip_{min(index, count - 1)}")
            join = CUT
        joins.append(join)
        taken_before = _taken(join, index, count)[1]
    return joins, notes


def _taken(join: Join, index: int, count: int) -> tuple[int, int]:
    """Frames of the slot before and of the slot after that the join changes. At the song's ends it has one side."""
    if index == 0:
        return 0, join.frames
    if index == count:
        return join.frames, 0
    return join.frames_before, join.frames_after


def _problem(join: Join, index: int, timeline: Timeline, sources: Sequence[Source], taken_before: int) -> str:
    """Why the join before slot `index` cannot be made, or nothing."""
    slots = timeline.slots
    before, after = _taken(join, index, len(slots))
    room_before = slots[index - 1].frames - taken_before if index else 0
    room_after = slots[index].frames if index < len(slots) else 0
    if before > room_before or after > room_after:
        return f"The {join.kind.value} of {join.frames} frames is longer than its shots."
    return _handle_problem(join, index, slots, sources) if join.kind is JoinKind.CROSSFADE else ""


def _handle_problem(join: Join, index: int, slots: Sequence[Slot], sources: Sequence[Source]) -> str:
    """What the clips on both sides of a crossfade lack."""
    if index == 0:
        return "Nothing comes before the first shot to cross over from."
    if _lead(sources[index]) < join.frames_before:
        return f"The clip has too few frames before its shot for a crossfade of {join.frames} frames."
    if _tail(sources[index - 1], slots[index - 1].frames) < join.frames_after:
        return f"The clip before has too few frames after its shot for a crossfade of {join.frames} frames."
    return ""


_ENDLESS = 1 << 30


def _lead(source: Source) -> int:
    return source.first_frame if source.kind is SourceKind.CLIP else _ENDLESS


def _tail(source: Source, slot_frames: int) -> int:
    """Frames that the source has after the slot; a clip that is looped anyway has as many as needed."""
    left = source.clip_frames - source.first_frame - slot_frames
    return left if source.kind is SourceKind.CLIP and left >= 0 else _ENDLESS


def _shot(slot: Slot, source: Source, joins: Sequence[Join]) -> Shot:
    begin, end = joins[slot.index], joins[slot.index + 1]
    lead = begin.frames_before if begin.kind is JoinKind.CROSSFADE else 0
    tail = end.frames_after if end.kind is JoinKind.CROSSFADE else 0
    count = len(joins) - 1
    return Shot(
        slot_index=slot.index,
        source=replace(source, first_frame=source.first_frame - lead) if source.kind is SourceKind.CLIP else source,
        start=slot.start - lead,
        frames=lead + slot.frames + tail,
        crossfade_frames=begin.frames if begin.kind is JoinKind.CROSSFADE else 0,
        fade_in_frames=_taken(begin, slot.index, count)[1] if begin.kind is JoinKind.FADE else 0,
        fade_out_frames=_taken(end, slot.index + 1, count)[0] if end.kind is JoinKind.FADE else 0,
    )


_FILLINGS = (AdjustmentKind.FILLED_WITH_STILL, AdjustmentKind.FILLED_WITH_NEIGHBOUR)


def _adjustments(slot: Slot, shot: Shot, joins: Sequence[Join], *, degraded: bool) -> list[Adjustment]:
    """What was done for one slot, in the order of its frames."""
    found: list[Adjustment] = []
    if degraded and slot.begin.kind is JoinKind.CROSSFADE and joins[slot.index].kind is JoinKind.CUT:
        found.append(Adjustment(slot.index, AdjustmentKind.CUT_INSTEAD_OF_CROSSFADE))
    if shot.source.kind is not SourceKind.CLIP:
        own_still = shot.source.kind is SourceKind.STILL and shot.source.slot_index == slot.index
        found.append(
            Adjustment(
                slot.index,
                AdjustmentKind.FILLED_WITH_STILL if own_still else AdjustmentKind.FILLED_WITH_NEIGHBOUR,
            )
        )
        return found
    last = shot.source.first_frame + shot.frames
    if last > shot.source.clip_frames:
        found.append(Adjustment(slot.index, AdjustmentKind.LOOPED, (last - 1) // shot.source.clip_frames))
    elif last < shot.source.clip_frames:
        found.append(Adjustment(slot.index, AdjustmentKind.TRIMMED, shot.source.clip_frames - last))
    return found


def _filling_note(adjustment: Adjustment) -> Degradation:
    filling = "its still image" if adjustment.kind is AdjustmentKind.FILLED_WITH_STILL else "its neighbour's picture"
    return Degradation(
        "missing_clip_filled",
        f"Shot {adjustment.slot_index + 1} has no clip and shows {filling}.",
        f"clip_{adjustment.slot_index}",
    )


def _visible_cuts(slots: Sequence[Slot], sources: Sequence[Source], joins: Sequence[Join]) -> tuple[int, ...]:
    """Frames at which the edit has a hard cut that an eye can see: none between a shot and its own frozen frame."""
    cuts: list[int] = []
    for slot, source, before in zip(slots, sources, (None, *sources), strict=False):
        if before and joins[slot.index].kind is JoinKind.CUT and source.slot_index != before.slot_index:
            cuts.append(slot.start)
        if source.kind is SourceKind.CLIP:
            once = slot.start + source.clip_frames - source.first_frame
            cuts.extend(sorted(frame for frame in slot.angle_cuts if frame < once))
    return tuple(cuts)


def _transitions(timeline: Timeline, joins: Sequence[Join]) -> tuple[tuple[int, int], ...]:
    """First frame and end of every stretch that a crossfade or fade changes."""
    boundaries = (*(slot.start for slot in timeline.slots), timeline.total_frames)
    stretches = []
    for index, (boundary, join) in enumerate(zip(boundaries, joins, strict=True)):
        if join.kind is not JoinKind.CUT:
            before, after = _taken(join, index, len(timeline.slots))
            stretches.append((boundary - before, boundary + after))
    return tuple(stretches)
