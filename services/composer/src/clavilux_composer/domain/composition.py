"""What is asked for, what was found in the finished file, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from clavilux_kit.errors import CompositionFailed, ValidationFailed

from clavilux_composer.domain.cuts import Stretch
from clavilux_composer.domain.shots import Adjustment, Degradation
from clavilux_composer.domain.subtitles import Cue
from clavilux_composer.domain.timeline import Timeline

_BOUND_S = 0.1


@dataclass(frozen=True)
class VideoFormat:
    """Pixels and frames a second of the video."""

    width_px: int
    height_px: int
    frame_rate: Fraction


@dataclass(frozen=True)
class Labels:
    """What the file says of itself."""

    title: str = ""
    artist: str = ""
    disclosure: str = ""


@dataclass(frozen=True)
class Order:
    """One video to be composed; `song_s` is the song's length."""

    request_id: str
    job_id: str
    song_key: str
    song_s: float
    timeline: Timeline
    video_format: VideoFormat
    beat_times_s: tuple[float, ...]
    cues: tuple[Cue, ...]
    labels: Labels
    output_prefix: str
    wants_burn_in: bool = False
    wants_effects: bool = False


@dataclass(frozen=True)
class Streams:
    """Start and length of a file's video and audio streams, in seconds."""

    video_start_s: float
    video_s: float
    audio_start_s: float
    audio_s: float


@dataclass(frozen=True)
class Measurement:
    """What was found in the finished file, by decoding it."""

    streams: Streams
    frame_count: int
    planned_cut_frames: tuple[int, ...]
    found_cut_frames: tuple[int, ...]
    matched_cuts: int
    worst_cut_frames: int
    worst_beat_distance_s: float
    audio_offset_s: float
    loudness_lufs: float
    song_loudness_lufs: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Composed:
    """Where the video is and how exact it is."""

    video_key: str
    poster_key: str
    preview_key: str
    subtitle_keys: tuple[str, ...]
    measurement: Measurement
    adjustments: tuple[Adjustment, ...]
    degradations: tuple[Degradation, ...]
    size_bytes: int


def check_order(order: Order) -> None:
    """Makes sure that an order can be met.

    Raises:
        ValidationFailed: naming the field that is wrong.
    """
    size, rate = order.video_format, order.video_format.frame_rate
    problems = {
        "request_id": "is empty" if not order.request_id else "",
        "song_key": "is empty" if not order.song_key else "",
        "output_prefix": "is empty" if not order.output_prefix else "",
        "frame_rate": f"is {rate}, not within 1 to 60" if not 1 <= rate <= 60 else "",
        "size.width_px": _size_problem(size.width_px),
        "size.height_px": _size_problem(size.height_px),
        "total_frames": ""
        if abs(order.timeline.total_frames - order.song_s * rate) <= 1
        else f"is {order.timeline.total_frames}, but the song has {float(order.song_s * rate):.1f} frames",
    }
    fields = {field: problem for field, problem in problems.items() if problem}
    if fields:
        raise ValidationFailed("; ".join(f"{field} {problem}" for field, problem in fields.items()), fields=fields)


def _size_problem(pixels: int) -> str:
    return "" if 64 <= pixels <= 4096 and pixels % 2 == 0 else f"is {pixels}, not an even number within 64 to 4096"


def check_measurement(measurement: Measurement, order: Order) -> None:
    """Makes sure that the finished file is as long as the song, and in step with it.

    Raises:
        CompositionFailed: saying what is out of bounds.
    """
    streams = measurement.streams
    seconds = {
        "The picture's length": streams.video_s - order.song_s,
        "The sound's length": streams.audio_s - order.song_s,
        "The picture's start": streams.video_start_s,
        "The sound's start": streams.audio_start_s,
        "The sound": measurement.audio_offset_s,
    }
    problems = [f"{what} is off by {value:+.3f} s" for what, value in seconds.items() if abs(value) > _BOUND_S]
    if measurement.frame_count != order.timeline.total_frames:
        problems.append(f"It has {measurement.frame_count} frames instead of {order.timeline.total_frames}")
    if problems:
        raise CompositionFailed("The finished video does not fit its song. " + ". ".join(problems) + ".")
