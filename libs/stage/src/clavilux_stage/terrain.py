"""Land in true perspective: a height field is marched column by column, then shaded where it is seen."""

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit

from clavilux_stage.noise import F32


@dataclass(frozen=True)
class View:
    """A camera over a height field: how high it is, where it stands (field pixels), horizon row, focal length (px)."""

    height: float
    x: float
    z: float
    horizon: float
    focal: float


@dataclass(frozen=True)
class Seen:
    """What a slice of land shows: coverage, distance and field coordinates of each pixel (rows, columns)."""

    cover: F32
    distance: F32
    x: F32
    z: F32


@njit(cache=True, nogil=True, fastmath=True)
def _march(field: F32, view: F32, span: F32, cover: F32, distance: F32) -> None:
    """Walks each column from near to far; `view` is height, x, z, horizon, focal; `span` near, far, growth."""
    rows, columns = cover.shape
    size = field.shape[0]
    mask = size - 1
    middle = np.float32(columns) * np.float32(0.5)
    for x in range(columns):
        slope = (np.float32(x) - middle) / view[4]
        top = np.float32(rows)
        z, last_z, last_y = span[0], span[0], np.float32(rows)
        while z < span[1] and top > 0:
            fx, fz = view[1] + slope * z, view[2] + z
            ix, iz = int(np.floor(fx)), int(np.floor(fz))
            tx, tz = fx - np.float32(ix), fz - np.float32(iz)
            x0, x1, z0, z1 = ix & mask, (ix + 1) & mask, iz & mask, (iz + 1) & mask
            near = field[z0, x0] * (1 - tx) + field[z0, x1] * tx
            far = field[z1, x0] * (1 - tx) + field[z1, x1] * tx
            y = view[3] + (view[0] - (near * (1 - tz) + far * tz)) * view[4] / z
            if y < top:
                first = int(np.floor(max(y, np.float32(0))))
                for row in range(first, min(int(np.ceil(top)), rows)):
                    part = (np.float32(row) + np.float32(0.5) - last_y) / min(y - last_y, np.float32(-1e-3))
                    part = min(max(part, np.float32(0)), np.float32(1))
                    if cover[row, x] < np.float32(0.5) or part < 1:
                        distance[row, x] = last_z + (z - last_z) * part
                    cover[row, x] = min(np.float32(1), max(cover[row, x], np.float32(row + 1) - y))
                top = y
            last_z, last_y = z, y
            z *= span[2]


def look(field: F32, view: View, *, near: float, far: float, shape: tuple[int, int]) -> Seen:
    """What is seen of a height field (size, size; a power of two; it repeats) between two distances.

    Below its nearest row a slice is filled to the picture's bottom, so that parallax never opens a hole.
    """
    cover, distance = np.zeros(shape, np.float32), np.full(shape, far, np.float32)
    numbers = np.array([view.height, view.x, view.z, view.horizon, view.focal], np.float32)
    _march(np.ascontiguousarray(field), numbers, np.array([near, far, 1.0035], np.float32), cover, distance)
    columns = (np.arange(shape[1], dtype=np.float32) - shape[1] / 2)[None, :]
    x = (np.float32(view.x) + columns / np.float32(view.focal) * distance).astype(np.float32)
    return Seen(cover, distance, x, (np.float32(view.z) + distance).astype(np.float32))


def sampled(field: F32, seen: Seen) -> F32:
    """Values of a field (size, size) or (size, size, channels) at the places seen; the field repeats."""
    size = np.float32(field.shape[0])
    out: F32 = cv2.remap(
        field, np.mod(seen.x, size), np.mod(seen.z, size), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )
    return out


def normals(field: F32) -> F32:
    """Unit normals (size, size, 3: across, up, away) of a height field that repeats."""
    dx = (np.roll(field, -1, axis=1) - np.roll(field, 1, axis=1)) * np.float32(0.5)
    dz = (np.roll(field, -1, axis=0) - np.roll(field, 1, axis=0)) * np.float32(0.5)
    length = np.sqrt(dx * dx + dz * dz + 1)
    out: F32 = np.stack([-dx / length, 1 / length, -dz / length], axis=2).astype(np.float32)
    return out


def shadowed(field: F32, sun: tuple[float, float, float], *, reach: int = 48) -> F32:
    """How much sunlight (size, size) reaches the land, 0 to 1, with soft shadows; `sun` is across, up, away."""
    flat = max((sun[0] ** 2 + sun[2] ** 2) ** 0.5, 1e-3)
    step_x, step_z, rise = sun[0] / flat, sun[2] / flat, sun[1] / flat
    blocked = np.zeros_like(field)
    for k in range(1, reach):
        length = k * (1 + k * 0.06)
        shifted = np.roll(field, (-round(step_z * length), -round(step_x * length)), axis=(0, 1))
        np.maximum(blocked, (shifted - field - np.float32(rise * length)) / np.float32(1 + length * 0.12), out=blocked)
    out: F32 = 1 - np.clip(blocked * 0.8, 0, 1)
    return cv2.GaussianBlur(out, (0, 0), 0.8)


def repeating(rng: np.random.Generator, size: int, *, slope: float, lowest: float = 1.0, stretch: float = 1.0) -> F32:
    """Noise (size, size) that repeats, mean 0 and deviation 1; its spectrum falls with `slope` from `lowest` cycles.

    `stretch` above 1 makes it longer across than away.
    """
    spectrum = np.fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    fz, fx = np.fft.fftfreq(size)[:, None] * size, np.fft.rfftfreq(size)[None, :] * size
    cycles = np.hypot(fz, fx * stretch)
    shaped = spectrum * (cycles >= 0.5) / np.maximum(cycles, lowest) ** slope
    field = np.fft.irfft2(shaped, s=(size, size))
    out: F32 = ((field - field.mean()) / max(float(field.std()), 1e-6)).astype(np.float32)
    return out
