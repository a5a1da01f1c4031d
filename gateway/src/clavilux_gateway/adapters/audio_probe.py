"""Finding out what a file is, in a worker process with a time limit."""

from pathlib import Path

from clavilux_kit.errors import Internal, TimedOut, UnsupportedMedia
from clavilux_kit.workers import Worker

from clavilux_gateway.adapters.audio_decoding import NotASong, decode
from clavilux_gateway.domain.songs import AudioFacts


class AvProbe:
    """The port `AudioProbe` by PyAV."""

    def __init__(self, worker: Worker, *, timeout_s: float) -> None:
        self._worker = worker
        self._timeout_s = timeout_s

    async def probe(self, path: Path) -> AudioFacts:
        """Decode the file. Raises UnsupportedMedia, also for one that takes too long to decode."""
        try:
            audio_format, duration_s = await self._worker.run(decode, str(path), timeout_s=self._timeout_s)
        except NotASong as error:
            raise _refusal(f"The file is not an MP3, WAV or FLAC song: {error}.") from error
        except TimedOut as error:
            raise _refusal(f"The file could not be decoded within {self._timeout_s:g} seconds.") from error
        except Internal as error:
            # The decoder broke on it and took its process along.
            raise _refusal("The file could not be decoded.") from error
        return AudioFacts(audio_format, duration_s)


def _refusal(sentence: str) -> UnsupportedMedia:
    return UnsupportedMedia(sentence, fields={"audio_file": sentence})
