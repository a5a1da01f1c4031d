"""The edit that is made: which frames of which clip are where, and what was done to make them fit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class AdjustmentKind(Enum):
    """Ways to make a clip fit its slot."""

    TRIMMED = "trimmed"
    LOOPED = "looped"
    CUT_INSTEAD_OF_CROSSFADE = "cut_instead_of_crossfade"
    FILLED_WITH_STILL = "filled_with_still"
    FILLED_WITH_NEIGHBOUR = "filled_with_neighbour"


@dataclass(frozen=True)
class Adjustment:
    """What was done for one slot; `amount` is frames trimmed from the end, or whole loops added."""

    slot_index: int
    kind: AdjustmentKind
    amount: int = 0


@dataclass(frozen=True)
class Degradation:
    """A fallback that was taken, for the user to see."""

    code: str
    message: str
    item: str = ""


class SourceKind(Enum):
    """Where a shot's frames come from."""

    CLIP = "clip"
    STILL = "still"
    FROZEN = "frozen"


@dataclass(frozen=True)
class Source:
    """The picture of one shot: the clip or still of slot `slot_index`, from frame `first_frame` on.

    A clip of `clip_frames` frames that ends before the shot does starts again from its frame 0. A frozen source is
    that one frame of the clip.
    """

    kind: SourceKind
    slot_index: int
    first_frame: int = 0
    clip_frames: int = 1


@dataclass(frozen=True)
class Shot:
    """`frames` frames of one source from frame `start` of the video on, its share of crossfades included."""

    slot_index: int
    source: Source
    start: int
    frames: int
    crossfade_frames: int = 0
    fade_in_frames: int = 0
    fade_out_frames: int = 0

    @property
    def end(self) -> int:
        """The first frame after the shot."""
        return self.start + self.frames


@dataclass(frozen=True)
class Edit:
    """The whole video: each shot starts `crossfade_frames` before the one before it ends."""

    shots: tuple[Shot, ...]
    cut_frames: tuple[int, ...]
    transition_frames: tuple[tuple[int, int], ...]
    adjustments: tuple[Adjustment, ...]
    degradations: tuple[Degradation, ...]

    def segments(self, max_shots: int) -> list[tuple[Shot, ...]]:
        """Splits the shots into runs of at most `max_shots`, at boundaries without a crossfade where there are any."""
        runs: list[list[Shot]] = []
        for shot in self.shots:
            if not runs or (len(runs[-1]) >= max_shots and not shot.crossfade_frames):
                runs.append([])
            runs[-1].append(shot)
        return [tuple(run) for run in runs]
