"""The filter graph of one segment, built with ffmpeg-python.

Every count is in frames. Each shot is brought to the video's rate first, cut out by frame numbers, and numbered anew
from 0, so that nothing that a container says about time reaches the edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from clavilux_composer.adapters.formats import CLIP_FORMATS, STILL_FORMATS
from clavilux_composer.domain.composition import VideoFormat
from clavilux_composer.domain.shots import Shot, SourceKind
from clavilux_composer.ports import Material

# ffmpeg-python publishes no types; its streams are opaque here.
Stream = Any


@dataclass(frozen=True)
class Encoding:
    """How the picture is encoded."""

    preset: str
    crf: int
    max_bits_per_s: int


def segment_arguments(
    shots: Sequence[Shot], material: Material, video_format: VideoFormat, encoding: Encoding, segment: Path
) -> list[str]:
    """Arguments that render `shots`, without sound, into `segment`; progress goes to standard output.

    Lists of files are written beside `segment`.
    """
    streams = [_shot(shot, material, video_format, segment) for shot in shots]
    rate = video_format.frame_rate
    output = ffmpeg.output(
        _joined(shots, streams, video_format),
        str(segment),
        **{
            "c:v": "libx264",
            "profile:v": "high",
            "pix_fmt": "yuv420p",
            "preset": encoding.preset,
            "crf": encoding.crf,
            "maxrate": encoding.max_bits_per_s,
            "bufsize": 2 * encoding.max_bits_per_s,
            "g": round(2 * rate),
            "colorspace": "bt709",
            "color_primaries": "bt709",
            "color_trc": "bt709",
            "color_range": "tv",
            "frames:v": shots[-1].end - shots[0].start,
        },
    )
    # -xerror: a clip that cannot be decoded must fail, not freeze.
    output = output.global_args(
        "-xerror", "-loglevel", "error", "-nostats", "-progress", "pipe:1", "-stats_period", "1"
    )
    arguments: list[str] = ffmpeg.get_args(output, overwrite_output=True)
    return arguments


def _shot(shot: Shot, material: Material, video_format: VideoFormat, segment: Path) -> Stream:
    source = shot.source
    rate = str(video_format.frame_rate)
    taken = 1 if source.kind is not SourceKind.CLIP else shot.frames
    stream = _input(shot, material, video_format, segment).filter("setpts", "PTS-STARTPTS").filter("fps", rate)
    # Three spare frames, since containers of variable rate leave open how long their last frame is shown.
    stream = stream.filter("tpad", stop_mode="clone", stop=3)
    stream = stream.filter("trim", start_frame=source.first_frame, end_frame=source.first_frame + taken)
    stream = _fitted(_numbered(stream, video_format), video_format)
    if taken < shot.frames:
        stream = _numbered(stream.filter("tpad", stop_mode="clone", stop=shot.frames - taken), video_format)
    if shot.fade_in_frames:
        stream = stream.filter("fade", type="in", start_frame=0, nb_frames=shot.fade_in_frames)
    if shot.fade_out_frames:
        start = shot.frames - shot.fade_out_frames
        stream = stream.filter("fade", type="out", start_frame=start, nb_frames=shot.fade_out_frames)
    return stream


def _input(shot: Shot, material: Material, video_format: VideoFormat, segment: Path) -> Stream:
    """The shot's file, as often as it is needed.

    Every clip is opened through a list of its own, which loops it to the frame whatever else the file contains, and
    which lets two shots read one file each at its own place.
    """
    source = shot.source
    if source.kind is SourceKind.STILL:
        return ffmpeg.input(str(material.stills[source.slot_index]), format_whitelist=STILL_FORMATS).video
    needed = source.first_frame + (shot.frames if source.kind is SourceKind.CLIP else 1)
    passes = -(-needed // source.clip_frames)
    duration_s = float(source.clip_frames / video_format.frame_rate)
    once = f"file '{material.clips[source.slot_index].name}'\nduration {duration_s:.6f}\n"
    playlist = segment.with_name(f"{segment.stem}.slot{shot.slot_index}.ffconcat")
    playlist.write_text("ffconcat version 1.0\n" + once * passes)
    # One decoding thread a clip: the encoder uses the cores, and every thread of every clip holds pictures in memory.
    return ffmpeg.input(str(playlist), f="concat", threads=1, an=None, format_whitelist=f"concat,{CLIP_FORMATS}").video


def _numbered(stream: Stream, video_format: VideoFormat) -> Stream:
    rate = video_format.frame_rate
    return stream.filter("settb", str(1 / rate)).filter("setpts", "N")


def _fitted(stream: Stream, video_format: VideoFormat) -> Stream:
    """Fills the frame, cropping what is over; tagged so that every player shows the same colours."""
    width, height = video_format.width_px, video_format.height_px
    stream = stream.filter(
        "scale",
        width,
        height,
        flags="lanczos+accurate_rnd",
        force_original_aspect_ratio="increase",
        force_divisible_by=2,
        out_color_matrix="bt709",
        out_range="tv",
    )
    stream = stream.filter("crop", width, height).filter("setsar", 1).filter("format", "yuv420p")
    return stream.filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")


def _joined(shots: Sequence[Shot], streams: Sequence[Stream], video_format: VideoFormat) -> Stream:
    """Crossfades fold neighbours into one stream; what is left is put one after another."""
    parts: list[Stream] = []
    part_start = 0
    for shot, stream, before in zip(shots, streams, (None, *shots), strict=False):
        if before is None or not shot.crossfade_frames:
            parts.append(stream)
            part_start = shot.start
            continue
        duration_s = float(shot.crossfade_frames / video_format.frame_rate)
        offset_s = float((shot.start - part_start) / video_format.frame_rate)
        parts[-1] = ffmpeg.filter(
            [parts[-1], stream], "xfade", transition="fade", duration=f"{duration_s:.6f}", offset=f"{offset_s:.6f}"
        )
    return parts[0] if len(parts) == 1 else ffmpeg.concat(*parts, v=1, a=0)
