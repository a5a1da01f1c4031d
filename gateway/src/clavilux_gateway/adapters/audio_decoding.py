"""Decoding a song far enough to know what it is. Runs in a process of its own, which may be killed."""

from collections.abc import Iterator

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from clavilux_gateway.domain.songs import MAX_DURATION_S, AudioFormat

_SNIFFED_BYTES = 16
_CODECS = {"mp3": ("mp3", "mp3float"), "flac": ("flac",), "wav": ("pcm_",)}
_MIN_RATE_HZ, _MAX_RATE_HZ = 8_000, 192_000
_MAX_BAD_SHARE = 0.05


class NotASong(Exception):
    """The file is not an MP3, WAV or FLAC that can be decoded; the message says why, for people."""


def decode(path: str) -> tuple[AudioFormat, float]:
    """Return format and duration in seconds, counted in decoded samples up to a little over the longest song allowed.

    The format is told from the first bytes and its demuxer alone is used: a playlist or any other container that
    could name further files is never opened. Raises NotASong.
    """
    audio_format = _sniffed(path)
    try:
        with av.open(path, format=audio_format) as container:
            if not container.streams.audio:
                raise NotASong("it has no sound in it")
            stream = container.streams.audio[0]
            _check_codec(stream, audio_format)
            return audio_format, _counted_s(container, stream)
    except (av.FFmpegError, ValueError, MemoryError) as error:
        raise NotASong(f"it begins like {audio_format.upper()} but cannot be decoded") from error


def _sniffed(path: str) -> AudioFormat:
    with open(path, "rb") as file:
        head = file.read(_SNIFFED_BYTES)
        if head[:3] == b"ID3":
            # A tag of version 2 stands before the music; its length is written in groups of seven bits.
            size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False))
            file.seek(10 + size)
            head = file.read(_SNIFFED_BYTES)
            if head[:4] != b"fLaC":
                return "mp3"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    # Eleven set bits are the frame sync; a layer of 00 is reserved, and other layers than III are not MP3.
    if len(head) >= 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "mp3"
    raise NotASong("it is none of these by its content, whatever its name says")


def _check_codec(stream: AudioStream, audio_format: AudioFormat) -> None:
    if not stream.codec_context.name.startswith(_CODECS[audio_format]):
        raise NotASong(f"its sound is coded as {stream.codec_context.name}")
    if not _MIN_RATE_HZ <= stream.codec_context.sample_rate <= _MAX_RATE_HZ:
        raise NotASong(f"its sample rate of {stream.codec_context.sample_rate} Hz is out of range")


def _counted_s(container: InputContainer, stream: AudioStream) -> float:
    """Decode and count. A few damaged packets are borne, as players do; what is mostly noise is not a song."""
    good = bad = 0
    duration_s = 0.0
    for samples_s in _packets_s(container, stream):
        good, bad = (good + 1, bad) if samples_s is not None else (good, bad + 1)
        duration_s += samples_s or 0.0
        if duration_s > MAX_DURATION_S + 1:
            break
    if not good or bad > _MAX_BAD_SHARE * (good + bad):
        raise NotASong("it is damaged")
    return duration_s


def _packets_s(container: InputContainer, stream: AudioStream) -> Iterator[float | None]:
    """Yield the seconds of sound in each packet; None for one that does not decode."""
    for packet in container.demux(stream):
        try:
            yield sum(frame.samples / frame.sample_rate for frame in stream.decode(packet))
        except av.InvalidDataError:
            yield None
