"""Slots: what the song asks of each shot (one for each boundary)."""

from dataclasses import dataclass

from clavilux_planner.domain.knowledge import staging
from clavilux_planner.domain.knowledge.staging import Pace, Temper
from clavilux_planner.domain.music import Analysis, Anchor, Boundary, EnergyLevel, Envelope, Mood, Section

_NOWHERE = Section(start_s=0.0, end_s=0.0)
_LEVEL_WEIGHT, _LOUDNESS_WEIGHT, _MOOD_WEIGHT = 0.5, 0.3, 0.2


@dataclass(frozen=True)
class Slot:
    """One boundary as the director sees it. `section_index` is -1 where the song has no sections."""

    index: int
    start_s: float
    end_s: float
    anchor: Anchor
    section: Section
    section_index: int
    intensity: float
    pace: Pace
    lyric: str

    @property
    def length_s(self) -> float:
        """Seconds."""
        return self.end_s - self.start_s


def slots_of(analysis: Analysis) -> tuple[Slot, ...]:
    """One slot for each boundary of a usable analysis, from exactly 0 and without gap or overlap."""
    boundaries = analysis.boundaries
    starts = [0.0, *(boundary.start_s for boundary in boundaries[1:])]
    ends = [*starts[1:], boundaries[-1].end_s]
    loudness = [_loudness(analysis.envelope, boundary) for boundary in boundaries]
    loudest = max(loudness)
    temper = temper_of(analysis.mood)
    slots = []
    for index, (start_s, end_s) in enumerate(zip(starts, ends, strict=True)):
        section_index, section = _section_at(analysis.sections, (start_s + end_s) / 2)
        relative = loudness[index] / loudest if loudest > 0 else None
        intensity = _intensity(section.energy, relative, analysis.mood)
        slots.append(
            Slot(
                index=index,
                start_s=start_s,
                end_s=end_s,
                anchor=boundaries[index].anchor,
                section=section,
                section_index=section_index,
                intensity=intensity,
                pace=next(pace for least, pace in staging.PACES[temper] if intensity >= least),
                lyric=_lyric(analysis, start_s, end_s),
            )
        )
    return tuple(slots)


def temper_of(mood: Mood) -> Temper:
    """How lively the whole song is."""
    if mood.primary == "energetic" or mood.energy >= staging.LIVELY_FROM_ENERGY:
        return Temper.LIVELY
    return Temper.STILL if mood.energy < staging.STILL_BELOW_ENERGY else Temper.EVEN


def _section_at(sections: tuple[Section, ...], time_s: float) -> tuple[int, Section]:
    for index, section in enumerate(sections):
        if section.start_s <= time_s < section.end_s:
            return index, section
    return -1, _NOWHERE


def _loudness(envelope: Envelope, boundary: Boundary) -> float:
    first, last = (int(time_s * envelope.rate_hz) for time_s in (boundary.start_s, boundary.end_s))
    values = envelope.values[max(0, first) : max(0, last)]
    return sum(values) / len(values) if values else 0.0


def _intensity(level: EnergyLevel, relative_loudness: float | None, mood: Mood) -> float:
    """How much goes on, from 0 to 1: the section's level, the slot's loudness and the song's mood, as far as known."""
    parts = [(_MOOD_WEIGHT, mood.energy)]
    if level is not EnergyLevel.UNSPECIFIED:
        parts.append((_LEVEL_WEIGHT, level.value))
    if relative_loudness is not None:
        parts.append((_LOUDNESS_WEIGHT, relative_loudness * (0.4 + 0.6 * mood.energy)))
    mean = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    return round(min(1.0, max(0.0, mean)), 3)


def _lyric(analysis: Analysis, start_s: float, end_s: float) -> str:
    sung = (word.text for word in analysis.words if start_s <= (word.start_s + word.end_s) / 2 < end_s)
    return " ".join(sung)
