"""The easel: one overscanned canvas, its coordinates, its generator, and how paint becomes layers."""

import cv2
import numpy as np

from clavilux_stage.layers import Layer, canvas_of, unit_of
from clavilux_stage.noise import F32, U8
from clavilux_stage.palette import Air, Palette
from clavilux_stage.spec import SceneSpec


class Canvas:
    """What every painter of a place works on.

    Positions u, v are fractions of the visible frame (0 to 1; a little outside is the overscan); `px(u)` and
    `py(v)` turn them into canvas pixels. `unit` is a length in pixels that is
    right in every aspect ratio. `uu` (1, columns) and `vv` (rows, 1) are the fractions of all pixels.
    """

    def __init__(
        self, spec: SceneSpec, palette: Palette, air: Air, *, width: int, height: int, rng: np.random.Generator
    ) -> None:
        self.spec, self.palette, self.air, self.rng = spec, palette, air, rng
        self.width, self.height = width, height
        self.columns, self.rows = canvas_of(width, height)
        self.unit = unit_of(width, height)
        self.left, self.top = (self.columns - width) / 2, (self.rows - height) / 2
        self.uu: F32 = ((np.arange(self.columns, dtype=np.float32) - self.left) / width)[None, :]
        self.vv: F32 = ((np.arange(self.rows, dtype=np.float32) - self.top) / height)[:, None]
        self._dither = rng.random((self.rows, self.columns, 1), dtype=np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the canvas."""
        return self.rows, self.columns

    def px(self, u: float) -> float:
        """Canvas column of a fraction of the visible width."""
        return self.left + u * self.width

    def py(self, v: float) -> float:
        """Canvas row of a fraction of the visible height."""
        return self.top + v * self.height

    def distance(self, u: float, v: float) -> F32:
        """Distance of all pixels to (u, v), in units."""
        x = (self.uu - np.float32(u)) * np.float32(self.width / self.unit)
        y = (self.vv - np.float32(v)) * np.float32(self.height / self.unit)
        out: F32 = np.sqrt(x * x + y * y)
        return out

    def uniform(self, low: float, high: float) -> float:
        """One number drawn between two."""
        return float(self.rng.uniform(low, high))

    def layer(
        self, role: str, depth: float, rgb: F32, alpha: F32 | None = None, *, depth_bottom: float | None = None
    ) -> Layer:
        """A layer of colour (rows, columns, 3) and coverage (rows, columns), 0 to 1, cropped to what it covers."""
        if alpha is None:
            pixels = self._quantised(rgb)
            full = np.full((*self.shape, 1), 255, np.uint8)
            return Layer(role, depth, np.concatenate([pixels, full], axis=2), depth_bottom=depth_bottom)
        x, y, w, h = cv2.boundingRect((alpha > 1 / 255).astype(np.uint8))
        w, h = max(w, 2), max(h, 2)
        part = (slice(y, y + h), slice(x, x + w))
        cover = np.clip(alpha[part], 0, 1)[..., None]
        opacity = (cover * 255 + 0.5).astype(np.uint8)
        pixels = np.minimum(self._quantised(rgb[part] * cover, part), opacity)
        stacked = np.concatenate([pixels, opacity], axis=2)
        return Layer(role, depth, np.ascontiguousarray(stacked), x, y, depth_bottom=depth_bottom)

    def glow(
        self,
        depth: float,
        light: F32,
        phase: F32 | None = None,
        *,
        role: str = "glow",
        depth_bottom: float | None = None,
    ) -> Layer:
        """A layer of light (rows, columns, 3) whose brightness the animator drives by `phase` (rows, columns), 0 to 1.

        Phase 0 is steady light; 0 to 0.5 flickers like windows; 0.5 to 1 follows the music like signs.
        """
        bright = peak(light)
        x, y, w, h = cv2.boundingRect((bright > 1.5 / 255).astype(np.uint8))
        w, h = max(w, 2), max(h, 2)
        part = (slice(y, y + h), slice(x, x + w))
        tone = np.zeros((h, w, 1), np.uint8) if phase is None else (phase[part] * 255).astype(np.uint8)[..., None]
        pixels = np.concatenate([self._quantised(light[part], part), tone], axis=2)
        pixels[bright[part] <= 1.5 / 255, :3] = 0
        return Layer(role, depth, np.ascontiguousarray(pixels), x, y, depth_bottom=depth_bottom)

    def _quantised(self, rgb: F32, part: tuple[slice, slice] | None = None) -> U8:
        dither = self._dither if part is None else self._dither[part]
        out: U8 = np.clip(rgb * np.float32(255) + dither, 0, 255).astype(np.uint8)
        return out


def mix(a: F32, b: F32, amount: F32 | float) -> F32:
    """From `a` (0) to `b` (1); an amount (rows, columns) is spread over the channels."""
    weight = amount[..., None] if isinstance(amount, np.ndarray) else np.float32(amount)
    out: F32 = (a + (b - a) * weight).astype(np.float32)
    return out


def screen(a: F32, b: F32) -> F32:
    """Light `b` on `a`, never beyond white."""
    out: F32 = 1 - (1 - np.clip(a, 0, 1)) * (1 - np.clip(b, 0, 1))
    return out


def peak(rgb: F32) -> F32:
    """The strongest channel (rows, columns) of a picture; many times faster than a maximum over the last axis."""
    out: F32 = np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])
    return out
