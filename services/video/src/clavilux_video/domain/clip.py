"""A clip as it is asked for, as it was taken, and as it is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from clavilux_kit.errors import GenerationFailed, ValidationFailed
from clavilux_stage import AngleSpec, BeatSpec, SceneSpec

from clavilux_video.domain.money import Cost, Degradation

LONGEST_S = 120
SMALLEST_PX, LARGEST_PX = 64, 2160


@dataclass(frozen=True)
class ClipRequest:
    """What is asked for. Frames are counted at `rate`; `energy` has three bands (low, mid, high), 0 to 1, one value
    a frame. `angles` begin at frame 0 and rise.
    """

    request_id: str
    job_id: str
    clip_index: int
    scene: SceneSpec
    angles: tuple[AngleSpec, ...]
    beats: tuple[BeatSpec, ...]
    energy: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
    intensity: float
    lead_frames: int
    slot_frames: int
    tail_frames: int
    rate: Fraction
    width_px: int
    height_px: int
    seed: int
    output_key: str
    scene_image_key: str = ""
    scene_layers_key: str = ""
    prompt: str = ""
    negative_prompt: str = ""
    max_cost_micros: int = 0

    def __post_init__(self) -> None:
        """Refuse what no clip can be made of.

        Raises:
            ValidationFailed: with the offending fields.
        """
        wrong = {
            name: reason
            for name, is_right, reason in (
                ("request_id", bool(self.request_id), "is missing"),
                ("output_key", bool(self.output_key), "is missing"),
                ("slot_frames", self.slot_frames >= 1, "must be at least 1"),
                ("lead_frames", self.lead_frames >= 0, "must not be negative"),
                ("tail_frames", self.tail_frames >= 0, "must not be negative"),
                ("frame_rate", 1 <= self.rate <= 120, "must be from 1 to 120 frames a second"),
                ("size", _is_size(self.width_px) and _is_size(self.height_px), _SIZE_RULE),
                ("intensity", 0 <= self.intensity <= 1, "must be from 0 to 1"),
                ("max_cost_micros", self.max_cost_micros >= 0, "must not be negative"),
            )
            if not is_right
        }
        if not wrong and self.frame_count > LONGEST_S * self.rate:
            wrong["slot_frames"] = f"the clip must not be longer than {LONGEST_S} s"
        if not wrong and not _rise_from_zero([angle.start_frame for angle in self.angles], self.frame_count):
            wrong["angles"] = "must begin at 0, rise, and end before the clip does"
        if wrong:
            raise ValidationFailed("The clip cannot be made as asked.", fields=wrong)

    @property
    def frame_count(self) -> int:
        """Frames needed: lead, slot and tail."""
        return self.lead_frames + self.slot_frames + self.tail_frames

    @property
    def item(self) -> str:
        """The clip's name in messages."""
        return f"clip_{self.clip_index + 1}"

    @property
    def angle_cut_frames(self) -> tuple[int, ...]:
        """Frames from the clip's first one at which another angle begins."""
        return tuple(angle.start_frame for angle in self.angles[1:])


@dataclass(frozen=True)
class Take:
    """What a generator says about the clip it made. `is_exact` means that it must have just the frames asked for."""

    provider: str
    model: str
    is_exact: bool
    attempts: int = 1
    angle_cut_frames: tuple[int, ...] = ()
    costs: tuple[Cost, ...] = ()
    degradations: tuple[Degradation, ...] = ()

    @property
    def spent_micros(self) -> int:
        """The sum of its costs."""
        return sum(cost.cost_micros for cost in self.costs)


@dataclass(frozen=True)
class ProbedClip:
    """What is really in a file."""

    frame_count: int
    rate: Fraction
    duration_s: float
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Clip:
    """A clip in the store: what it is and how it came about."""

    key: str
    probed: ProbedClip
    lead_frames: int
    tail_frames: int
    take: Take
    degradations: tuple[Degradation, ...]


def clip_of(request: ClipRequest, take: Take, probed: ProbedClip) -> Clip:
    """Judge a take by what is really in its file.

    A clip that is shorter than asked gives up its tail first, then its lead, and says so.

    Raises:
        GenerationFailed: an exact take has other frames than asked for.
    """
    if take.is_exact and (probed.frame_count, probed.rate) != (request.frame_count, request.rate):
        raise GenerationFailed(
            f"The clip has {probed.frame_count} frames at {probed.rate} fps, "
            f"{request.frame_count} at {request.rate} were asked for.",
            spent_micros=take.spent_micros,
        )
    # The composer needs these frames at the video's rate; a hair is allowed for times that are not exact.
    available = int(probed.duration_s * request.rate + 1e-3)
    spare = max(0, available - request.slot_frames)
    lead_frames = min(request.lead_frames, spare)
    tail_frames = min(request.tail_frames, spare - lead_frames)
    return Clip(
        key=request.output_key,
        probed=probed,
        lead_frames=lead_frames,
        tail_frames=tail_frames,
        take=take,
        degradations=(*take.degradations, *_shortfalls(request, available)),
    )


def _shortfalls(request: ClipRequest, available: int) -> tuple[Degradation, ...]:
    if available >= request.frame_count:
        return ()
    if available >= request.slot_frames:
        message = "The clip fills its slot but not the transitions around it, which become cuts."
        return (Degradation("cut_instead_of_crossfade", message, request.item),)
    seconds = float((request.slot_frames - available) / request.rate)
    return (Degradation("clip_too_short", f"The clip is {seconds:.1f} s too short and is looped.", request.item),)


_SIZE_RULE = f"width and height must be even, from {SMALLEST_PX} to {LARGEST_PX} pixels"


def _is_size(pixels: int) -> bool:
    return SMALLEST_PX <= pixels <= LARGEST_PX and pixels % 2 == 0


def _rise_from_zero(starts: list[int], frame_count: int) -> bool:
    rises = all(earlier < later for earlier, later in pairwise(starts))
    return bool(starts) and starts[0] == 0 and rises and starts[-1] < frame_count
