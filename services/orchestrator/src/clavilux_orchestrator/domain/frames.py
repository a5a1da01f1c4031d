"""Seconds of a song become frames of a video, exactly once and in one place.

A slot's frames are the difference of two boundary frames, so that errors never add up. A transition takes no time from
the song: it is centred on its boundary and fed by handles, frames that the clips have beyond their slots.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

FRAMES_PER_SECOND = 30

CUT = "TRANSITION_KIND_CUT"
CROSSFADE = "TRANSITION_KIND_CROSSFADE"
FADE = "TRANSITION_KIND_FADE"


def frame_of(time_s: float) -> int:
    """The frame that begins nearest to a time; half a frame goes up."""
    return math.floor(time_s * FRAMES_PER_SECOND + 0.5)


def time_of(frame: int) -> float:
    """Where a frame begins, in seconds, to the microsecond."""
    return round(frame / FRAMES_PER_SECOND, 6)


@dataclass(frozen=True)
class Join:
    """How one slot gives way to the next: `frame_count` frames, centred on the boundary; 0 for a cut."""

    kind: str = CUT
    frame_count: int = 0

    @property
    def lead_frames(self) -> int:
        """Frames that the incoming clip needs before its slot."""
        return self.frame_count // 2 if self.kind == CROSSFADE else 0

    @property
    def tail_frames(self) -> int:
        """Frames that the outgoing clip needs after its slot."""
        return self.frame_count - self.frame_count // 2 if self.kind == CROSSFADE else 0


@dataclass(frozen=True)
class Slot:
    """The place of one shot: frames `start_frame` to `end_frame` (exclusive), and how it begins and ends."""

    start_frame: int
    frame_count: int
    begin: Join
    end: Join

    @property
    def end_frame(self) -> int:
        """The first frame after the slot."""
        return self.start_frame + self.frame_count

    @property
    def lead_frames(self) -> int:
        """Frames that its clip needs before it."""
        return self.begin.lead_frames

    @property
    def tail_frames(self) -> int:
        """Frames that its clip needs after it."""
        return self.end.tail_frames


@dataclass(frozen=True)
class PlannedJoin:
    """A transition as the plan has it: its kind, and how long it takes in seconds."""

    kind: str
    duration_s: float


def lay_out(starts_s: Sequence[float], joins: Sequence[PlannedJoin], duration_s: float) -> tuple[Slot, ...]:
    """Lay shots on the frames of a song.

    Args:
        starts_s: where each shot begins, in order; the first is at 0.
        joins: one at the start of each shot and one at the song's end.
        duration_s: length of the song.

    Returns:
        One slot for each shot: without gap or overlap, from frame 0 to `frame_of(duration_s)`. A transition that is
        longer than a slot beside it is shortened, so that two transitions never meet in one slot.

    Raises:
        ValueError: nothing to lay out, a shot without a frame, or a wrong number of transitions.
    """
    if not starts_s or len(joins) != len(starts_s) + 1:
        raise ValueError(f"{len(starts_s)} shots and {len(joins)} transitions do not make a video")
    bounds = [0, *(frame_of(start_s) for start_s in starts_s[1:]), frame_of(duration_s)]
    counts = [after - before for before, after in pairwise(bounds)]
    if min(counts) < 1:
        raise ValueError(f"Shot {counts.index(min(counts))} has no frame of its own")
    rooms = [counts[0], *(min(pair) for pair in pairwise(counts)), counts[-1]]
    fitted = [
        _fit(join, room, at_an_edge=index in {0, len(counts)})
        for index, (join, room) in enumerate(zip(joins, rooms, strict=True))
    ]
    return tuple(Slot(bounds[index], count, fitted[index], fitted[index + 1]) for index, count in enumerate(counts))


def _fit(join: PlannedJoin, room_frames: int, *, at_an_edge: bool) -> Join:
    frame_count = min(frame_of(join.duration_s), room_frames)
    known = join.kind == FADE or (join.kind == CROSSFADE and not at_an_edge)
    return Join(join.kind, frame_count) if known and frame_count > 0 else Join()
