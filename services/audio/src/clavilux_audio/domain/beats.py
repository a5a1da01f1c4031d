"""Beats: a detector's guesses, brought into the range of tempi and moved to the attacks they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clavilux_audio.domain.evidence import Curve, Evidence, Floats
from clavilux_audio.domain.song import Onset

SLOWEST_BPM, FASTEST_BPM = 60.0, 200.0
FEWEST_BEATS = 8
REACH_S = 0.07
"""How far a beat may lie from the onset that it stands for."""
NEIGHBOURS = 4
TOLERANCE_S = 0.03
FAINTEST_BEAT = 0.1
QUIETEST_DB = -50.0
"""Beats before and after the music, this far below its loudest second, are none."""


@dataclass(frozen=True)
class Pulse:
    """Where the beats are, how strong each is (0-1), how fast they are, and how sure that is (0-1)."""

    times_s: Floats
    strengths: Floats
    bpm: float
    confidence: float


NO_PULSE = Pulse(np.zeros(0), np.zeros(0), 0.0, 0.0)


def tracked(evidence: Evidence, onsets: Sequence[Onset]) -> Pulse:
    """Return the beats of a song; none where there are too few to speak of a beat."""
    guesses = np.sort(evidence.beat_guesses_s)
    if len(guesses) < FEWEST_BEATS or not onsets:
        return NO_PULSE
    times = guesses + _lateness(guesses, evidence.attack)
    times = in_tempo_range(times, evidence.attack)
    times = _completed(times, evidence)
    times = moved_to_onsets(times, onsets)
    times = _struck(times[(times >= 0.0) & (times < evidence.duration_s)], evidence.attack)
    if len(times) < FEWEST_BEATS:
        return NO_PULSE
    strengths = np.clip(evidence.attack.at(times), 0.0, 1.0)
    return Pulse(times, strengths, tempo_bpm(times), confidence(times, evidence.attack))


def _lateness(guesses_s: Floats, attack: Curve) -> float:
    """Return the one shift, of -100 to 50 ms, that lays the guesses best over the attacks."""
    shifts = np.arange(-0.1, 0.0501, 0.0025)
    scores = [float(np.mean(np.minimum(attack.at(guesses_s + shift), 1.0))) for shift in shifts]
    return float(shifts[int(np.argmax(np.convolve(scores, np.ones(5) / 5, mode="same")))])


def in_tempo_range(times_s: Floats, attack: Curve) -> Floats:
    """Return the beats with every second one left out, or one put between, until they are 60-200 a minute."""
    while len(times_s) > 2 and tempo_bpm(times_s) > FASTEST_BPM:
        even, odd = times_s[::2], times_s[1::2]
        times_s = even if np.mean(attack.at(even)) >= np.mean(attack.at(odd)) else odd
    while len(times_s) > 2 and tempo_bpm(times_s) < SLOWEST_BPM:
        between = (times_s[:-1] + times_s[1:]) / 2
        times_s = np.sort(np.concatenate([times_s, between]))
    return times_s


def tempo_bpm(times_s: Floats) -> float:
    """Return the usual tempo, from the median length of four beats; 0 for fewer than two."""
    span = min(4, len(times_s) - 1)
    if span < 1:
        return 0.0
    return float(60.0 * span / np.median(times_s[span:] - times_s[:-span]))


def _completed(times_s: Floats, evidence: Evidence) -> Floats:
    """Return the beats, carried on to where the music begins and ends."""
    if len(times_s) < FEWEST_BEATS:
        return times_s
    loud = np.flatnonzero(evidence.features.loudness_db > np.max(evidence.features.loudness_db) + QUIETEST_DB)
    begin_s = loud[0] / evidence.features.rate_hz - REACH_S
    end_s = min((loud[-1] + 1) / evidence.features.rate_hz, evidence.duration_s)
    first_s = float(np.median(np.diff(times_s[:9])))
    last_s = float(np.median(np.diff(times_s[-9:])))
    before = np.arange(times_s[0] - first_s, begin_s, -first_s)[::-1]
    after = np.arange(times_s[-1] + last_s, end_s, last_s)
    whole = np.concatenate([before, times_s, after])
    inside: Floats = whole[(whole >= begin_s) & (whole <= end_s)]
    return inside


def moved_to_onsets(times_s: Floats, onsets: Sequence[Onset]) -> Floats:
    """Return each beat at the onset it stands for.

    A beat without an onset, or with one that its neighbours contradict, lies where a line through its neighbours has
    it: rests and syncopations do not bend the beat.
    """
    if len(times_s) < FEWEST_BEATS:
        return times_s
    at, weight = _nearest_onsets(times_s, onsets)
    for _ in range(2):
        expected = _by_neighbours(at, weight)
        at = np.where(weight > 0.0, at, expected)
        weight = np.where(np.abs(at - expected) <= TOLERANCE_S, weight, 0.0)
        at = np.where(weight > 0.0, at, expected)
    keep = np.concatenate([[True], np.diff(at) > 0.1])
    kept: Floats = at[keep]
    return kept


def _struck(times_s: Floats, attack: Curve) -> Floats:
    """Return the beats from the first to the last at which something begins: what only rings out has no beat."""
    struck = np.flatnonzero(attack.at(times_s) > FAINTEST_BEAT)
    return times_s[struck[0] : struck[-1] + 1] if len(struck) else times_s[:0]


def _nearest_onsets(times_s: Floats, onsets: Sequence[Onset]) -> tuple[Floats, Floats]:
    onset_s = np.array([onset.time_s for onset in onsets])
    strength = np.array([onset.strength for onset in onsets])
    at, weight = times_s.astype(np.float64), np.zeros(len(times_s))
    for i, time_s in enumerate(times_s):
        first, last = np.searchsorted(onset_s, [time_s - REACH_S, time_s + REACH_S])
        if first == last:
            continue
        near = onset_s[first:last]
        score = strength[first:last] * np.exp(-(((near - time_s) / (REACH_S / 2)) ** 2))
        best = int(np.argmax(score))
        at[i], weight[i] = near[best], score[best]
    return at, weight


def _by_neighbours(times_s: Floats, weight: Floats) -> Floats:
    """Return where a weighted line through up to four beats on each side has each beat."""
    expected = times_s.copy()
    for i in range(len(times_s)):
        first, last = max(0, i - NEIGHBOURS), min(len(times_s), i + NEIGHBOURS + 1)
        index = np.arange(first, last)
        w = weight[first:last] + 1e-3
        w[i - first] *= 0.3
        centre = np.sum(w * index) / np.sum(w)
        middle = np.sum(w * times_s[first:last]) / np.sum(w)
        slope = np.sum(w * (index - centre) * (times_s[first:last] - middle)) / np.sum(w * (index - centre) ** 2)
        expected[i] = middle + slope * (i - centre)
    return expected


def confidence(times_s: Floats, attack: Curve) -> float:
    """Return how sure the beats are, from 0 to 1: how periodic the attacks are at the beat's length, how many beats
    have an attack, and how even the beats are.
    """
    period_s = float(np.median(np.diff(times_s)))
    onset = np.minimum(attack.values, 1.0)
    blurred = np.convolve(onset, np.hanning(15), mode="same")
    blurred = blurred - np.mean(blurred)
    power = float(np.dot(blurred, blurred))
    if power <= 0.0:
        return 0.0
    lag = round(period_s * attack.rate_hz)
    lags = [k for n in (1, 2, 4) for k in range(n * lag - 4, n * lag + 5) if 0 < k < len(blurred)]
    periodic = max((float(np.dot(blurred[:-k], blurred[k:])) / power for k in lags), default=0.0)
    struck = float(np.mean(attack.at(times_s) > 0.25))
    intervals = np.diff(times_s)
    even = float(np.mean(np.abs(intervals - period_s) < 0.08 * period_s))
    return float(np.clip(1.6 * periodic, 0.0, 1.0) * 0.5 + 0.25 * struck + 0.25 * even)
