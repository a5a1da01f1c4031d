"""Mood: how energetic and how bright a song feels, by tempo, density, loudness, brightness and key."""

from __future__ import annotations

import numpy as np

from clavilux_audio.domain.evidence import Evidence, Floats
from clavilux_audio.domain.song import Mood

# Krumhansl and Kessler (1982): how well each degree of the scale fits a major and a minor key.
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
_WORTH_SAYING = 0.06


def mood(evidence: Evidence, *, bpm: float, onsets_per_s: float) -> Mood:
    """Return what a song feels like. `bpm` is 0 where there is no beat."""
    audible = evidence.features.loudness_db > np.max(evidence.features.loudness_db) - 40.0
    loudness = _between(float(np.mean(evidence.features.loudness_db[audible])), -33.0, -9.0)
    brightness = _between(float(np.median(evidence.features.brightness_hz[audible])), 600.0, 2800.0)
    density = _between(onsets_per_s, 0.8, 4.5)
    pace = _between(bpm, 70.0, 150.0) if bpm else 0.3
    major = _between(majority(evidence.features.chroma.mean(axis=1)), -0.15, 0.15)
    energy = 0.3 * loudness + 0.25 * density + 0.25 * pace + 0.2 * brightness
    valence = 0.6 * major + 0.2 * brightness + 0.2 * pace
    words = {
        "energetic" if energy >= 0.5 else "calm": abs(energy - 0.5),
        "bright" if valence >= 0.5 else "dark": abs(valence - 0.5),
    }
    primary, secondary = sorted(words, key=lambda word: -words[word])
    confidence = min(1.0, 0.4 + 2.0 * words[primary])
    said = secondary if words[secondary] >= _WORTH_SAYING else ""
    return Mood(primary, said, round(energy, 4), round(valence, 4), round(confidence, 4))


def majority(chroma: Floats) -> float:
    """Return by how much the best major key fits a mean chroma (12) better than the best minor key (correlation)."""
    if float(np.std(chroma)) < 1e-9:
        return 0.0
    fits = [
        max(float(np.corrcoef(np.roll(profile, key), chroma)[0, 1]) for key in range(12))
        for profile in (_MAJOR, _MINOR)
    ]
    return fits[0] - fits[1]


def _between(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))
