from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from clavilux_audio.adapters.decoding import RATE, decoded
from clavilux_kit.errors import ValidationFailed

Writer = Callable[..., Path]


def a_tone(length_s: float, rate: int = RATE) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 0.3 * np.sin(2 * np.pi * 220.0 * np.arange(int(length_s * rate)) / rate)


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 192_000])
def test_any_sample_rate_gives_the_same_length(write_wav: Writer, rate: int) -> None:
    song = decoded(write_wav(a_tone(6.0, rate), rate=rate))

    assert len(song) == pytest.approx(6.0 * RATE, abs=64)
    assert song.dtype == np.float32


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f64le"])
def test_any_sample_format_is_decoded(write_wav: Writer, codec: str) -> None:
    assert np.max(np.abs(decoded(write_wav(a_tone(6.0), codec=codec)))) == pytest.approx(0.3, abs=0.02)


def test_stereo_is_mixed_to_one_channel(write_wav: Writer) -> None:
    left = a_tone(6.0)

    song = decoded(write_wav(np.stack([left, 0.0 * left])))

    assert np.max(np.abs(song)) == pytest.approx(0.15, abs=0.01)


@pytest.mark.parametrize("channels", [6, 8])
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_every_channel_of_a_surround_song_is_mixed(write_wav: Writer, rate: int, channels: int) -> None:
    tone = a_tone(6.0, rate)

    song = decoded(write_wav(np.stack([tone, *([0.0 * tone] * (channels - 1))]), rate=rate))

    assert np.max(np.abs(song)) == pytest.approx(0.3 / channels, rel=0.1)


@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_samples_that_are_no_numbers_are_silence(write_wav: Writer, rate: int) -> None:
    tone = a_tone(6.0, rate)
    tone[1000], tone[2000], tone[3000] = np.nan, np.inf, -np.inf

    song = decoded(write_wav(tone, rate=rate))

    assert np.all(np.isfinite(song))
    assert np.max(np.abs(song[RATE:])) == pytest.approx(0.3, abs=0.01)


def test_a_song_cut_off_in_the_middle_is_the_song_up_to_there(samples: Path, tmp_path: Path) -> None:
    whole = (samples / "rock.mp3").read_bytes()
    path = tmp_path / "half.mp3"
    path.write_bytes(whole[: len(whole) // 2])

    assert len(decoded(path)) / RATE == pytest.approx(17.0, abs=0.2)


def test_the_suffix_does_not_matter(samples: Path, tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    path.write_bytes((samples / "rock.mp3").read_bytes())

    assert len(decoded(path)) / RATE == pytest.approx(34.0, abs=0.001)


@pytest.mark.parametrize(
    "content", [b"", b"This is no song.\n" * 500, bytes(range(256)) * 400, b"\x89PNG\r\n\x1a\n" + bytes(4000)]
)
def test_what_is_not_audio_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)

    with pytest.raises(ValidationFailed):
        decoded(path)


def test_a_playlist_is_refused_and_what_it_names_is_not_opened(samples: Path, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{samples / 'rock.mp3'}\n#EXT-X-ENDLIST\n")

    with pytest.raises(ValidationFailed, match="no audio"):
        decoded(path)


def test_a_song_under_five_seconds_is_too_short(write_wav: Writer) -> None:
    with pytest.raises(ValidationFailed, match="shorter than 5 seconds"):
        decoded(write_wav(a_tone(4.9)))


@pytest.mark.integration
def test_a_song_over_fifteen_minutes_is_too_long(write_wav: Writer) -> None:
    silence = np.zeros(8_000 * (15 * 60 + 1))

    with pytest.raises(ValidationFailed, match="longer than 15 minutes"):
        decoded(write_wav(silence, rate=8_000, codec="pcm_u8"))
