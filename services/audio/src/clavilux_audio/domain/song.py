"""What is heard in a song. Times are seconds from its first sample, money is micro-dollars."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

ANALYSER_VERSION = "1"
"""To be raised whenever the same song would be heard differently: it is part of the cache's key."""


@dataclass(frozen=True)
class Degradation:
    """A fallback that was taken: a stable code and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True)
class Tempo:
    """Beats a minute (60-200, or 0 where there is no beat), how sure that is (0-1), and the metre (0 is unknown)."""

    bpm: float
    confidence: float
    beats_per_bar: int


@dataclass(frozen=True)
class Beat:
    """A beat; position 1 is the downbeat, 0 means unknown; strength 0-1."""

    time_s: float
    position_in_bar: int
    strength: float


@dataclass(frozen=True)
class Onset:
    """Something that begins to sound; strength 0-1."""

    time_s: float
    strength: float


class SectionKind(StrEnum):
    """What part a section plays in a song."""

    INTRO = "intro"
    VERSE = "verse"
    CHORUS = "chorus"
    BRIDGE = "bridge"
    OUTRO = "outro"
    INSTRUMENTAL = "instrumental"


class EnergyLevel(StrEnum):
    """How much goes on."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class Section:
    """A part of a song. Sections with the same label sound alike."""

    start_s: float
    end_s: float
    kind: SectionKind
    energy: EnergyLevel
    label: str


@dataclass(frozen=True)
class Mood:
    """What a song feels like: one or two of energetic, calm, dark and bright, and the numbers behind them (0-1)."""

    primary: str
    secondary: str
    energy: float
    valence: float
    confidence: float


@dataclass(frozen=True)
class Energy:
    """How loud the song is in three bands (below 200 Hz, to 2 kHz, above), 0-1 each, `rate_hz` values a second."""

    rate_hz: float
    low: tuple[float, ...]
    mid: tuple[float, ...]
    high: tuple[float, ...]


class LyricsSource(StrEnum):
    """Where lyrics come from."""

    NONE = "none"
    INSTRUMENTAL = "instrumental"
    TRANSCRIBED = "transcribed"
    FAILED = "failed"


@dataclass(frozen=True)
class TimedText:
    """A word or a line, and when it is sung."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Lyrics:
    """The words of a song, also gathered into lines; `language` is BCP 47 or empty."""

    source: LyricsSource
    words: tuple[TimedText, ...] = ()
    lines: tuple[TimedText, ...] = ()
    language: str = ""


class Anchor(StrEnum):
    """What a boundary falls on."""

    SONG_START = "song_start"
    SECTION = "section"
    DOWNBEAT = "downbeat"
    BEAT = "beat"
    ONSET = "onset"
    TEMPO_GRID = "tempo_grid"


@dataclass(frozen=True)
class Boundary:
    """The place of one clip; `anchor` is what its start falls on."""

    start_s: float
    end_s: float
    anchor: Anchor


@dataclass(frozen=True)
class Heard:
    """All that the ear hears by itself: everything but words and boundaries."""

    duration_s: float
    tempo: Tempo
    beats: tuple[Beat, ...]
    onsets: tuple[Onset, ...]
    sections: tuple[Section, ...]
    mood: Mood
    energy: Energy
    degradations: tuple[Degradation, ...] = ()


@dataclass(frozen=True)
class Cost:
    """One billed call."""

    provider: str
    model: str
    cost_micros: int


@dataclass(frozen=True)
class Transcript:
    """What a transcriber answers: the words, and what they cost."""

    lyrics: Lyrics
    costs: tuple[Cost, ...] = ()
    degradations: tuple[Degradation, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """Everything that is known of a song, what it cost and which fallbacks were taken."""

    heard: Heard
    lyrics: Lyrics
    boundaries: tuple[Boundary, ...]
    costs: tuple[Cost, ...] = ()
    degradations: tuple[Degradation, ...] = field(default=())
