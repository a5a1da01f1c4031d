"""Smooth noise from random lattices. All of it is drawn from the generator that is passed in."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# OpenCV's stubs know no element types and numpy's widen them, so these two names inform people, not the checker.
F32 = NDArray[Any]
U8 = NDArray[Any]


def fbm(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    cells: tuple[float, float],
    octaves: int = 6,
    gain: float = 0.5,
    ridged: bool = False,
) -> F32:
    """Fractal noise (rows, columns), 0 to 1 around 0.5; `cells` is the coarsest lattice (down, across).

    `ridged` folds each octave, which gives creases such as mountain crests.
    """
    rows, columns = shape
    total: F32 = np.zeros(shape, np.float32)
    for octave in range(octaves):
        down, across = cells[0] * 2**octave, cells[1] * 2**octave
        if down > rows and across > columns:
            break
        lattice = rng.standard_normal((int(down) + 4, int(across) + 4), dtype=np.float32)
        layer = _stretched(_stretched(lattice.T, columns, across, rng.random()).T, rows, down, rng.random())
        if ridged:
            layer = 1.0 - 2.4 * np.abs(layer)
        total += np.float32(gain**octave) * layer
    return _levelled(total)


def line(rng: np.random.Generator, length: int, *, cells: float, octaves: int = 6, gain: float = 0.5) -> F32:
    """Fractal noise along a line (length,), 0 to 1 around 0.5."""
    total: F32 = np.zeros(length, np.float32)
    for octave in range(octaves):
        count = cells * 2**octave
        if count > length:
            break
        points = rng.standard_normal(int(count) + 4).astype(np.float32)
        total += np.float32(gain**octave) * _stretched(points[:, None], length, count, rng.random())[:, 0]
    return _levelled(total)


def _stretched(points: F32, length: int, count: float, phase: float) -> F32:
    """Rows (int(count) + 4, n) drawn out to (length, n) along a cubic B-spline: exact, and smooth enough to be lit."""
    at = np.arange(length, dtype=np.float64) * (count / length) + phase
    cell = at.astype(np.int64)
    u = at - cell
    weights = (1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3
    total: F32 = np.zeros((length, points.shape[1]), np.float32)
    for k, weight in enumerate(weights):
        rows = np.minimum(cell + k, len(points) - 1)
        total += points[rows] * (weight / 6).astype(np.float32)[:, None]
    return total


def _levelled(total: F32) -> F32:
    spread = max(float(total.std()), 1e-6)
    out: F32 = np.clip(0.5 + np.float32(0.24 / spread) * (total - total.mean()), 0, 1).astype(np.float32)
    return out


def displaced(image: F32, dx: F32, dy: F32) -> F32:
    """`image` read at its own grid moved by (dx, dy) pixels; edges mirror."""
    rows, columns = image.shape[:2]
    grid_y, grid_x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    return read(image, grid_x + dx, grid_y + dy)


def smoothstep(low: float, high: float, value: F32) -> F32:
    """0 below `low`, 1 above `high`, an S between; `low` may exceed `high`."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    out: F32 = t * t * (3 - 2 * t)
    return out


def blurred(image: F32, sigma: float) -> F32:
    """Gaussian blur; a wide one is made at a smaller size, which nobody can see."""
    if sigma <= 0.3:
        return image
    rows, columns = image.shape[:2]
    shrink = int(np.clip(sigma / 3, 1, 16))
    if shrink == 1:
        out: F32 = cv2.GaussianBlur(image, (0, 0), sigma)
        return out
    size = (max(columns // shrink, 8), max(rows // shrink, 8))
    small = cv2.GaussianBlur(cv2.resize(image, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / shrink)
    return cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)


def read(image: F32, at_x: F32, at_y: F32) -> F32:
    """`image` read at given columns and rows (pixels); edges mirror."""
    x, y = at_x.astype(np.float32), at_y.astype(np.float32)
    out: F32 = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return out
