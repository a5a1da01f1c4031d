"""The camera: when a shot cuts to another angle, how near each angle is and how it moves."""

from collections.abc import Iterator

from clavilux_planner.domain.knowledge import staging
from clavilux_planner.domain.knowledge.staging import Pace
from clavilux_planner.domain.lots import Lots
from clavilux_planner.domain.music import Beat, SectionKind
from clavilux_planner.domain.picture import Angle, CameraMove, Framing
from clavilux_planner.domain.slots import Slot

APART_S = 1.2
"""The least between two angles."""

FROM_END_S = 1.0
"""The least between the last angle and the shot's end."""

_LONGEST_S = 2.6
_USUAL_S = 2.0
_STRONG = 0.5


def angle_times(slot: Slot, beats: tuple[Beat, ...]) -> tuple[float, ...]:
    """When the angles of a shot start: with the shot, then on beats as the pace asks. Beats in order of time."""
    inside = [beat for beat in beats if slot.start_s + APART_S <= beat.time_s <= slot.end_s - FROM_END_S]
    if slot.pace is Pace.FAST:
        return (slot.start_s, *_fast(slot.start_s, inside))
    if slot.pace is Pace.STEADY and inside:
        middle_s = (slot.start_s + slot.end_s) / 2
        nearest = min(inside, key=lambda beat: (abs(beat.time_s - middle_s) - _weight(beat), beat.time_s))
        return (slot.start_s, nearest.time_s)
    return (slot.start_s,)


def _fast(start_s: float, beats: list[Beat]) -> Iterator[float]:
    last_s = start_s
    while later := [beat for beat in beats if beat.time_s >= last_s + APART_S]:
        soon = [beat for beat in later if beat.time_s <= last_s + _LONGEST_S] or later[:1]
        best = min(soon, key=lambda beat: (abs(beat.time_s - last_s - _USUAL_S) - _weight(beat), beat.time_s))
        yield best.time_s
        last_s = best.time_s


def _weight(beat: Beat) -> float:
    """How many seconds off the ideal moment a beat may lie for its strength; downbeats count double."""
    return (0.8 if beat.position_in_bar == 1 else 0.0) + (0.4 if beat.strength >= _STRONG else 0.0)


class Operator:
    """Films shots in order and remembers the last angle, so that no framing comes twice in a row.

    The first angle of a scene that was not yet seen wide is wide, of a chorus close, if the angle before allows it.
    Neighbouring shots of one scene do not begin with the same framing either.
    """

    def __init__(self, lots: Lots) -> None:
        self._lots = lots
        self._established: set[str] = set()
        self._last: Angle | None = None
        self._taken = lots.pick("first move", range(12))
        self._opening: tuple[str, Framing] | None = None

    def film(self, slot: Slot, scene_id: str, times_s: tuple[float, ...], *, is_last: bool) -> tuple[Angle, ...]:
        """The angles of one shot, one for each time."""
        angles = []
        for number, start_s in enumerate(times_s):
            framing = self._framing(slot, scene_id, opens=number == 0)
            move = self._move(slot, farewell=is_last and number == len(times_s) - 1)
            low, high = staging.AMOUNTS[slot.pace]
            amount = self._lots.between(f"amount {slot.index}.{number}", low, high)
            angle = Angle(start_s, move, framing, 0.0 if move is CameraMove.STATIC else amount)
            if framing is Framing.WIDE:
                self._established.add(scene_id)
            self._last = angle
            angles.append(angle)
        self._opening = (scene_id, angles[0].framing)
        return tuple(angles)

    def _framing(self, slot: Slot, scene_id: str, *, opens: bool) -> Framing:
        if opens and scene_id not in self._established:
            wish = (Framing.WIDE, Framing.MEDIUM, Framing.CLOSE)
        elif slot.section.kind is SectionKind.CHORUS or slot.pace is Pace.FAST:
            wish = (Framing.CLOSE, Framing.MEDIUM, Framing.WIDE)
        else:
            wish = (Framing.MEDIUM, Framing.CLOSE, Framing.WIDE)
        barred = {self._last.framing} if self._last else set()
        if opens and self._opening and self._opening[0] == scene_id:
            barred.add(self._opening[1])
        return next(framing for framing in wish if framing not in barred)

    def _move(self, slot: Slot, *, farewell: bool) -> CameraMove:
        if farewell and not (self._last and self._last.move is CameraMove.PULL_OUT):
            return CameraMove.PULL_OUT
        moves = staging.MOVES[slot.pace]
        self._taken += 1
        ring = [moves[(self._taken + step) % len(moves)] for step in range(len(moves))]
        return next(move for move in ring if not (self._last and self._last.move is move))
