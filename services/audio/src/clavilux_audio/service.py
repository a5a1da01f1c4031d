"""The use cases of the ear."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from clavilux_kit.inflight import InFlight
from clavilux_kit.telemetry import DEGRADATIONS, get_logger

from clavilux_audio.domain.boundaries import boundaries
from clavilux_audio.domain.money import Offer
from clavilux_audio.domain.song import Analysis, Degradation, Lyrics, LyricsSource, Transcript
from clavilux_audio.ports import Ear, Songs, Transcriber

_REMEMBERED = 64


@dataclass(frozen=True)
class AnalysisRequest:
    """What is to be heard, and what it may cost."""

    request_id: str
    song_key: str
    lyrics_key: str = ""
    transcribe: bool = False
    language: str = ""
    max_cost_micros: int = 0


class AudioService:
    """Hears songs."""

    def __init__(self, songs: Songs, ear: Ear, transcriber: Transcriber, calls: InFlight[Analysis]) -> None:
        self._songs = songs
        self._ear = ear
        self._transcriber = transcriber
        self._calls = calls
        self._bought: dict[str, Transcript] = {}

    async def analyse(self, request: AnalysisRequest) -> Analysis:
        """Return what is heard in a song. Calls with the same `request_id` share one analysis and one purchase.

        Raises NotFound, ValidationFailed, TimedOut, and Cancelled where `cancel` ended it.
        """
        return await self._calls.run(request.request_id, lambda: self._analyse(request))

    def offers(self) -> tuple[Offer, ...]:
        """Return what can be bought here."""
        return self._transcriber.offers()

    async def cancel(self, request_id: str) -> bool:
        """Stop a running analysis; False where it is unknown or had ended."""
        return await self._calls.cancel(request_id)

    async def _analyse(self, request: AnalysisRequest) -> Analysis:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="clavilux-audio-") as folder:
            path = Path(folder) / f"song{PurePosixPath(request.song_key).suffix.lower()}"
            await self._songs.get_file(request.song_key, path)
            heard = await self._ear.hear(path)
            transcript = await self._transcribe(request, path, heard.duration_s)
        fallbacks = (*heard.degradations, *transcript.degradations, *_unaligned(request))
        for fallback in fallbacks:
            DEGRADATIONS.labels(fallback.code).inc()
        get_logger().info(
            "song_heard",
            song_s=round(heard.duration_s, 3),
            bpm=heard.tempo.bpm,
            confidence=heard.tempo.confidence,
            degradations=[fallback.code for fallback in fallbacks],
            duration_s=round(time.monotonic() - began, 3),
            cost_micros=sum(cost.cost_micros for cost in transcript.costs),
        )
        return Analysis(heard, transcript.lyrics, boundaries(heard), transcript.costs, fallbacks)

    async def _transcribe(self, request: AnalysisRequest, path: Path, duration_s: float) -> Transcript:
        if not request.transcribe:
            return Transcript(Lyrics(LyricsSource.NONE))
        if request.request_id in self._bought:
            return self._bought[request.request_id]
        transcript = await self._transcriber.transcribe(
            path, duration_s=duration_s, language=request.language, max_cost_micros=request.max_cost_micros
        )
        if transcript.costs:
            self._bought[request.request_id] = transcript
            if len(self._bought) > _REMEMBERED:
                del self._bought[next(iter(self._bought))]
        return transcript


def _unaligned(request: AnalysisRequest) -> tuple[Degradation, ...]:
    if not request.lyrics_key:
        return ()
    return (Degradation("lyrics_not_aligned", "Your own lyrics cannot be laid over the song yet; they were not used."),)
