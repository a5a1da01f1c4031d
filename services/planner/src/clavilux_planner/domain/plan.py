"""A video on paper, and what is asked of the one who writes it."""

import math
from dataclasses import dataclass

from clavilux_planner.domain.picture import Angle, Character, Palette, Scene, Style, TransitionKind

FRAME_RATE = 30
"""Frames a second of every video."""

BY_RULES = "rules"
"""The author of plans that no model wrote."""


def frame_of(time_s: float) -> int:
    """The frame nearest to a time in seconds, halves rounded up."""
    return math.floor(time_s * FRAME_RATE + 0.5)


@dataclass(frozen=True)
class Offer:
    """What one model makes clips for. `lengths_s` are (shortest, longest); empty means any length."""

    provider: str
    per_item_micros: int = 0
    per_output_second_micros: int = 0
    per_compute_second_micros: int = 0
    lengths_s: tuple[tuple[float, float], ...] = ()
    typical_s: float = 0.0
    typical_s_per_output_s: float = 0.0

    @property
    def is_free(self) -> bool:
        """Whether nothing it makes is billed."""
        return not (self.per_item_micros or self.per_output_second_micros or self.per_compute_second_micros)


@dataclass(frozen=True)
class Brief:
    """What the user asks for and what may be bought. `prompt` is data, never orders."""

    prompt: str
    style_preset: str = ""
    seed: int = 0
    offers: tuple[Offer, ...] = ()
    max_paid_clips: int = 0


@dataclass(frozen=True)
class Shot:
    """What is seen between two boundaries; its light is its scene's."""

    index: int
    start_s: float
    end_s: float
    scene_id: str
    character_ids: tuple[str, ...]
    angles: tuple[Angle, ...]
    action: str
    lyric: str
    intensity: float
    clip_index: int
    section: str


@dataclass(frozen=True)
class Transition:
    """How a shot begins; `at_s` is its boundary, a cut lasts 0 s."""

    kind: TransitionKind
    at_s: float
    duration_s: float


@dataclass(frozen=True)
class Clip:
    """Something to generate: a slot with what the transitions into it and out of it need beside it, in seconds."""

    index: int
    prompt: str
    negative_prompt: str
    lead_s: float
    slot_s: float
    tail_s: float


@dataclass(frozen=True)
class VideoPlan:
    """A whole video on paper."""

    summary: str
    style: Style
    scenes: tuple[Scene, ...]
    characters: tuple[Character, ...]
    shots: tuple[Shot, ...]
    transitions: tuple[Transition, ...]
    clips: tuple[Clip, ...]
    estimate_micros: int
    author: str

    @property
    def palettes(self) -> tuple[Palette, ...]:
        """Every palette of the plan, the style's first."""
        return (self.style.palette, *(scene.palette for scene in self.scenes))


@dataclass(frozen=True)
class Degradation:
    """A fallback that was taken, for the user to see."""

    code: str
    message: str
    item: str = ""
