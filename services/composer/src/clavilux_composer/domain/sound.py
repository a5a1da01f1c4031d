"""The file's sound against the song's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE_HZ = 8000
_WINDOW_S = 8.0
_SEARCH_S = 1.0
_SILENCE = 1e-4


@dataclass(frozen=True)
class Sound:
    """Sound as it is compared: mono at RATE_HZ, and its integrated loudness (EBU R128) in LUFS."""

    samples: Samples
    loudness_lufs: float


def offset_s(heard: Samples, song: Samples) -> float:
    """How late `heard` is against `song`, in seconds, to 1/RATE_HZ: the worst of the song's start, middle and end.

    Both are mono at RATE_HZ. Compared by cross-correlation through the FFT in three windows, so that drift shows as
    well as a shift. 0 where there is silence, since silence is never late.
    """
    window = min(int(_WINDOW_S * RATE_HZ), song.size)
    starts = {0, (song.size - window) // 2, song.size - window}
    offsets = [_window_offset(heard, song[start : start + window], start) for start in sorted(starts)]
    worst = max(offsets, key=abs)
    return worst / RATE_HZ


def _window_offset(heard: Samples, part: Samples, start: int) -> int:
    """Samples by which `part`, which begins at `start` in the song, is late in `heard`."""
    search = int(_SEARCH_S * RATE_HZ)
    around = np.zeros(part.size + 2 * search, np.float64)
    first, last = max(0, start - search), min(heard.size, start + part.size + search)
    if last <= first or _level(part) < _SILENCE or _level(heard[first:last]) < _SILENCE:
        return 0
    around[first - (start - search) : last - (start - search)] = heard[first:last]
    size = 1 << int(np.ceil(np.log2(around.size + part.size)))
    spectrum = np.fft.rfft(around, size) * np.conj(np.fft.rfft(part.astype(np.float64), size))
    correlation = np.fft.irfft(spectrum, size)[: 2 * search + 1]
    return int(correlation.argmax()) - search


def _level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if samples.size else 0.0
