"""Trees and grasses as coverage: silhouettes drawn four times too large, so that their edges are fine."""

import cv2
import numpy as np

from clavilux_stage.canvas import Canvas
from clavilux_stage.noise import F32, U8

_SHIFT = 4  # fractional bits of OpenCV's polygons


def polygon(mask: U8, points: F32) -> None:
    """Fills a polygon (n, 2) of pixel coordinates, smooth at its edges."""
    fixed = np.round(points * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, lineType=cv2.LINE_AA, shift=_SHIFT)


def pine(
    mask: U8,
    foot: tuple[float, float],
    height: float,
    rng: np.random.Generator,
) -> None:
    """One pine: a trunk and drooping boughs of uneven length."""
    x, y = foot
    layers = int(np.clip(height / 5, 7, 26))
    half = height * rng.uniform(0.15, 0.2)
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    for k in range(layers):
        t = (k + 1) / layers
        level = y - height * (1 - t * 0.93)
        for side, edge in ((-1, left), (1, right)):
            out = half * t**0.85 * rng.uniform(0.62, 1.15)
            edge.append((x + side * out * 0.32, level - height * 0.035))
            edge.append((x + side * out, level + height * rng.uniform(0.0, 0.02)))
    points = [(x, y - height), *right, (x + half * 0.12, y), (x - half * 0.12, y), *reversed(left)]
    polygon(mask, np.array(points, np.float32))


def pines(canvas: Canvas, ground: F32, *, count: int, tall: tuple[float, float], clear: float) -> F32:
    """Coverage (rows, columns) of pines along a ground line; they stand in groups and leave `clear` (u) open."""
    rng = canvas.rng
    mask = np.zeros(canvas.shape, np.uint8)
    centres = rng.uniform(-0.15, 1.15, 7)
    for _ in range(count):
        u = float(rng.choice(centres) + rng.normal(0, 0.07)) if rng.random() < 0.75 else float(rng.uniform(-0.12, 1.12))
        if abs(u - clear) < 0.11 or not -0.125 < u < 1.125:
            continue
        away = min(abs(u - clear) * 1.6, 1.0)
        height = canvas.unit * (tall[0] + (tall[1] - tall[0]) * float(rng.beta(1.4, 2.6)) * (0.45 + 0.75 * away))
        x = canvas.px(u)
        foot = float(ground[int(np.clip(x, 0, canvas.columns - 1))]) + canvas.unit * 0.02
        pine(mask, (x, foot), height, rng)
    out: F32 = mask.astype(np.float32) / 255
    return out


def trunk(
    mask: U8,
    foot: tuple[float, float],
    height: float,
    width: float,
    rng: np.random.Generator,
) -> None:
    """A trunk that flares at its roots, leans a little, and bears branches above eye height."""
    x, y = foot
    steps = 14
    lean, bend = rng.normal(0, 0.025), rng.normal(0, 0.012)
    t = np.linspace(0, 1, steps)
    middle = x + height * (lean * t + bend * np.sin(t * 5))
    half = width * 0.5 * (1 - 0.55 * t + 1.1 * np.exp(-t * 42)) * rng.uniform(0.9, 1.1, steps)
    level = y - height * t
    left, right = np.stack([middle - half, level], 1), np.stack([middle + half, level], 1)
    polygon(mask, np.concatenate([left, right[::-1]]).astype(np.float32))
    for _ in range(int(rng.integers(1, 5))):
        at = rng.uniform(0.22, 0.6)
        start = np.array([np.interp(at, t, middle), y - height * at])
        way = float(rng.choice([-1.0, 1.0]))
        _branch(mask, start, way, height * rng.uniform(0.08, 0.2), width * rng.uniform(0.16, 0.3), rng, 2)


def _branch(
    mask: U8,
    start: F32,
    way: float,
    length: float,
    width: float,
    rng: np.random.Generator,
    forks: int,
) -> None:
    t = np.linspace(0, 1, 6)
    rise = rng.uniform(0.15, 0.75)
    x = start[0] + way * length * t + rng.normal(0, length * 0.02, 6)
    y = start[1] - length * rise * t**1.4 + rng.normal(0, length * 0.02, 6)
    half = np.maximum(width * 0.5 * (1 - 0.85 * t), 0.35)
    points = np.concatenate([np.stack([x, y - half], 1), np.stack([x, y + half], 1)[::-1]])
    polygon(mask, points.astype(np.float32))
    for _ in range(forks):
        k = int(rng.integers(2, 5))
        _branch(
            mask, np.array([x[k], y[k]]), way * rng.choice([1.0, 1.0, -0.6]), length * 0.5, width * 0.5, rng, forks - 1
        )


def fern(
    mask: U8,
    foot: tuple[float, float],
    size: float,
    rng: np.random.Generator,
) -> None:
    """A tuft of blades that bow outward."""
    for _ in range(int(rng.integers(4, 9))):
        spread, tall = rng.normal(0, 0.75), size * rng.uniform(0.55, 1.1)
        t = np.linspace(0, 1, 6)
        x = foot[0] + rng.normal(0, size * 0.12) + spread * tall * 0.6 * t**1.6
        y = foot[1] - tall * (t - 0.3 * abs(spread) * t**2)
        half = np.maximum(size * 0.028 * (1 - t), 0.25)
        points = np.concatenate([np.stack([x - half, y], 1), np.stack([x + half, y], 1)[::-1]])
        polygon(mask, points.astype(np.float32))
