"""Beams of light in the haze: cones that sweep and breathe with the music."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from clavilux_stage.camera import Pose, seen_at
from clavilux_stage.layers import Lamp
from clavilux_stage.noise import F32


@dataclass(frozen=True)
class Drive:
    """What moves the beams: seconds since the clip began, the beat's pulse and the loudness of lows and mids."""

    seconds: float = 0.0
    pulse: float = 0.35
    low: float = 0.5
    mid: float = 0.5


def beams(lamps: tuple[Lamp, ...], size: tuple[int, int], haze: F32, pose: Pose, drive: Drive) -> F32:
    """Light (rows, columns, RGB), 0 to about 255, of all lamps; `haze` (rows, columns), 0 to 1, makes them seen."""
    columns, rows = size
    out = np.zeros((rows, columns, 3), np.float32)
    flip = -1.0 if pose.mirrored else 1.0
    table = np.zeros((len(lamps), 8), np.float32)
    for k, lamp in enumerate(lamps):
        u, v = seen_at(pose, lamp.x, lamp.y, 0.42)
        pace = 0.55 + 0.17 * (k % 4)
        sweep = 0.26 * np.sin(drive.seconds * pace + 2.1 * k) * (0.6 + 0.4 * drive.mid)
        power = 0.55 + 0.2 * drive.low + 0.16 * drive.pulse * (1.0 if k % 2 else 0.5)
        angle = flip * (lamp.angle + sweep)
        table[k, :5] = u * columns, v * rows, np.sin(angle), np.cos(angle), np.tan(lamp.spread)
        table[k, 5:] = np.array(lamp.colour) * power * 255
    _cones(out, haze, table)
    return out


@njit(cache=True, nogil=True, fastmath=True)
def _cone(dx: np.float32, dy: np.float32, lamp: F32, far: np.float32, smoke: np.float32) -> np.float32:
    """How bright one lamp's cone is at (dx, dy) from it."""
    along = dx * lamp[2] + dy * lamp[3]
    if along <= 0:
        return np.float32(0)
    edge = (dx * lamp[3] - dy * lamp[2]) / (along * lamp[4] + np.float32(0.8))
    core = max(np.float32(1) - edge * edge, np.float32(0))
    # A rational fall-off: as soft as an exponential and much cheaper.
    fade = np.float32(1) / (np.float32(1) + along * far * (np.float32(1) + along * far))
    shape = core * (np.float32(0.3) + np.float32(0.7) * core) * fade
    return np.float32(shape * (np.float32(0.35) + np.float32(0.85) * smoke))


@njit(cache=True, nogil=True, fastmath=True)
def _cones(out: F32, haze: F32, table: F32) -> None:
    """Adds cones; rows of `table` are x, y, sine and cosine of the angle, tangent of the spread, r, g, b."""
    rows, columns = haze.shape
    far = np.float32(1.6) / np.float32(rows)
    for k in range(table.shape[0]):
        for y in range(rows):
            for x in range(columns):
                dx, dy = np.float32(x) - table[k, 0], np.float32(y) - table[k, 1]
                amount = _cone(dx, dy, table[k], far, haze[y, x])
                spot = (dx * dx + dy * dy) * np.float32(900) / np.float32(rows * rows)
                if spot < np.float32(6):
                    amount += np.float32(0.9) / (np.float32(1) + spot * spot)
                if amount > 0:
                    for c in range(3):
                        out[y, x, c] += amount * table[k, 5 + c]
