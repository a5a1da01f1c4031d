"""The energy envelope that pictures move with."""

from __future__ import annotations

import numpy as np

from clavilux_audio.domain.evidence import Evidence
from clavilux_audio.domain.song import Energy

RATE_HZ = 30.0


def envelope(evidence: Evidence) -> Energy:
    """Return the loudness of three bands at 30 Hz; in each, 1 is as loud as the band's loudest hundredth."""
    count = int(np.ceil(evidence.duration_s * RATE_HZ))
    edges = np.round(np.arange(count + 1) / RATE_HZ * evidence.attack.rate_hz).astype(int)
    length = evidence.bands.shape[1]
    starts = np.clip(edges[:-1], 0, length - 1)
    bands = []
    for amplitude in evidence.bands:
        power = np.add.reduceat(amplitude.astype(np.float64) ** 2, starts) / np.maximum(1, np.diff([*starts, length]))
        level = np.sqrt(power)
        loudest = max(float(np.percentile(level, 99)), 1e-5)
        bands.append(tuple(float(value) for value in np.round(np.minimum(1.0, level / loudest), 4)))
    return Energy(RATE_HZ, *bands)
