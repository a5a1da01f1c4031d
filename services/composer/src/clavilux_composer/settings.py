"""How the process is configured: environment variables with the prefix CLAVILUX_."""

from __future__ import annotations

import tempfile
from pathlib import Path

from clavilux_kit.settings import ProcessSettings
from pydantic import Field


class Settings(ProcessSettings):
    """The composer's own settings."""

    max_concurrent_calls: int = Field(default=4, ge=1)
    """Calls that are taken in; a call beyond is refused before it starts and goes to another replica."""
    videos_at_once: int = Field(default=1, ge=1)
    """Videos made at a time; calls beyond wait their turn. One uses all cores."""
    work_dir: Path = Path(tempfile.gettempdir())
    """Where clips, song and video lie while a video is made; about 4 MB for each second of song."""

    ffmpeg_path: Path | None = None
    """The ffmpeg to use (6 or newer, with libx264); empty means the one that came with this package."""
    x264_preset: str = "veryfast"
    x264_crf: int = Field(default=20, ge=0, le=51)
    max_video_bits_per_s: int = 8_000_000
    shots_per_segment: int = Field(default=12, ge=1)
    """Shots in one filter graph. Twelve take about 650 MB at 1080p, each further one some 40 MB."""
    timeout_per_song_s: float = 3.0
    """Seconds that ffmpeg may take for each second of song, after the first two minutes."""
