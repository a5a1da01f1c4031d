"""Subtitle files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cue:
    """One line from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    text: str


def write_srt(cues: Sequence[Cue]) -> str:
    """SubRip: numbered, times with a comma."""
    return "".join(
        f"{number}\n{_clock(cue.start_s, ',')} --> {_clock(cue.end_s, ',')}\n{_lines(cue.text)}\n\n"
        for number, cue in enumerate(cues, start=1)
    )


def write_vtt(cues: Sequence[Cue]) -> str:
    """WebVTT: times with a point, the three characters of markup escaped."""
    blocks = (
        f"{_clock(cue.start_s, '.')} --> {_clock(cue.end_s, '.')}\n{_lines(_escaped(cue.text))}\n\n" for cue in cues
    )
    return "WEBVTT\n\n" + "".join(blocks)


def _clock(seconds: float, point: str) -> str:
    millis = max(0, round(seconds * 1000))
    whole, rest = divmod(millis, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{point}{rest:03d}"


def _lines(text: str) -> str:
    """The text without the empty lines that would end a cue early."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
