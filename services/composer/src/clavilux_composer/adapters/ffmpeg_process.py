"""Runs ffmpeg as a child that dies with us, is killed with its whole group, and whose last words are kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from clavilux_kit.errors import CompositionFailed, TimedOut
from clavilux_kit.lifeline import leashed

Output = Callable[[bytes], Awaitable[None]]

_PIECE_BYTES = 1 << 20
_LAST_LINES = 6
_ADDRESS = re.compile(r" @ 0x[0-9a-f]+")
_FOLDERS = re.compile(r"(?:/[^/\s:'\"]+)+/")


class Ffmpeg:
    """One ffmpeg binary."""

    def __init__(self, executable: Path) -> None:
        """Takes the binary's path."""
        self.executable = executable

    async def run(self, arguments: Sequence[str], *, timeout_s: float, output: Output | None = None) -> str:
        """Runs to the end and returns what was written to standard error.

        Args:
            arguments: Without the binary.
            timeout_s: After which it is killed.
            output: Gets the pieces of standard output as they come.

        Raises:
            CompositionFailed: with ffmpeg's last lines, if it fails or cannot be started.
            TimedOut: if it was killed for its time.
        """
        if not os.access(self.executable, os.X_OK):
            raise CompositionFailed("There is no ffmpeg that could be started.")
        process = await asyncio.create_subprocess_exec(
            *leashed([str(self.executable), "-hide_banner", "-nostdin", *arguments]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_PIECE_BYTES,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(timeout_s):
                words, _ = await asyncio.gather(_tail(process.stderr), _pass_on(process.stdout, output))
                code = await process.wait()
        except TimeoutError as error:
            raise TimedOut(f"ffmpeg took longer than {timeout_s:.0f} s and was stopped.") from error
        finally:
            await _end(process)
        if code != 0:
            raise CompositionFailed(f"ffmpeg {_fate(code)}: {readable(words)}")
        return words


def readable(words: str) -> str:
    """The last lines that ffmpeg said, without addresses in memory and folders of this machine."""
    lines = [line.strip() for line in _FOLDERS.sub("", _ADDRESS.sub("", words)).splitlines() if line.strip()]
    return " / ".join(dict.fromkeys(lines[-_LAST_LINES:])) or "it said nothing"


def _fate(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"


async def _pass_on(stream: asyncio.StreamReader | None, output: Output | None) -> None:
    while stream and (piece := await stream.read(_PIECE_BYTES)):
        if output:
            await output(piece)


async def _tail(stream: asyncio.StreamReader | None) -> str:
    kept = b""
    while stream and (piece := await stream.read(_PIECE_BYTES)):
        kept = (kept + piece)[-16384:]
    return kept.decode(errors="replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
