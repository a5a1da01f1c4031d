"""What the service needs from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from clavilux_audio.domain.evidence import Floats
from clavilux_audio.domain.money import Offer
from clavilux_audio.domain.song import Heard, Transcript


class Songs(Protocol):
    """Where songs are kept."""

    async def get_file(self, key: str, path: Path) -> None:
        """Write a song to a new file. Raises NotFound."""


class Ear(Protocol):
    """Whatever turns a file into what is heard in it."""

    async def hear(self, path: Path) -> Heard:
        """Return what is heard. Raises ValidationFailed where it is no song of 5 s to 15 min, and TimedOut."""


class OnsetDetector(Protocol):
    """A second opinion on where notes and drums begin."""

    def onsets_s(self, sound: Floats, rate: int) -> Floats:
        """Return the times of onsets in a mono sound, in seconds."""


class Transcriber(Protocol):
    """Whoever writes down the words that are sung."""

    def offers(self) -> tuple[Offer, ...]:
        """Return what can be bought."""

    async def transcribe(self, path: Path, *, duration_s: float, language: str, max_cost_micros: int) -> Transcript:
        """Return the words of a song. A failure is an answer (FAILED), never an exception; so is a price too high.

        `language` is BCP 47; empty lets the transcriber decide.
        """
