"""From the song's seconds to the clip's frames."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def frame_at(time_s: float, rate: Fraction) -> int:
    """The frame that shows `time_s`, rounded half up."""
    return math.floor(time_s * rate + 0.5)


def band_by_frame(
    values: tuple[float, ...], *, rate_hz: float, frame_count: int, rate: Fraction
) -> NDArray[np.float32]:
    """Resample one band of loudness to one value a frame.

    Args:
        values: samples, 0 to 1, the first at time 0; none means silence.
        rate_hz: samples a second.
        frame_count: values wanted.
        rate: frames a second.

    Returns:
        (frame_count,) values clipped to 0..1; past the last sample that one is held.
    """
    if not values:
        return np.zeros(frame_count, dtype=np.float32)
    positions = np.arange(frame_count) * (rate_hz / float(rate))
    resampled = np.interp(positions, np.arange(len(values)), np.nan_to_num(np.asarray(values, dtype=np.float64)))
    return np.asarray(np.clip(resampled, 0.0, 1.0), dtype=np.float32)
