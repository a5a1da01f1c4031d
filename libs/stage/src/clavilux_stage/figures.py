"""People as back-lit silhouettes: an outline by hand, a rim of light, folds that the light just finds.

Faces are never attempted: everybody looks away from us, into the picture.
"""

import cv2
import numpy as np

from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, U8, blurred, smoothstep
from clavilux_stage.outlines import OUTLINES, Capsule, Outline

_SCALE = 2.0  # pixels to a canvas pixel: close shots enlarge people more than anything else


def figure(
    who: str,
    *,
    tall: float,
    light: tuple[float, float],
    rim: F32,
    fill: F32,
    shadow: F32,
    rng: np.random.Generator,
) -> Layer:
    """A figure `tall` canvas pixels high, standing at its layer's bottom centre.

    `light` is where the light stands from the chest, in units; `rim` and `fill` are the colours (3,) of the two
    edges, `shadow` that of the body.
    """
    outline = OUTLINES.get(who, OUTLINES["coat"])
    height = tall * _SCALE * outline.tall
    pad = max(int(height * 0.03), 6)
    half = int(height * outline.half) + pad
    above = int(height * 0.13)  # raised arms and hair reach over the head
    shape = (int(height) + above, 2 * half)
    mask = drawn(outline, shape, height=height, x=float(half), y=float(above - 2), flip=bool(rng.random() < 0.5))
    pixels = _lit(mask, height, light=light, rim=rim, fill=fill, shadow=shadow, rng=rng)
    return Layer("figure", 0.7, pixels, scale=_SCALE)


def drawn(outline: Outline, shape: tuple[int, int], *, height: float, x: float, y: float, flip: bool) -> F32:
    """Coverage (rows, columns), 0 to 1, of an outline whose head's top is at (x, y)."""
    mask: U8 = np.zeros(shape, np.uint8)
    turn = -1.0 if flip else 1.0
    for points in outline.bodies:
        at = smooth(np.array(points, np.float32)) * np.float32(height)
        at[:, 0] = at[:, 0] * turn + x
        at[:, 1] += y
        cv2.fillPoly(mask, [np.round(at * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    for limb in outline.limbs:
        _limb(mask, limb, height, x, y, turn)
    # A little blur and a threshold join what was drawn apart, as cloth and skin do.
    soft = blurred(mask.astype(np.float32) / 255, max(height * 0.0052, 0.6))
    joined = smoothstep(0.36, 0.64, soft)
    thin: U8 = np.zeros(shape, np.uint8)
    for limb in outline.thin:
        _limb(thin, limb, height, x, y, turn)
    out: F32 = np.maximum(joined, thin.astype(np.float32) / 255)
    return out


def _limb(mask: U8, limb: Capsule, height: float, x: float, y: float, turn: float) -> None:
    x0, y0, r0, x1, y1, r1 = limb
    start, stop = np.array([x0 * turn, y0]), np.array([x1 * turn, y1])
    along = stop - start
    length = max(float(np.hypot(*along)), 1e-6)
    side = np.array([-along[1], along[0]]) / length
    angles = np.linspace(0, np.pi, 12)
    forward = along / length
    cap = [start + r0 * (side * np.cos(a) - forward * np.sin(a)) for a in angles]
    tip = [stop + r1 * (-side * np.cos(a) + forward * np.sin(a)) for a in angles]
    points = np.array(cap + tip) * height + np.array([x, y])
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)


def smooth(points: F32, steps: int = 7) -> F32:
    """A closed Catmull-Rom curve (n * steps, 2) through points (n, 2)."""
    before, after, later = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    parts = []
    for t in np.linspace(0, 1, steps, endpoint=False, dtype=np.float32):
        a = 2 * points
        b = (after - before) * t
        c = (2 * before - 5 * points + 4 * after - later) * t * t
        d = (3 * points - before - 3 * after + later) * t * t * t
        parts.append(0.5 * (a + b + c + d))
    out: F32 = np.stack(parts, axis=1).reshape(-1, 2)
    return out


def _lit(
    mask: F32, height: float, *, light: tuple[float, float], rim: F32, fill: F32, shadow: F32, rng: np.random.Generator
) -> U8:
    solid: U8 = (mask > 0.5).astype(np.uint8)
    inside = cv2.distanceTransform(solid, cv2.DIST_L2, 5).astype(np.float32)
    round_off = np.float32(height * 0.05)
    bulge = np.sqrt(np.clip(1 - (1 - np.clip(inside / round_off, 0, 1)) ** 2, 0, 1))
    bulge = blurred(bulge.astype(np.float32), height * 0.006)
    rows, columns = mask.shape
    folds = cv2.resize(rng.standard_normal((7, 22), dtype=np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC)
    bulge = bulge + np.float32(0.035) * folds
    gx = cv2.Sobel(bulge, cv2.CV_32F, 1, 0, ksize=3) * np.float32(height * 0.012)
    gy = cv2.Sobel(bulge, cv2.CV_32F, 0, 1, ksize=3) * np.float32(height * 0.012)
    reach = max(float(np.hypot(*light)), 1e-3)
    toward = (light[0] / reach, light[1] / reach)
    facing = -(gx * np.float32(toward[0]) + gy * np.float32(toward[1]))
    # The light stands behind: every edge catches some, the near one most, in a line a few pixels wide.
    edge = np.exp(-inside / np.float32(max(height * 0.0075, 1.3)))
    wide = np.exp(-inside / np.float32(height * 0.03))
    bright = edge * (0.1 + 0.95 * np.clip(facing, 0, 1)) + wide * 0.22 * np.clip(facing, 0, 1)
    other = edge * 0.4 * np.clip(-facing, 0, 1) + wide * 0.08 * np.clip(-facing, 0, 1)
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    bright, other = bright * (1.0 - 0.8 * down**1.3), other * (1.0 - 0.7 * down)
    body = shadow * np.float32(1.0) + fill * np.float32(0.03)
    colour = body + rim * bright[..., None] + fill * other[..., None]
    pixels = np.empty((rows, columns, 4), np.uint8)
    pixels[..., 3] = (mask * 255 + 0.5).astype(np.uint8)
    pixels[..., :3] = np.clip(np.clip(colour, 0, 1) * mask[..., None] * 255 + 0.5, 0, 255).astype(np.uint8)
    pixels[..., :3] = np.minimum(pixels[..., :3], pixels[..., 3:])
    return pixels
