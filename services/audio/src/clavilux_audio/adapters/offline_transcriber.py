"""The transcriber that is there when no key is set: nobody is asked, and the answer says so."""

from __future__ import annotations

from pathlib import Path

from clavilux_audio.domain.money import Offer
from clavilux_audio.domain.song import Degradation, Lyrics, LyricsSource, Transcript


class OfflineTranscriber:
    """Asks nobody."""

    def offers(self) -> tuple[Offer, ...]:
        """Return nothing: nothing can be bought here."""
        return ()

    async def transcribe(self, path: Path, *, duration_s: float, language: str, max_cost_micros: int) -> Transcript:  # noqa: ARG002
        """Return no words, and say that nobody was asked for them."""
        message = "The words were not written down: no transcriber is configured."
        return Transcript(Lyrics(LyricsSource.NONE), degradations=(Degradation("lyrics_not_transcribed", message),))
