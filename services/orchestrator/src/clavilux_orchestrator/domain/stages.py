"""The five stages of a job, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]
"""A message as protobuf JSON with the fields' own names. 64-bit integers may be strings in it."""

CLIPS_AT_ONCE = 5
FEWEST_CLIPS = 3


@dataclass(frozen=True)
class Stage:
    """One step of a job, done by one call, or several, to one service.

    `deadline_*` is for one call with all its attempts and its waiting in the service's queue; the part that grows does
    so with the seconds of song (or of clip) that the call is about. `expected_*` is for the whole stage with the local
    providers and only serves the estimate that people see.
    """

    name: str
    service: str
    method: str
    weight: int
    deadline_base_s: float
    deadline_per_second: float
    expected_base_s: float
    expected_per_second: float
    buys: bool = True

    def deadline_s(self, about_s: float = 0.0) -> float:
        """Seconds for one call about `about_s` seconds of song or clip."""
        return self.deadline_base_s + self.deadline_per_second * about_s

    def expected_s(self, song_s: float) -> float:
        """Seconds that the stage usually takes for a song of `song_s` seconds."""
        return self.expected_base_s + self.expected_per_second * song_s


AUDIO_ANALYSIS = Stage("audio_analysis", "audio", "Analyze", 10, 60.0, 0.3, 4.0, 0.1)
SCENE_PLANNING = Stage("scene_planning", "planner", "Plan", 5, 300.0, 0.0, 1.0, 0.0)
REFERENCE_GENERATION = Stage("reference_generation", "references", "GenerateImage", 10, 120.0, 0.0, 5.0, 0.0)
# Five clips at once may stand in line before a service with a single core.
VIDEO_GENERATION = Stage(
    "video_generation", "video", "GenerateClip", 50, 120.0 * CLIPS_AT_ONCE, 4.0 * CLIPS_AT_ONCE, 5.0, 1.5
)
COMPOSITION = Stage("composition", "composer", "Compose", 25, 120.0, 3.0, 5.0, 1.0, buys=False)

STAGES = (AUDIO_ANALYSIS, SCENE_PLANNING, REFERENCE_GENERATION, VIDEO_GENERATION, COMPOSITION)

_JOB_LIMIT_S = 15 * 60.0
_SONG_WITHIN_LIMIT_S = 6 * 60.0


def job_limit_s(song_s: float) -> float:
    """Seconds of running that a job may take: 15 minutes up to 6 minutes of song, growing with longer ones."""
    return _JOB_LIMIT_S * max(1.0, song_s / _SONG_WITHIN_LIMIT_S)


def percent(stage: Stage, fraction: float) -> int:
    """How far a job is, 0-100, when `fraction` (0 to 1) of `stage` is done."""
    before = sum(earlier.weight for earlier in STAGES[: STAGES.index(stage)])
    return int((before + stage.weight * fraction) * 100 / sum(each.weight for each in STAGES))


def remaining_s(stage: Stage, fraction: float, elapsed_s: float, song_s: float) -> int:
    """Estimate the seconds that a job still needs.

    The stage at work goes on at the pace that it has shown; before it has shown one, and for the stages after it, the
    usual times count.
    """
    later = sum(each.expected_s(song_s) for each in STAGES[STAGES.index(stage) + 1 :])
    pace = elapsed_s / fraction if fraction > 0.0 and elapsed_s > 1.0 else stage.expected_s(song_s)
    return round(later + pace * (1.0 - fraction))
