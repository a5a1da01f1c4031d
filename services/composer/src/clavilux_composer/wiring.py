"""All tools of the composer, as the settings say."""

from __future__ import annotations

from pathlib import Path

import imageio_ffmpeg

from clavilux_composer.adapters.av_prober import AvProber
from clavilux_composer.adapters.bus_progress import Bus, BusProgress
from clavilux_composer.adapters.disk_workspace import DiskWorkspace
from clavilux_composer.adapters.ffmpeg_editor import FfmpegEditor
from clavilux_composer.adapters.ffmpeg_graph import Encoding
from clavilux_composer.adapters.ffmpeg_meter import FfmpegMeter
from clavilux_composer.adapters.ffmpeg_process import Ffmpeg
from clavilux_composer.ports import Files
from clavilux_composer.service import Tools
from clavilux_composer.settings import Settings

_MEASURING_TIMEOUT_S = 600.0


def open_tools(settings: Settings, files: Files, bus: Bus) -> Tools:
    """Puts the tools together; nothing is started yet."""
    process = Ffmpeg(settings.ffmpeg_path or Path(imageio_ffmpeg.get_ffmpeg_exe()))
    encoding = Encoding(settings.x264_preset, settings.x264_crf, settings.max_video_bits_per_s)
    editor = FfmpegEditor(
        process,
        encoding,
        shots_per_segment=settings.shots_per_segment,
        timeout_per_song_s=settings.timeout_per_song_s,
    )
    return Tools(
        files=files,
        workspace=DiskWorkspace(settings.work_dir),
        prober=AvProber(),
        editor=editor,
        meter=FfmpegMeter(process, timeout_s=_MEASURING_TIMEOUT_S),
        progress=BusProgress(bus),
    )
