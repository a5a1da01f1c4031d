"""aubio's onset detector. aubio is GPL-3: it is used through this one module, and the service works without it."""

from __future__ import annotations

import importlib
from types import ModuleType

import numpy as np

from clavilux_audio.domain.evidence import Floats

_WINDOW, _HOP = 1024, 512


class AubioOnsets:
    """Onsets by spectral difference in the complex domain."""

    def __init__(self) -> None:
        """Load aubio. Raises ImportError where it is not installed."""
        self._aubio: ModuleType = importlib.import_module("aubio")

    def onsets_s(self, sound: Floats, rate: int) -> Floats:
        """Return the times of onsets in a mono sound, in seconds."""
        detector = self._aubio.onset("complex", _WINDOW, _HOP, rate)
        pieces = np.ascontiguousarray(sound[: len(sound) // _HOP * _HOP], dtype=np.float32).reshape(-1, _HOP)
        return np.array([detector.get_last() / rate for piece in pieces if detector(piece)[0] > 0.0], dtype=np.float64)
