"""Light in the lens and the last step: bloom, rays, vignette, filmic curve, grain."""

from dataclasses import dataclass

import cv2
import numpy as np

from clavilux_stage import kernels
from clavilux_stage.layers import LayeredScene
from clavilux_stage.noise import F32, U8

_SHRINK = 4


@dataclass(frozen=True)
class Look:
    """How one frame is exposed. `gain` and `light` are factors, `warmth` moves from blue (-) to red (+)."""

    gain: float = 1.0
    light: float = 1.0
    warmth: float = 0.0
    contrast: float = 0.3
    grain: float = 0.018


class Finisher:
    """Knows a scene's size, light and colours; makes bloom at a quarter of the size and finishes frames."""

    def __init__(self, scene: LayeredScene, *, seed: int) -> None:
        self._size = scene.width, scene.height
        self.small = max(scene.width // _SHRINK, 8), max(scene.height // _SHRINK, 8)
        self._colour = np.array(scene.light_colour, np.float32)
        self._shine = scene.shine
        rng = np.random.default_rng([seed & 0xFFFFFFFF, 11])
        self._vignette = _vignette(scene.width, scene.height)
        tile = rng.normal(127.5, 36, (scene.height + 64, scene.width + 64)).astype(np.float32)
        self._grain: U8 = np.clip(cv2.GaussianBlur(tile, (0, 0), 0.55) * 1.5 - 63.75, 0, 255).astype(np.uint8)
        self._seed = seed & 0xFFFFFFFF
        self._tint = _split_tone(scene.palette)
        self._knee = np.clip((np.arange(256) / 255.0 - 0.42) / 0.58, 0, 1) ** 1.4 * 255
        self._curve: U8 = self._knee.astype(np.uint8)
        self._spokes = rng.uniform(0, 6.28, 5), rng.integers(5, 23, 5)

    def light(self, base: U8, *, at: tuple[float, float], pulse: float, turn: float) -> F32:
        """Bloom and rays (rows, columns, RGB), 0 to about 255, at a quarter of the frame's size.

        `at` is where the light stands in the frame, `pulse` the beat (0 to 1), `turn` slowly turns the rays.
        """
        small = cv2.resize(base, self.small, interpolation=cv2.INTER_AREA)
        bright = cv2.LUT(small, self._curve)
        sigma = self.small[1] / 144
        near = cv2.GaussianBlur(bright, (0, 0), 2.2 * sigma).astype(np.float32)
        tiny = cv2.resize(bright, (self.small[0] // 4, self.small[1] // 4), interpolation=cv2.INTER_AREA)
        far = cv2.resize(cv2.GaussianBlur(tiny, (0, 0), 3.6 * sigma), self.small, interpolation=cv2.INTER_LINEAR)
        # A picture that is bright all over needs no more light: bloom and rays step back.
        room = 1 - 0.75 * min(float(tiny.mean()) / 90, 1.0)
        out: F32 = near * np.float32((0.46 + 0.12 * pulse) * (0.4 + 0.6 * room))
        out += far * np.float32((0.5 + 0.26 * pulse) * room)
        strength = self._shine * (0.42 + 0.3 * pulse) * room
        if strength > 0.02 and -0.25 < at[0] < 1.25 and -0.3 < at[1] < 1.2:
            out += self._rays(bright, at, turn) * np.float32(strength)
        return out

    def _rays(self, bright: U8, at: tuple[float, float], turn: float) -> F32:
        """What is bright, smeared away from the light in doubling steps, broken into turning spokes."""
        columns, rows = self.small
        x, y = at[0] * columns, at[1] * rows
        glow: F32 = cv2.cvtColor(bright, cv2.COLOR_RGB2GRAY).astype(np.float32)
        grid_y, grid_x = np.ogrid[0:rows, 0:columns]
        dx, dy = (grid_x - np.float32(x)).astype(np.float32), (grid_y - np.float32(y)).astype(np.float32)
        reach = np.sqrt(dx * dx + dy * dy) / np.float32(rows)
        glow *= np.exp(-reach * np.float32(2.2))
        for step in range(5):
            shrink = 1 / (1 + 0.045 * 2**step)
            matrix = np.array([[shrink, 0, x * (1 - shrink)], [0, shrink, y * (1 - shrink)]], np.float32)
            moved = cv2.warpAffine(glow, matrix, (columns, rows), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            glow = (glow + moved) * np.float32(0.56)
        angle = cv2.phase(np.broadcast_to(dx, reach.shape).copy(), np.broadcast_to(dy, reach.shape).copy())
        phases, counts = self._spokes
        spokes = np.full_like(reach, 0.5)
        for k, (phase, count) in enumerate(zip(phases, counts, strict=True)):
            way = 1 if k % 2 else -1
            spokes += np.float32(0.22) * np.cos(angle * np.float32(count) + np.float32(phase + turn * way * (k + 1)))
        soft = np.clip(reach * 4, 0, 1)
        shaped = glow * (1 + (np.clip(spokes, 0, 1.4) - 1) * soft)
        out: F32 = shaped[..., None] * self._colour
        return out

    def finished(self, base: U8, light: F32, look: Look, *, index: int) -> U8:
        """The frame as it is seen (height, width, RGB)."""
        full = cv2.resize(np.clip(light, 0, 250).astype(np.uint8), self._size, interpolation=cv2.INTER_LINEAR)
        shift_y, shift_x = np.random.default_rng([self._seed, index]).integers(0, 64, 2)
        grain = self._grain[shift_y : shift_y + self._size[1], shift_x : shift_x + self._size[0]]
        warm = np.array([1 + look.warmth, 1.0, 1 - look.warmth], np.float32)
        table = np.zeros((5, 3), np.float32)
        table[0], table[1] = look.gain * warm, look.light
        table[2], table[3] = self._tint
        table[4] = look.contrast, look.grain, 0
        out: U8 = np.empty_like(base)
        kernels.finish(base, full, self._vignette, grain, table, out)
        return out


def _vignette(width: int, height: int) -> U8:
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    reach = np.sqrt(x * x * 0.8 + y * y * 0.7)
    out: U8 = (255 * (1 - 0.42 * np.clip(reach - 0.35, 0, 1) ** 1.7)).astype(np.uint8)
    return out


def _split_tone(palette: tuple[str, ...]) -> tuple[F32, F32]:
    """Shadows lean to the palette's shadow, highlights to its light: additions (3,) of a few levels."""
    ends = [np.array([int(word[k : k + 2], 16) / 255 for k in (1, 3, 5)], np.float32) for word in palette]
    shadow = (ends[1] - ends[1].mean()) * np.float32(0.05) + np.float32(0.006)
    light = (ends[-1] - ends[-1].mean()) * np.float32(0.16)
    return shadow.astype(np.float32), light.astype(np.float32)
