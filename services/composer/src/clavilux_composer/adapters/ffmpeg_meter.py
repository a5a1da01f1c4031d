"""Reads finished files back through ffmpeg: every frame small and grey, the sound mono with its loudness."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import numpy as np
from clavilux_kit.errors import CompositionFailed

from clavilux_composer.adapters.ffmpeg_process import Ffmpeg
from clavilux_composer.domain.composition import VideoFormat
from clavilux_composer.domain.picture import FrameLooks, FrameReader
from clavilux_composer.domain.sound import RATE_HZ, Sound

_LONG_SIDE_PX = 160
_FRAMES_AT_ONCE = 64
_LOUDNESS = re.compile(r"I:\s+(-?[\d.]+|-inf|nan) LUFS")
_SILENT_LUFS = -70.0


class FfmpegMeter:
    """Decodes once, in a process of its own; the arithmetic runs in a thread."""

    def __init__(self, ffmpeg_process: Ffmpeg, *, timeout_s: float) -> None:
        """Allows `timeout_s` for each reading."""
        self._ffmpeg = ffmpeg_process
        self._timeout_s = timeout_s

    async def looks(self, video: Path, video_format: VideoFormat) -> FrameLooks:
        """Every decoded frame, none doubled or dropped."""
        width, height = _small_size(video_format)
        reader = FrameReader(width, height)
        whole = reader.frame_bytes * _FRAMES_AT_ONCE
        waiting = bytearray()

        async def take(piece: bytes) -> None:
            waiting.extend(piece)
            while len(waiting) >= whole:
                frames = bytes(waiting[:whole])
                del waiting[:whole]
                await asyncio.to_thread(reader.feed, frames)

        # fmt: off
        arguments = [
            "-loglevel", "error", "-i", str(video), "-map", "0:v:0", "-fps_mode", "passthrough",
            "-vf", f"scale={width}:{height}:flags=area,format=gray", "-f", "rawvideo", "pipe:1",
        ]
        # fmt: on
        await self._ffmpeg.run(arguments, timeout_s=self._timeout_s, output=take)
        if waiting:
            await asyncio.to_thread(reader.feed, bytes(waiting))
        return reader.looks()

    async def sound(self, media: Path) -> Sound:
        """Mono at RATE_HZ and the integrated loudness, in one decoding."""
        pieces: list[bytes] = []

        async def take(piece: bytes) -> None:
            pieces.append(piece)

        loudness = "ebur128=framelog=quiet"
        mono = f"aresample={RATE_HZ},aformat=channel_layouts=mono"
        # fmt: off
        arguments = [
            "-loglevel", "info", "-nostats", "-i", str(media),
            "-filter_complex", f"[0:a:0]asplit[a][b];[a]{loudness}[x];[b]{mono}[y]",
            "-map", "[x]", "-f", "null", "-",
            "-map", "[y]", "-f", "f32le", "pipe:1",
        ]
        # fmt: on
        words = await self._ffmpeg.run(arguments, timeout_s=self._timeout_s, output=take)
        return Sound(np.frombuffer(b"".join(pieces), dtype="<f4"), _loudness_lufs(words))


def _small_size(video_format: VideoFormat) -> tuple[int, int]:
    """Even numbers of pixels, the longer side _LONG_SIDE_PX, the shorter one at least 16."""
    longest = max(video_format.width_px, video_format.height_px)
    width, height = (
        max(16, 2 * round(_LONG_SIDE_PX * pixels / longest / 2))
        for pixels in (video_format.width_px, video_format.height_px)
    )
    return width, height


def _loudness_lufs(words: str) -> float:
    found = _LOUDNESS.findall(words)
    if not found:
        raise CompositionFailed("The loudness of the sound could not be read.")
    return float(found[-1]) if found[-1] not in {"-inf", "nan"} else _SILENT_LUFS
