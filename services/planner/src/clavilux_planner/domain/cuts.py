"""Cuts: how each shot gives way to the next."""

from collections.abc import Iterator
from itertools import pairwise

from clavilux_planner.domain.knowledge.staging import Pace
from clavilux_planner.domain.music import Anchor
from clavilux_planner.domain.picture import TransitionKind
from clavilux_planner.domain.plan import FRAME_RATE, Transition, frame_of
from clavilux_planner.domain.slots import Slot

CROSSFADE_S = 0.5
FADE_S = 0.5
_SOFT = 0.4
_FADE_SHARE = 0.1
"""Of a tiny song, each fade takes at most this share."""

_SHORTEST_CROSSFADE_S = 4 / FRAME_RATE
"""A shorter one is seen as a flaw: it becomes a cut."""

_ON_THE_BEAT = frozenset({Anchor.SECTION, Anchor.DOWNBEAT, Anchor.BEAT})


def transitions_for(slots: tuple[Slot, ...]) -> tuple[Transition, ...]:
    """One for the start of each slot and one for the song's end: fades outside, cuts and crossfades between."""
    end_s = slots[-1].end_s
    opening = Transition(TransitionKind.FADE, 0.0, _fade_s(slots[0], end_s))
    closing = Transition(TransitionKind.FADE, end_s, _fade_s(slots[-1], end_s))
    return (opening, *_inner(slots), closing)


def handles_s(transition: Transition) -> tuple[float, float]:
    """Seconds of (lead, tail) that a transition needs of the clip after it and of the clip before it.

    A transition of N frames at frame b covers b - N // 2 up to b - N // 2 + N. Fades lie inside their shot.
    """
    if transition.kind is not TransitionKind.CROSSFADE:
        return 0.0, 0.0
    frames = frame_of(transition.duration_s)
    return frames // 2 / FRAME_RATE, (frames - frames // 2) / FRAME_RATE


def _inner(slots: tuple[Slot, ...]) -> Iterator[Transition]:
    for before, after in pairwise(slots):
        duration_s = _whole_frames_s(min(CROSSFADE_S, before.length_s / 2, after.length_s / 2))
        if _is_soft(before, after) and duration_s >= _SHORTEST_CROSSFADE_S:
            yield Transition(TransitionKind.CROSSFADE, after.start_s, duration_s)
        else:
            yield Transition(TransitionKind.CUT, after.start_s, 0.0)


def _is_soft(before: Slot, after: Slot) -> bool:
    """Low energy on both sides, or nothing fast and nothing heard that a cut could fall on."""
    if max(before.intensity, after.intensity) < _SOFT:
        return True
    return Pace.FAST not in {before.pace, after.pace} and after.anchor not in _ON_THE_BEAT


def _fade_s(slot: Slot, song_s: float) -> float:
    return _whole_frames_s(min(FADE_S, song_s * _FADE_SHARE, slot.length_s / 2))


def _whole_frames_s(duration_s: float) -> float:
    return int(duration_s * FRAME_RATE + 1e-9) / FRAME_RATE
