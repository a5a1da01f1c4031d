"""The song as an animator feels it: one pulse and three bands for each frame."""

from collections.abc import Sequence

import numpy as np

from clavilux_stage.noise import F32
from clavilux_stage.spec import BeatSpec

_ATTACK_S = 0.075
_DECAY_S = 0.2
_DOWNBEAT_DECAY_S = 0.32


class Music:
    """`pulse` (frames,) rises fast on a beat and dies away; `bands` (frames, 3) are low, mid, high, smoothed.

    `drive` (frames,) is how much moves in the air. All are 0 to 1. Energy of any length is stretched to the clip;
    what is no number counts as silence.
    """

    def __init__(
        self, *, frame_count: int, fps: float, beats: Sequence[BeatSpec], energy: F32, intensity: float
    ) -> None:
        self.bands = _smoothed(_fitted(energy, frame_count), fps)
        self.pulse: F32 = (_pulses(beats, frame_count, fps) * np.float32(0.45 + 0.55 * intensity)).astype(np.float32)
        self.drive: F32 = np.clip(0.6 * self.bands[:, 2] + 0.25 * self.bands[:, 1] + 0.25 * self.pulse, 0, 1)


def _fitted(energy: F32, frame_count: int) -> F32:
    table = np.asarray(energy, np.float32)
    if table.ndim != 2 or table.shape[1] != 3 or not len(table):
        return np.full((frame_count, 3), 0.4, np.float32)
    table = np.clip(np.nan_to_num(table, nan=0.0), 0, 1)
    if len(table) < frame_count:
        table = np.concatenate([table, np.repeat(table[-1:], frame_count - len(table), axis=0)])
    out: F32 = table[:frame_count]
    return out


def _smoothed(bands: F32, fps: float) -> F32:
    """Rises at once, falls over an eighth of a second, so that light never stutters."""
    keep = np.float32(np.exp(-1 / (0.125 * fps)))
    out = bands.copy()
    for k in range(1, len(out)):
        out[k] = np.maximum(out[k] * np.float32(0.6) + out[k - 1] * np.float32(0.4), out[k - 1] * keep)
    return out


def _pulses(beats: Sequence[BeatSpec], frame_count: int, fps: float) -> F32:
    frames = np.arange(frame_count, dtype=np.float64)
    pulse = np.zeros(frame_count)
    for beat in beats:
        if not np.isfinite(beat.frame):
            continue
        since = (frames - beat.frame) / fps
        decay = _DOWNBEAT_DECAY_S if beat.is_downbeat else _DECAY_S
        strength = float(np.clip(np.nan_to_num(beat.strength), 0, 1)) * (1.0 if beat.is_downbeat else 0.68)
        rise = np.clip(1 + since / _ATTACK_S, 0, 1)
        pulse = np.maximum(pulse, strength * np.where(since < 0, rise, np.exp(-np.maximum(since, 0) / decay)))
    out: F32 = pulse.astype(np.float32)
    return out
