"""Downbeats: which of four beats begins the bar."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from clavilux_audio.domain.beats import Pulse
from clavilux_audio.domain.evidence import Evidence, Floats

BEATS_PER_BAR = 4
_WEIGHTS = {"harmony": 1.0, "low": 0.6, "strength": 0.4, "loudness": 0.3}


def positions(pulse: Pulse, evidence: Evidence) -> tuple[int, ...]:
    """Return each beat's position in the bar, 1 for the downbeat.

    Bars begin where the harmony changes, where the bass and the bass drum come in, and where it is loud: the phase of
    four at which those are greatest on the whole is the bar's.
    """
    times_s = pulse.times_s
    if len(times_s) == 0:
        return ()
    accents = {
        "harmony": harmonic_change(times_s, evidence),
        "low": np.minimum(evidence.low_attack.at(times_s), 2.0),
        "strength": np.minimum(evidence.attack.at(times_s), 2.0),
        "loudness": _loudness(times_s, evidence),
    }
    score = sum((_WEIGHTS[name] * _standardised(accent) for name, accent in accents.items()), np.zeros(len(times_s)))
    phases = [float(np.mean(score[phase::BEATS_PER_BAR])) for phase in range(min(BEATS_PER_BAR, len(times_s)))]
    first = int(np.argmax(phases))
    return tuple((i - first) % BEATS_PER_BAR + 1 for i in range(len(times_s)))


def harmonic_change(times_s: Floats, evidence: Evidence) -> Floats:
    """Return how much the harmony of the two beats after each beat differs from that of the two before, 0-1."""
    edges = np.concatenate([[0.0], times_s, [evidence.duration_s]])
    chroma = beat_means(evidence.features.chroma, edges, evidence.features.rate_hz)
    change = np.zeros(len(times_s))
    for i in range(len(times_s)):
        before = chroma[:, max(0, i - 1) : i + 1].mean(axis=1)
        after = chroma[:, i + 1 : i + 3].mean(axis=1)
        lengths = float(np.linalg.norm(before) * np.linalg.norm(after))
        change[i] = 1.0 - float(before @ after) / lengths if lengths > 1e-9 else 0.0
    change[0] = float(np.mean(change))
    return change


def beat_means(features: Floats, edges_s: Floats, rate_hz: float) -> Floats:
    """Return the mean of features (k, m) between successive edges, shape (k, len(edges_s) - 1)."""
    last = features.shape[1]
    frames = np.clip(np.round(edges_s * rate_hz).astype(int), 0, last - 1)
    means = [features[:, a : max(b, a + 1)].mean(axis=1) for a, b in pairwise(frames)]
    return np.stack(means, axis=1)


def _loudness(times_s: Floats, evidence: Evidence) -> Floats:
    edges = np.concatenate([times_s, [evidence.duration_s]])
    levels: Floats = beat_means(evidence.features.loudness_db[None, :], edges, evidence.features.rate_hz)[0]
    return levels


def _standardised(values: Floats) -> Floats:
    spread = float(np.std(values))
    return (values - np.mean(values)) / spread if spread > 1e-9 else np.zeros(len(values))
