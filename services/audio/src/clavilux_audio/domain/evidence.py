"""What the detectors measured, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Curve:
    """Values sampled evenly in time: value i belongs to second i / rate_hz."""

    rate_hz: float
    values: Floats

    def at(self, times_s: Floats) -> Floats:
        """Return the values at some times, by linear interpolation."""
        positions = np.asarray(times_s) * self.rate_hz
        found: Floats = np.interp(positions, np.arange(len(self.values)), self.values)
        return found

    def peak(self, start_s: float, end_s: float) -> tuple[float, float]:
        """Return (time, value) of the highest point between two times; the time is finer than a sample (a parabola)."""
        first = max(0, int(np.floor(start_s * self.rate_hz)))
        last = min(len(self.values) - 1, int(np.ceil(end_s * self.rate_hz)))
        if last < first:
            return start_s, 0.0
        top = first + int(np.argmax(self.values[first : last + 1]))
        shift = 0.0
        if 0 < top < len(self.values) - 1:
            before, here, after = self.values[top - 1 : top + 2]
            bend = before - 2 * here + after
            shift = float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < 0 else 0.0
        return (top + shift) / self.rate_hz, float(self.values[top])


@dataclass(frozen=True)
class Features:
    """What structure and mood are read from, sampled at `rate_hz`.

    `chroma` is (12, m), `timbre` (k, m), `loudness_db` (dBFS) and `brightness_hz` (spectral centroid) are (m).
    """

    rate_hz: float
    chroma: Floats
    timbre: Floats
    loudness_db: Floats
    brightness_hz: Floats


@dataclass(frozen=True)
class Evidence:
    """What the detectors measured in a song.

    `attack` says how sharply something begins (1 is strong for this song), `low_attack` the same below 200 Hz.
    `bands` has shape (3, n) at `attack.rate_hz`: amplitude below 200 Hz, to 2 kHz, above.
    `beat_guesses_s` and `onset_guesses_s` come from beat and onset detectors, in any order, late or early by some tens
    of milliseconds.
    """

    duration_s: float
    attack: Curve
    low_attack: Curve
    bands: Floats
    beat_guesses_s: Floats
    onset_guesses_s: Floats
    features: Features
