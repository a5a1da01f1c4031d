from pathlib import Path

import numpy as np
import pytest
from clavilux_gateway.adapters.audio_decoding import NotASong, decode

from gateway.tests.gateway_world import Songs


@pytest.mark.parametrize("kind", ["wav", "mp3", "flac"])
def test_a_song_is_told_by_its_content_and_its_length_is_counted(songs: Songs, kind: str) -> None:
    song: Path = getattr(songs, kind)(6.0)
    misnamed = song.rename(song.with_suffix(".txt"))
    audio_format, duration_s = decode(str(misnamed))
    assert audio_format == kind
    assert duration_s == pytest.approx(6.0, abs=0.1)


def test_a_header_that_promises_more_than_there_is_does_not_count(songs: Songs) -> None:
    song = songs.wav(12.0)
    whole = song.read_bytes()
    song.write_bytes(whole[: len(whole) // 2])
    assert decode(str(song))[1] == pytest.approx(6.0, abs=0.1)


def test_counting_stops_soon_after_the_longest_song_allowed(songs: Songs) -> None:
    assert 900 < decode(str(songs.wav(1000.0, rate_hz=8000)))[1] < 910


def test_a_tag_before_the_music_does_not_hide_it(songs: Songs) -> None:
    song = songs.mp3()
    song.write_bytes(b"ID3\x04\x00\x00\x00\x00\x02\x00" + b"\x00" * 256 + song.read_bytes())
    assert decode(str(song))[0] == "mp3"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"just some words " * 1000,
        b"#EXTM3U\nfile:///etc/passwd\n" * 100,
        b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"#EXTM3U\nfile:///etc/passwd\n" * 100,
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f",
        b"fLaC" + b"\x00" * 5000,
        b"RIFF\x00\x00\x00\x00WAVE" + b"\x00" * 5000,
        b"\xff\xfb" + np.random.default_rng(7).bytes(100_000),
        b"OggS" + b"\x00" * 5000,
    ],
)
def test_what_is_not_a_song_is_refused_with_a_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(NotASong):
        decode(str(path))


@pytest.mark.parametrize(("codec", "extension"), [("opus", "ogg"), ("aac", "m4a"), ("adpcm_ms", "wav")])
def test_other_kinds_of_sound_are_refused(songs: Songs, codec: str, extension: str) -> None:
    rate_hz = 48_000 if codec == "opus" else 44_100
    song = songs.encoded(codec, extension, rate_hz=rate_hz)
    with pytest.raises(NotASong):
        decode(str(song.rename(song.with_suffix(".mp3"))))
