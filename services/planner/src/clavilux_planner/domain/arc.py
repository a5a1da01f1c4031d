"""The arc: which scene each shot plays in.

The chorus has a scene of its own and comes back to it, also from a glance elsewhere if it is long; the bridge leaves;
everything else moves between the scenes that are left and begins at home, scene 0.
"""

from collections import Counter

from clavilux_planner.domain.music import SectionKind
from clavilux_planner.domain.slots import Slot

_AT_HOME = frozenset({SectionKind.INTRO, SectionKind.OUTRO})
_PEAK_SCENE = 1
_LONG_PEAK, _GLANCE_EVERY = 7, 4
"""A chorus of so many shots looks elsewhere at every fourth."""


def scene_count(shot_count: int, *, named_places: int) -> int:
    """How many scenes a video of so many shots can tell apart: at most 4, and never more than shots."""
    if shot_count <= 1:
        return 1
    fitting = 2 if shot_count <= 3 else 3 if shot_count <= 7 else 4
    return min(max(fitting, min(named_places, 4)), shot_count)


def scene_of_each(slots: tuple[Slot, ...], count: int) -> tuple[int, ...]:
    """For each slot the number of its scene, from 0 to count - 1."""
    peak = _peak_of(slots)
    if count == 1 or not peak:
        return tuple(slot.index % count for slot in slots)
    bridge = count - 1 if count > 2 and any(slot.section.kind is SectionKind.BRIDGE for slot in slots) else None
    rest = [scene for scene in range(count) if scene not in {_PEAK_SCENE, bridge}]
    lengths = Counter(slot.section_index for slot in slots)
    seen: Counter[int] = Counter()
    scenes, visits = [], -1
    for slot in slots:
        if not seen[slot.section_index] and slot.section_index not in peak and slot.section.kind not in _AT_HOME:
            visits += 1  # each new verse begins one scene further
        nth = seen[slot.section_index]
        if slot.section_index in peak:
            glances = _glances_elsewhere(nth, lengths[slot.section_index])
            scenes.append(rest[nth // _GLANCE_EVERY % len(rest)] if glances else _PEAK_SCENE)
        elif slot.section.kind is SectionKind.BRIDGE and bridge is not None:
            scenes.append(bridge)
        elif slot.section.kind in _AT_HOME:
            scenes.append(rest[nth % len(rest)])
        else:
            scenes.append(rest[(visits + nth) % len(rest)])
        seen[slot.section_index] += 1
    return tuple(scenes)


def _glances_elsewhere(nth: int, length: int) -> bool:
    return length >= _LONG_PEAK and nth % _GLANCE_EVERY == _GLANCE_EVERY - 1 and nth < length - 1


def _peak_of(slots: tuple[Slot, ...]) -> set[int]:
    """The sections that the song returns to: its choruses, else those that sound like its most intense one.

    Empty where the whole song is of one piece.
    """
    sections = {slot.section_index: slot.section for slot in slots}
    peak = {index for index, section in sections.items() if section.kind is SectionKind.CHORUS}
    if not peak:
        strongest = max(slots, key=lambda slot: (slot.intensity, -slot.index)).section
        alike = (strongest.kind, strongest.label)
        peak = {index for index, section in sections.items() if (section.kind, section.label) == alike}
    return peak if len(peak) < len(sections) else set()
