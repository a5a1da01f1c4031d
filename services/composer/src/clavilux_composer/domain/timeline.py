"""The timeline that is asked for: slots of whole frames from the song's start to its end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from clavilux_kit.errors import ValidationFailed


class JoinKind(Enum):
    """How one shot gives way to the next."""

    CUT = "cut"
    CROSSFADE = "crossfade"
    FADE = "fade"


@dataclass(frozen=True)
class Join:
    """How a slot begins or ends; `frames` in all, centred on the boundary, 0 for a cut."""

    kind: JoinKind = JoinKind.CUT
    frames: int = 0

    @property
    def frames_before(self) -> int:
        """Frames of the transition that lie before the boundary."""
        return self.frames // 2

    @property
    def frames_after(self) -> int:
        """Frames of the transition that lie after the boundary."""
        return self.frames - self.frames // 2


CUT = Join()


@dataclass(frozen=True)
class Slot:
    """The place of one shot: `frames` frames of the video from frame `start`."""

    index: int
    start: int
    frames: int
    clip_key: str = ""
    still_key: str = ""
    lead_frames: int = 0
    begin: Join = CUT
    angle_cuts: tuple[int, ...] = ()

    @property
    def end(self) -> int:
        """The first frame after the slot."""
        return self.start + self.frames


@dataclass(frozen=True)
class Timeline:
    """All slots of a video of `total_frames` frames, and how the last one ends."""

    slots: tuple[Slot, ...]
    total_frames: int
    end: Join = CUT


def check_timeline(timeline: Timeline) -> None:
    """Makes sure that the slots fill the video exactly.

    Raises:
        ValidationFailed: if slots are missing, out of order, overlap, leave a gap or do not add up.
    """
    if not timeline.slots:
        _refuse("slots", "is empty")
    if timeline.end.kind is JoinKind.CROSSFADE:
        _refuse("end", "is a crossfade, but nothing follows the last slot")
    expected = 0
    for index, slot in enumerate(timeline.slots):
        _check_slot(slot, index=index, expected_start=expected)
        expected = slot.end
    if expected != timeline.total_frames:
        _refuse("total_frames", f"is {timeline.total_frames}, but the slots add up to {expected}")


def _check_slot(slot: Slot, *, index: int, expected_start: int) -> None:
    where = f"slots[{index}]"
    if slot.index != index:
        _refuse(f"{where}.index", f"is {slot.index} instead of {index}")
    if slot.frames < 1:
        _refuse(f"{where}.frame_count", f"is {slot.frames}, but a slot has at least one frame")
    if slot.start != expected_start:
        what = "a gap" if slot.start > expected_start else "an overlap"
        _refuse(f"{where}.start_frame", f"is {slot.start} instead of {expected_start}: {what}")
    if slot.lead_frames < 0 or slot.begin.frames < 0:
        _refuse(where, "has a negative number of frames")
    if any(not slot.start < frame < slot.end for frame in slot.angle_cuts):
        _refuse(f"{where}.angle_cut_frames", f"lie outside of frames {slot.start + 1} to {slot.end - 1}")


def _refuse(field: str, problem: str) -> NoReturn:
    raise ValidationFailed(f"{field} {problem}.", fields={field: problem})
