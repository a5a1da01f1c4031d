from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from clavilux_audio.adapters.decoding import RATE
from clavilux_audio.adapters.ear import hear_sound, listen
from clavilux_audio.domain.boundaries import UNSURE, boundaries
from clavilux_audio.domain.song import Heard
from numpy.typing import NDArray

pytestmark = pytest.mark.integration

SONGS = {"electronic": 124.0, "rock": 138.0, "ambient": 84.0}


@pytest.fixture(scope="module")
def heard_songs(samples: Path) -> dict[str, Heard]:
    return {name: listen(samples / f"{name}.mp3", True) for name in SONGS}


def true_beats(samples: Path, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.loadtxt(samples / f"{name}.beats")
    return table[:, 0], table[:, 1]


@pytest.mark.parametrize("name", SONGS)
def test_every_true_beat_is_heard_within_15_ms_and_nothing_else_is(
    heard_songs: dict[str, Heard], samples: Path, name: str
) -> None:
    times_s, _ = true_beats(samples, name)
    heard_s = np.array([beat.time_s for beat in heard_songs[name].beats])

    assert max(np.min(np.abs(heard_s - time_s)) for time_s in times_s) < 0.015
    assert np.median([np.min(np.abs(heard_s - time_s)) for time_s in times_s]) < 0.005
    # After the last note its echoes may be taken for beats.
    assert all(np.min(np.abs(times_s - time_s)) < 0.015 for time_s in heard_s[heard_s < times_s[-1] + 0.2])


@pytest.mark.parametrize(("name", "bpm"), SONGS.items())
def test_the_tempo_is_right_and_sure(heard_songs: dict[str, Heard], name: str, bpm: float) -> None:
    assert heard_songs[name].tempo.bpm == pytest.approx(bpm, abs=0.5)
    assert heard_songs[name].tempo.confidence > 0.75


@pytest.mark.parametrize("name", SONGS)
def test_the_downbeats_are_the_songs_own(heard_songs: dict[str, Heard], samples: Path, name: str) -> None:
    times_s, positions = true_beats(samples, name)

    for beat in heard_songs[name].beats:
        nearest = int(np.argmin(np.abs(times_s - beat.time_s)))
        if abs(times_s[nearest] - beat.time_s) < 0.05:
            assert beat.position_in_bar == positions[nearest]


@pytest.mark.parametrize("name", SONGS)
def test_sections_cover_the_song_and_most_start_where_the_songs_do(
    heard_songs: dict[str, Heard], samples: Path, name: str
) -> None:
    song = heard_songs[name]
    true_starts = [float(line.split()[0]) for line in (samples / f"{name}.sections").read_text().splitlines()[1:]]

    starts = [section.start_s for section in song.sections]
    assert starts[0] == 0.0
    assert song.sections[-1].end_s == song.duration_s
    assert all(before.end_s == after.start_s for before, after in pairwise(song.sections))
    found = sum(any(abs(start - true) < 0.5 for start in starts) for true in true_starts)
    assert found >= 0.7 * len(true_starts)
    assert any(section.kind == "chorus" and section.energy == "high" for section in song.sections)


def test_different_songs_have_different_moods(heard_songs: dict[str, Heard]) -> None:
    moods = {name: song.mood for name, song in heard_songs.items()}

    assert moods["ambient"].primary == "calm"
    assert "energetic" in {moods["rock"].primary, moods["rock"].secondary}
    assert len({(mood.primary, mood.secondary) for mood in moods.values()}) == 3


@pytest.mark.parametrize("name", SONGS)
def test_every_cut_falls_on_a_true_beat_within_a_frame(heard_songs: dict[str, Heard], samples: Path, name: str) -> None:
    times_s, _ = true_beats(samples, name)

    for clip in boundaries(heard_songs[name])[1:]:
        assert np.min(np.abs(times_s - clip.start_s)) < 1 / 30


def test_the_energy_envelope_has_30_values_a_second_and_jumps_with_the_bass_drum(heard_songs: dict[str, Heard]) -> None:
    song = heard_songs["electronic"]
    energy = song.energy

    assert len(energy.low) == len(energy.mid) == len(energy.high) == 36 * 30
    assert all(0.0 <= value <= 1.0 for value in (*energy.low, *energy.mid, *energy.high))
    on = [energy.low[int(beat.time_s * 30) + 1] for beat in song.beats[16:32]]
    off = [energy.low[int((beat.time_s - 0.1) * 30)] for beat in song.beats[16:32]]
    assert np.mean(on) > 1.5 * np.mean(off)


def test_librosa_alone_hears_the_same_beats(samples: Path, heard_songs: dict[str, Heard]) -> None:
    alone = listen(samples / "rock.mp3", False)

    assert alone.tempo.bpm == pytest.approx(heard_songs["rock"].tempo.bpm, abs=0.5)
    assert alone.degradations == ()


def clicks(bpm: float, length_s: float = 30.0) -> NDArray[np.float32]:
    sound = np.zeros(int(length_s * RATE), np.float32)
    for start in np.arange(0.0, length_s - 0.1, 60.0 / bpm):
        sound[int(start * RATE) : int(start * RATE) + 300] = np.linspace(0.7, 0.0, 300)
    return sound


@pytest.mark.parametrize("bpm", [30.0, 75.0, 120.0, 190.0])
def test_clicks_are_heard_in_their_tempo_or_its_octave(bpm: float) -> None:
    song = hear_sound(clicks(bpm), with_aubio=True)

    assert 60.0 <= song.tempo.bpm <= 200.0
    ratio = np.log2(song.tempo.bpm / bpm)
    assert ratio == pytest.approx(round(float(ratio)), abs=0.02)


def test_the_beats_of_very_fast_clicks_are_some_of_the_clicks() -> None:
    song = hear_sound(clicks(300.0), with_aubio=True)

    assert 60.0 <= song.tempo.bpm <= 200.0
    assert all(abs(beat.time_s / 0.2 - round(beat.time_s / 0.2)) < 0.05 for beat in song.beats)


def silence() -> NDArray[np.float32]:
    return np.zeros(20 * RATE, np.float32)


def a_pure_tone() -> NDArray[np.float32]:
    return np.sin(2 * np.pi * 440.0 * np.arange(20 * RATE) / RATE).astype(np.float32)


def white_noise() -> NDArray[np.float32]:
    return np.random.default_rng(3).normal(0.0, 0.2, 20 * RATE).astype(np.float32)


@pytest.mark.parametrize("sound", [silence(), a_pure_tone(), white_noise()], ids=["silence", "tone", "noise"])
def test_a_sound_without_a_beat_is_a_valid_song_that_says_so(sound: NDArray[np.float32]) -> None:
    song = hear_sound(sound, with_aubio=True)

    assert song.tempo.confidence < UNSURE
    assert [fallback.code for fallback in song.degradations] == ["tempo_grid"]
    assert song.sections[-1].end_s == 20.0
    clips = boundaries(song)
    assert clips[-1].end_s == 20.0
    assert len(clips) >= 3
