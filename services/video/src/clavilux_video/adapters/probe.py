"""Looks into a video file with PyAV."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av
from clavilux_kit.errors import GenerationFailed

from clavilux_video.domain.clip import ProbedClip


async def probe_clip(path: Path) -> ProbedClip:
    """Count the frames that are really there and decode the first.

    Raises:
        GenerationFailed: the file is no video, or an empty one.
    """
    return await asyncio.to_thread(_probe, path)


def _probe(path: Path) -> ProbedClip:
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            rate = Fraction(stream.average_rate or 0)
            first = next(container.decode(stream))
            container.seek(0)
            frame_count = sum(1 for packet in container.demux(stream) if packet.size)
    except (av.FFmpegError, IndexError, StopIteration) as error:
        raise GenerationFailed(f"The clip cannot be read: {error or type(error).__name__}") from error
    if not frame_count or not rate:
        raise GenerationFailed("The clip has no frames.")
    return ProbedClip(
        frame_count=frame_count,
        rate=rate,
        duration_s=float(frame_count / rate),
        width_px=first.width,
        height_px=first.height,
    )
