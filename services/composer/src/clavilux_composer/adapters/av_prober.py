"""Reads containers with PyAV: headers and packets only, nothing is decoded but the first picture."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av
from clavilux_kit.errors import CompositionFailed

from clavilux_composer.adapters.formats import CLIP_FORMATS
from clavilux_composer.domain.composition import Streams


class AvProber:
    """Probes in a thread."""

    async def clip_frames(self, clip: Path, frame_rate: Fraction) -> int:
        """Frames at `frame_rate`, from the times of the packets: what headers say is often wrong."""
        return await asyncio.to_thread(_clip_frames, clip, frame_rate)

    async def streams(self, video: Path) -> Streams:
        """Starts and lengths of the first video and the first audio stream."""
        return await asyncio.to_thread(_streams, video)


def _clip_frames(clip: Path, frame_rate: Fraction) -> int:
    try:
        with av.open(str(clip), options={"format_whitelist": CLIP_FORMATS}) as container:
            stream = container.streams.video[0]
            packets = [packet for packet in container.demux(stream) if packet.size]
            container.seek(0)
            next(container.decode(stream))
            tick = stream.time_base or Fraction(1, 90000)
            usual_s = 1 / (stream.average_rate or frame_rate)
    except (av.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise CompositionFailed(f"{clip.name.replace('_', ' ')} is not a video that can be read.") from error
    times = sorted(packet.pts * tick for packet in packets if packet.pts is not None)
    if len(times) < len(packets) or not times:
        return max(1, round(len(packets) * usual_s * frame_rate))
    last = max((p for p in packets if p.pts is not None), key=lambda p: p.pts or 0)
    last_s = last.duration * tick if last.duration else usual_s
    return max(1, int((times[-1] - times[0] + last_s) * frame_rate + Fraction(1, 2)))


def _streams(video: Path) -> Streams:
    try:
        with av.open(str(video)) as container:
            (video_start_s, video_s), (audio_start_s, audio_s) = (
                _span(stream) for stream in (container.streams.video[0], container.streams.audio[0])
            )
    except (av.FFmpegError, IndexError) as error:
        raise CompositionFailed("The finished file lacks its picture or its sound.") from error
    return Streams(video_start_s, video_s, audio_start_s, audio_s)


def _span(stream: av.VideoStream | av.AudioStream) -> tuple[float, float]:
    tick = stream.time_base or Fraction(0)
    return float((stream.start_time or 0) * tick), float((stream.duration or 0) * tick)
