"""What the director is told about a song. Times are seconds from its first sample, strengths lie in 0-1."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class SectionKind(Enum):
    """What part a section plays in a song."""

    UNSPECIFIED = ""
    INTRO = "intro"
    VERSE = "verse"
    CHORUS = "chorus"
    BRIDGE = "bridge"
    OUTRO = "outro"
    INSTRUMENTAL = "instrumental"


class EnergyLevel(Enum):
    """How much goes on in a section; the value is the same on a scale from 0 to 1."""

    UNSPECIFIED = -1.0
    LOW = 0.2
    MEDIUM = 0.5
    HIGH = 0.9


class Anchor(Enum):
    """What a boundary falls on."""

    UNSPECIFIED = "unspecified"
    SONG_START = "song_start"
    SECTION = "section"
    DOWNBEAT = "downbeat"
    BEAT = "beat"
    ONSET = "onset"
    TEMPO_GRID = "tempo_grid"


@dataclass(frozen=True)
class Beat:
    """One beat; `position_in_bar` is 1 on the downbeat and 0 where unknown."""

    time_s: float
    position_in_bar: int = 0
    strength: float = 0.5


@dataclass(frozen=True)
class Section:
    """A part of the song; sections with the same label sound alike."""

    start_s: float
    end_s: float
    kind: SectionKind = SectionKind.UNSPECIFIED
    energy: EnergyLevel = EnergyLevel.UNSPECIFIED
    label: str = ""


@dataclass(frozen=True)
class Boundary:
    """The place of one shot."""

    start_s: float
    end_s: float
    anchor: Anchor = Anchor.UNSPECIFIED


@dataclass(frozen=True)
class Word:
    """A sung word."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Mood:
    """What the song feels like; `primary` is one of MOODS or empty."""

    primary: str = ""
    secondary: str = ""
    energy: float = 0.5
    valence: float = 0.5


@dataclass(frozen=True)
class Envelope:
    """Loudness from 0 to 1, `rate_hz` values a second; empty where nobody measured."""

    rate_hz: float = 0.0
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """Everything the director is told about a song."""

    duration_s: float
    boundaries: tuple[Boundary, ...]
    beats: tuple[Beat, ...] = ()
    sections: tuple[Section, ...] = ()
    words: tuple[Word, ...] = ()
    mood: Mood = Mood()
    envelope: Envelope = Envelope()


MOODS = ("energetic", "calm", "dark", "bright")

_TOLERANCE_S = 1 / 60
"""Half a frame: times that differ by less fall on the same frame."""


def mood_word(mood: Mood) -> str:
    """The song's mood as one of MOODS, judged by energy and valence where the analysis names none of them."""
    if mood.primary in MOODS:
        return mood.primary
    if abs(mood.valence - 0.5) > abs(mood.energy - 0.5):
        return "bright" if mood.valence > 0.5 else "dark"
    return "energetic" if mood.energy > 0.5 else "calm"


def problems(analysis: Analysis) -> list[str]:
    """What makes an analysis unusable: no shot can be laid out on it. Empty for a usable one."""
    return list(_problems(analysis))


def _problems(analysis: Analysis) -> Iterator[str]:
    edges = [time for boundary in analysis.boundaries for time in (boundary.start_s, boundary.end_s)]
    if not all(map(math.isfinite, [analysis.duration_s, *edges, *(beat.time_s for beat in analysis.beats)])):
        yield "it has times that are no numbers"
        return
    if analysis.duration_s <= 0 or not analysis.boundaries:
        yield "it has no boundaries: there is nothing to plan"
        return
    if any(boundary.end_s - boundary.start_s <= _TOLERANCE_S for boundary in analysis.boundaries):
        yield "it has a boundary that is shorter than half a frame"
    ends = [0.0, *(boundary.end_s for boundary in analysis.boundaries)]
    starts = [*(boundary.start_s for boundary in analysis.boundaries), analysis.duration_s]
    if any(abs(end_s - start_s) > _TOLERANCE_S for end_s, start_s in zip(ends, starts, strict=True)):
        yield "its boundaries do not cover the song without gap or overlap"
