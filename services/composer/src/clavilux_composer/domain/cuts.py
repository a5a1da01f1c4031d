"""Finds hard cuts and faulty stretches in what was read from a finished video."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from clavilux_composer.domain.picture import FrameLooks

# How different the structure on both sides of a cut is at least.
_LEAST_CHANGE = 0.4
# And how many times more than around it, where the camera moves.
_TIMES_NEIGHBOURS = 2.5
# A whip pan changes everything too, but in several frames in a row.
_TIMES_SIDES = 1.5
_NEIGHBOURS = 8
_FROZEN_LEVELS = 0.12
_FROZEN_FRAMES = 30
_BLACK_LEVEL = 24.0
_BLACK_FRAMES = 15


class StretchKind(Enum):
    """What is wrong with a stretch."""

    BLACK = "black"
    FROZEN = "frozen"


@dataclass(frozen=True)
class Stretch:
    """`frames` frames from `start` on that show no picture or no motion."""

    start: int
    frames: int
    kind: StretchKind


@dataclass(frozen=True)
class CutMatch:
    """Planned cuts against found ones, within one frame."""

    matched: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    unplanned: tuple[int, ...]

    @property
    def worst_frames(self) -> int:
        """The farthest that a matched cut lies from its plan."""
        return max((abs(planned - found) for planned, found in self.matched), default=0)

    def worst_beat_distance_s(self, beat_times_s: Iterable[float], frames_per_s: float) -> float:
        """The farthest that a matched cut lies from the nearest beat; 0 without beats or cuts."""
        beats = np.asarray(list(beat_times_s), dtype=np.float64)
        if not beats.size:
            return 0.0
        times = [found / frames_per_s for _, found in self.matched]
        return max((float(np.abs(beats - time_s).min()) for time_s in times), default=0.0)


def find_cuts(looks: FrameLooks) -> tuple[int, ...]:
    """The first frame after every hard cut.

    A boundary is a cut if each of the two frames before it differs from each of the three after it (so that a flash,
    after which the old picture is back, is none), by much more than the picture changes around it anyway (so that a
    pan is none).
    """
    change = _lasting_change(looks.change)
    return tuple(int(frame) for frame in np.flatnonzero(change > _LEAST_CHANGE) if _stands_out(change, int(frame)))


def _lasting_change(change: NDArray[np.float32]) -> NDArray[np.float32]:
    """The least change between any of the 2 frames before and the 3 frames from each frame on, shape (n,)."""
    count = change.shape[1]
    lasting = np.ones(count, np.float32)
    for before in range(2):
        for after in range(min(3, count)):
            pairs = change[before + after, after:]
            lasting[: count - after] = np.minimum(lasting[: count - after], pairs)
    # What was before the first frames is not known.
    lasting[:2] = 0.0
    return lasting


def _stands_out(change: NDArray[np.float32], frame: int) -> bool:
    """Whether the change at `frame` is the peak of its nearest, far above its neighbours, and no part of a whip pan."""
    first, last = max(0, frame - _NEIGHBOURS), frame + 1 + _NEIGHBOURS
    if change[frame] < change[max(0, frame - 2) : frame + 3].max():
        return False
    around = np.concatenate([change[first : max(0, frame - 2)], change[frame + 3 : last]])
    sides = (change[max(0, frame - 3) : frame], change[frame + 1 : frame + 4])
    least = max(
        _TIMES_NEIGHBOURS * float(np.median(around)) if around.size else 0.0,
        *(_TIMES_SIDES * float(np.median(side)) for side in sides if side.size),
    )
    return bool(change[frame] > least)


def match_cuts(planned: Iterable[int], found: Iterable[int]) -> CutMatch:
    """Pairs every planned cut with the nearest found one that is at most one frame away; each is used once."""
    free = sorted(found)
    matched: list[tuple[int, int]] = []
    missed: list[int] = []
    for plan in sorted(planned):
        nearest = min(free, key=lambda frame: abs(frame - plan), default=None)
        if nearest is None or abs(nearest - plan) > 1:
            missed.append(plan)
            continue
        free.remove(nearest)
        matched.append((plan, nearest))
    return CutMatch(tuple(matched), tuple(missed), tuple(free))


def find_stretches(looks: FrameLooks) -> tuple[Stretch, ...]:
    """Half a second and more of black, a second and more without any motion, in order of time."""
    black = looks.highlight < _BLACK_LEVEL
    still = np.logical_and(looks.motion < _FROZEN_LEVELS, ~black)
    found = [Stretch(start, frames, StretchKind.BLACK) for start, frames in _runs(black, _BLACK_FRAMES)]
    found += [Stretch(start, frames, StretchKind.FROZEN) for start, frames in _runs(still, _FROZEN_FRAMES)]
    return tuple(sorted(found, key=lambda stretch: stretch.start))


def _runs(flags: NDArray[np.bool_], at_least: int) -> list[tuple[int, int]]:
    """Start and length of every run of true values that is long enough."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(start, end - start) for start, end in pairs if end - start >= at_least]
