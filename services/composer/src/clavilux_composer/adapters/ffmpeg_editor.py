"""Renders with ffmpeg: segments of the picture, then one file with the song."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import ffmpeg

from clavilux_composer.adapters.ffmpeg_graph import Encoding, segment_arguments
from clavilux_composer.adapters.ffmpeg_process import Ffmpeg
from clavilux_composer.adapters.formats import SONG_FORMATS
from clavilux_composer.domain.composition import Labels, VideoFormat
from clavilux_composer.domain.shots import Edit
from clavilux_composer.ports import Material, Progress

_FRAME = re.compile(rb"^frame=\s*(\d+)", re.MULTILINE)
_QUIET = ("-loglevel", "error")
_SMALL_TASK_S = 120.0


class FfmpegEditor:
    """Renders in segments, so that memory does not grow with the number of clips.

    A graph holds some tens of megabytes for each of its inputs.
    """

    def __init__(
        self, ffmpeg_process: Ffmpeg, encoding: Encoding, *, shots_per_segment: int, timeout_per_song_s: float
    ) -> None:
        """Allows `timeout_per_song_s` seconds for each second of the song, and two minutes."""
        self._ffmpeg = ffmpeg_process
        self._encoding = encoding
        self._shots_per_segment = shots_per_segment
        self._timeout_per_song_s = timeout_per_song_s

    async def decode_song(self, song: Path, decoded: Path) -> None:
        """Decodes to floating point, which keeps what a lossy song has above full scale.

        Damaged packets are passed over, as every player does.
        """
        formats = "aformat=sample_rates=44100|48000:channel_layouts=mono|stereo:sample_fmts=flt"
        # fmt: off
        arguments = [
            *_QUIET, "-format_whitelist", SONG_FORMATS, "-i", str(song), "-map", "0:a:0", "-af", formats,
            "-c:a", "pcm_f32le", "-f", "wav", "-rf64", "auto", "-y", str(decoded),
        ]
        # fmt: on
        await self._ffmpeg.run(arguments, timeout_s=_SMALL_TASK_S)

    async def render(
        self,
        edit: Edit,
        material: Material,
        video_format: VideoFormat,
        labels: Labels,
        song_s: float,
        video: Path,
        progress: Progress,
    ) -> None:
        """Renders segment after segment and joins them without encoding again."""
        total = edit.shots[-1].end
        names: list[str] = []
        for number, shots in enumerate(edit.segments(self._shots_per_segment)):
            segment = video.with_name(f"segment{number}.mp4")
            arguments = segment_arguments(shots, material, video_format, self._encoding, segment)
            counter = _frame_counter(shots[0].start, total, progress)
            await self._ffmpeg.run(arguments, timeout_s=self._timeout_s(song_s), output=counter)
            length_s = float((shots[-1].end - shots[0].start) / video_format.frame_rate)
            names.append(f"file '{segment.name}'\nduration {length_s:.6f}\n")
        segments = video.with_name("segments.ffconcat")
        segments.write_text("ffconcat version 1.0\n" + "".join(names))
        arguments = _join_arguments(segments, material.song, labels, song_s, video)
        await self._ffmpeg.run(arguments, timeout_s=_SMALL_TASK_S)

    async def poster(self, video: Path, at_s: float, poster: Path) -> None:
        """A JPEG of one frame."""
        arguments = [
            "-ss",
            f"{at_s:.6f}",
            "-i",
            str(video),
            "-frames:v",
            "1",
            "-update",
            "1",
            "-q:v",
            "2",
            "-y",
            str(poster),
        ]
        await self._ffmpeg.run([*_QUIET, *arguments], timeout_s=_SMALL_TASK_S)

    async def preview(self, video: Path, at_s: float, length_s: float, preview: Path) -> None:
        """H.264, 640 pixels on its longer side, as fast as the video."""
        source = ffmpeg.input(str(video), ss=f"{at_s:.6f}", t=f"{length_s:.3f}").video
        small = source.filter("scale", 640, 640, force_original_aspect_ratio="decrease", force_divisible_by=2)
        options = {"c:v": "libx264", "preset": "veryfast", "crf": 28, "pix_fmt": "yuv420p", "movflags": "+faststart"}
        arguments = ffmpeg.get_args(ffmpeg.output(small, str(preview), **options), overwrite_output=True)
        await self._ffmpeg.run([*_QUIET, *arguments], timeout_s=_SMALL_TASK_S)

    def _timeout_s(self, song_s: float) -> float:
        return 120.0 + self._timeout_per_song_s * song_s


def _join_arguments(segments: Path, song: Path, labels: Labels, song_s: float, video: Path) -> list[str]:
    """The picture copied; the song encoded once, exactly as long as it is said to be."""
    picture = ffmpeg.input(str(segments), f="concat").video
    sound = ffmpeg.input(str(song)).audio.filter("apad", whole_dur=f"{song_s:.6f}").filter("atrim", end=f"{song_s:.6f}")
    output = ffmpeg.output(
        picture,
        sound,
        str(video),
        **{
            "c:v": "copy",
            "c:a": "aac",
            "b:a": "192k",
            "movflags": "+faststart",
            "metadata:g:0": f"title={labels.title}",
            "metadata:g:1": f"artist={labels.artist}",
            "metadata:g:2": f"comment={labels.disclosure}",
        },
    ).global_args(*_QUIET)
    arguments: list[str] = ffmpeg.get_args(output, overwrite_output=True)
    return arguments


def _frame_counter(first: int, total: int, progress: Progress) -> Callable[[bytes], Awaitable[None]]:
    """Turns ffmpeg's progress lines into the share of all frames that is done."""

    async def count(piece: bytes) -> None:
        frames = _FRAME.findall(piece)
        if frames:
            await progress(min(1.0, (first + int(frames[-1])) / total))

    return count
