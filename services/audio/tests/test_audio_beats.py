from itertools import pairwise

import numpy as np
import pytest
from clavilux_audio.domain.beats import confidence, in_tempo_range, moved_to_onsets, tempo_bpm
from clavilux_audio.domain.evidence import Curve
from clavilux_audio.domain.onsets import merged
from clavilux_audio.domain.song import Onset
from hypothesis import given
from hypothesis import strategies as st

RATE_HZ = 344.53125


def attacks_at(times_s: list[float], duration_s: float, strengths: list[float] | None = None) -> Curve:
    clock = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    values = np.zeros(len(clock))
    for time_s, strength in zip(times_s, strengths or [1.0] * len(times_s), strict=True):
        values = np.maximum(values, strength * np.exp(-(((clock - time_s) / 0.006) ** 2)))
    return Curve(RATE_HZ, values)


def test_two_detections_of_one_event_are_one_onset_at_its_attack() -> None:
    attack = attacks_at([1.0, 2.0], 3.0)

    onsets = merged(np.array([1.045, 1.01, 2.03]), attack)

    assert [onset.time_s for onset in onsets] == pytest.approx([1.0, 2.0], abs=0.002)


def test_a_detection_of_nothing_is_no_onset() -> None:
    assert merged(np.array([1.5]), attacks_at([1.0], 3.0)) == ()


@given(st.lists(st.floats(0.0, 10.0), max_size=60))
def test_onsets_are_in_order_and_at_least_50_ms_apart(guesses_s: list[float]) -> None:
    attack = attacks_at([0.5 * i for i in range(20)], 10.0)

    times = [onset.time_s for onset in merged(np.array(guesses_s), attack)]

    assert all(later - earlier >= 0.05 for earlier, later in pairwise(times))


@pytest.mark.parametrize(("bpm", "heard_bpm"), [(30.0, 60.0), (50.0, 100.0), (120.0, 120.0), (300.0, 150.0)])
def test_tempi_are_halved_and_doubled_into_range_and_never_clamped(bpm: float, heard_bpm: float) -> None:
    times = np.arange(40) * 60.0 / bpm

    assert tempo_bpm(in_tempo_range(times, attacks_at(list(times), times[-1] + 1))) == pytest.approx(heard_bpm)


def test_halving_keeps_the_stronger_beats() -> None:
    times = 0.2 * np.arange(40)
    attack = attacks_at(list(times), 9.0, [0.3, 1.0] * 20)

    assert in_tempo_range(times, attack) == pytest.approx(times[1::2])


def test_late_beats_move_to_their_onsets() -> None:
    true_s = 0.5 * np.arange(20)

    moved = moved_to_onsets(true_s + 0.04, [Onset(float(time_s), 0.9) for time_s in true_s])

    assert moved == pytest.approx(true_s, abs=1e-9)


def test_a_rest_and_a_syncopation_do_not_bend_the_beat() -> None:
    true_s = 0.5 * np.arange(20)
    onsets = [Onset(float(time_s) + (0.06 if i == 12 else 0.0), 0.9) for i, time_s in enumerate(true_s) if i != 7]

    moved = moved_to_onsets(true_s + 0.01, onsets)

    assert moved == pytest.approx(true_s, abs=0.01)


def test_confidence_is_high_for_clicks_and_low_for_random_attacks() -> None:
    clicks = [0.5 * i for i in range(60)]
    lots = np.random.default_rng(1)
    scattered = sorted(lots.uniform(0.0, 30.0, 60).tolist())

    assert confidence(np.array(clicks), attacks_at(clicks, 30.0)) > 0.9
    assert confidence(np.array(clicks), attacks_at(scattered, 30.0)) < 0.6
