"""One ffmpeg process that takes raw frames and writes an H.264 file."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import imageio_ffmpeg
import numpy as np
from clavilux_kit.errors import GenerationFailed
from numpy.typing import NDArray

# Nearly lossless and fast: the composer encodes once more, for the viewer.
QUALITY = ("-preset", "superfast", "-crf", "14", "-g", "15")
# swscale would take the matrix of standard definition unless told otherwise.
COLOUR_FILTER = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
COLOUR_TAGS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
LAST_WORDS_CHARACTERS = 400


class ClipEncoder:
    """Writes frames to a file, from any thread. A context manager: on leaving it no process is left.

    ffmpeg leads a process group of its own. Should this process die, ffmpeg's input ends and it ends too. It is not
    started with a `preexec_fn`: that would mean a fork, whose child crashes now and then beside gRPC's threads.
    """

    def __init__(self, path: Path, *, width_px: int, height_px: int, rate: Fraction) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(
            _command(path, width_px, height_px, rate),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            start_new_session=True,
        )

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Write one (height, width, 3) RGB frame. Raises GenerationFailed where ffmpeg is gone."""
        try:
            self._stdin.write(np.ascontiguousarray(frame).data)
        except (BrokenPipeError, ValueError) as error:
            raise self._failure() from error

    def finish(self) -> None:
        """End the file. Raises GenerationFailed where ffmpeg is not content."""
        try:
            self._stdin.close()
        except BrokenPipeError as error:
            raise self._failure() from error
        if self._process.wait() != 0:
            raise self._failure()

    def kill(self) -> None:
        """End ffmpeg at once, from any thread."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):  # what ffmpeg did not read is not wanted any more
            self._stdin.close()
        self._complaints.close()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None  # asked for with PIPE  # noqa: S101
        return self._process.stdin

    def _failure(self) -> GenerationFailed:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        self._complaints.seek(0)
        words = self._complaints.read().decode(errors="replace").strip()[-LAST_WORDS_CHARACTERS:]
        end = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
        return GenerationFailed(f"ffmpeg {end}: {words or 'it said nothing'}")


def _command(path: Path, width_px: int, height_px: int, rate: Fraction) -> list[str]:
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-nostats", "-loglevel", "error", "-y"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width_px}x{height_px}", "-r", str(rate), "-i", "pipe:0"),
        *("-an", "-vf", COLOUR_FILTER, "-c:v", "libx264", *QUALITY, *COLOUR_TAGS),
        # As many clips are made at once as there are cores: one thread each for x264.
        *("-threads", "1", "-r", str(rate), str(path)),
    ]
