"""The offset of the sound, to the millisecond; and subtitles."""

from __future__ import annotations

import numpy as np
import pytest
from clavilux_composer.domain.sound import RATE_HZ, Samples, offset_s
from clavilux_composer.domain.subtitles import Cue, write_srt, write_vtt


def song(seconds: float) -> Samples:
    """Noise whose loudness follows beats."""
    count = int(seconds * RATE_HZ)
    beats = np.exp(-((np.arange(count) / RATE_HZ % 0.5) * 12))
    return (np.random.default_rng(1).normal(0, 0.2, count) * beats).astype(np.float32)


@pytest.mark.parametrize("late_s", [0.0, 0.012, 0.25, -0.033])
def test_a_shift_is_measured_to_the_millisecond(late_s: float) -> None:
    whole = song(30)
    shift = round(late_s * RATE_HZ)
    heard = np.concatenate([np.zeros(shift, np.float32), whole]) if shift >= 0 else whole[-shift:]

    assert offset_s(heard, whole) == pytest.approx(late_s, abs=0.001)


def test_drift_shows_at_the_end() -> None:
    whole = song(40)
    stretched = np.interp(np.arange(0, whole.size, 1 / 1.002), np.arange(whole.size), whole).astype(np.float32)

    assert abs(offset_s(stretched, whole)) > 0.03


def test_another_loudness_and_codec_noise_do_not_matter() -> None:
    whole = song(5)
    heard = 0.3 * whole + np.random.default_rng(2).normal(0, 0.01, whole.size).astype(np.float32)

    assert offset_s(heard, whole) == 0.0


@pytest.mark.parametrize("seconds", [0.0, 0.05, 3.0])
def test_silence_and_short_songs_are_never_late(seconds: float) -> None:
    silence = np.zeros(int(seconds * RATE_HZ), np.float32)

    assert offset_s(silence, silence) == 0.0


def test_subtitles_keep_to_their_formats() -> None:
    cues = (Cue(0.0, 1.5, "One"), Cue(3661.0049, 3662.9996, "Two\n\nlines & <more>"))

    assert write_srt(cues) == (
        "1\n00:00:00,000 --> 00:00:01,500\nOne\n\n2\n01:01:01,005 --> 01:01:03,000\nTwo\nlines & <more>\n\n"
    )
    assert write_vtt(cues) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nOne\n\n"
        "01:01:01.005 --> 01:01:03.000\nTwo\nlines &amp; &lt;more&gt;\n\n"
    )
