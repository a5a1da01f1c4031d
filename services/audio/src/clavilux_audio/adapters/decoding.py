"""Songs decoded with PyAV: one float32 channel, whatever the file holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from clavilux_kit.errors import ValidationFailed

from clavilux_audio.domain.evidence import Floats

RATE = 22050
SHORTEST_S = 5.0
LONGEST_S = 15 * 60.0
LOUDEST = 8.0
"""Float files may pass full scale; what goes beyond this is no sound."""

# Only self-contained formats: a playlist would make the decoder open what it names.
_FORMATS = "mp3,wav,w64,flac,ogg,aiff,aac,mov,matroska"


def decoded(path: Path) -> Floats:
    """Return a song as mono float32 at `RATE`; NaN and infinite samples are silence.

    The length is measured while decoding, so that no header is trusted and nothing endless is decoded.
    Raises ValidationFailed where the file is not a song of 5 s to 15 min.
    """
    pieces: list[Floats] = []
    decoded_frames = 0
    try:
        for piece in _pieces(path):
            pieces.append(piece)
            decoded_frames += len(piece)
            if decoded_frames > LONGEST_S * RATE:
                raise ValidationFailed("The song is longer than 15 minutes.", fields={"audio_file": "too long"})
    except (av.FFmpegError, UnicodeDecodeError) as error:
        # A file that ends in the middle, or has a broken end, is the song up to there.
        if decoded_frames < SHORTEST_S * RATE:
            raise _undecodable() from error
    if decoded_frames == 0:
        raise _undecodable()
    if decoded_frames < SHORTEST_S * RATE:
        raise ValidationFailed("The song is shorter than 5 seconds.", fields={"audio_file": "too short"})
    song: Floats = np.nan_to_num(np.concatenate(pieces), copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    np.clip(song, -LOUDEST, LOUDEST, out=song)
    return song


def _pieces(path: Path) -> Iterator[Floats]:
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    with av.open(str(path), options=options) as container:
        if not container.streams.audio:
            raise _undecodable()
        # Packed samples: of eight planes PyAV 18 sees nine, and reading the ninth ends the process.
        resampler = av.AudioResampler("flt", rate=RATE)
        for frame in container.decode(container.streams.audio[0]):
            for piece in resampler.resample(frame):
                yield _mono(piece)
        for piece in resampler.resample(None):
            yield _mono(piece)


def _mono(piece: av.AudioFrame) -> Floats:
    samples: Floats = piece.to_ndarray().reshape(-1, piece.layout.nb_channels).mean(axis=1)
    return samples


def _undecodable() -> ValidationFailed:
    return ValidationFailed("The file holds no audio that can be decoded.", fields={"audio_file": "not audio"})
