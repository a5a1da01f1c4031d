"""Five colours from shadow to light, and the air and light that follow from them."""

import colorsys
import re
from dataclasses import dataclass

import numpy as np

from clavilux_stage.noise import F32

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

# Curated so that shadow and light differ in hue, not only in value.
_DEFAULTS: dict[str, tuple[str, ...]] = {
    "dawn": (
        "#1e2a44 #4a5d85 #9a8fb5 #f0b6a6 #fff1dc",
        "#20303c #48687e #8fb3bf #f2d0a9 #fff8e7",
        "#2b2440 #5d5179 #b58db6 #ffc8a2 #fff3d6",
    ),
    "day": (
        "#12293a #2b628f #6fa8c9 #cfe3ea #fff6e0",
        "#1f2f26 #3f6b63 #7fb4c8 #d4e9ea #fffbe8",
        "#241f33 #3d5a8a #86a9d6 #e3dccb #fff7e6",
    ),
    "sunset": (
        "#1a1033 #552a6e #d1495b #f79256 #ffe3a3",
        "#10243e #36496f #c06c84 #f8b195 #ffe8c7",
        "#0b1d26 #1f5160 #b5583c #f2a65a #ffeed0",
        "#171a3a #46337e #a14fb0 #ff8f7e #ffe2c4",
        "#0a1c2b #1c4a63 #3f8fa0 #f5b06a #fff0cf",
        "#150f24 #3b2f5e #96506e #e8895a #ffdf9e",
    ),
    "dusk": (
        "#0d1026 #2b2d5b #6d4c8d #d17b88 #ffd6a5",
        "#08141f #163a4f #31708e #a3a1c2 #f6cfb0",
        "#120b22 #35204f #7a3b69 #d98a6a #ffe0b0",
        "#061423 #123f5c #2f7f93 #e0a890 #ffe7c8",
    ),
    "night": (
        "#04060f #0d1b3d #27408b #6f8fd6 #e4efff",
        "#050a12 #0c2733 #1d5a63 #5fb3a8 #e6fff4",
        "#0a0614 #26114a #5b2a9d #a46ee8 #f3e3ff",
    ),
    "neon": (
        "#07040f #241050 #e0218a #23c5ff #f6f1ff",
        "#050b14 #0b3350 #e8512f #ffc24d #fff5d6",
        "#04080f #10264a #7b2ff7 #00d1b2 #eafff8",
        "#0a0510 #3a0f3d #ff3d5e #ff9f5a #fff0dd",
        "#060614 #1b1464 #d61c8f #3ea8ff #f3f2ff",
        "#0b0609 #4a0f2b #ff2f55 #37d6e6 #fff3f0",
        "#04070f #123a6b #2f6bff #ff5fb0 #f2f6ff",
    ),
    "desert_day": (
        "#2a1a22 #8a4b2f #d9935a #f2cf9a #fff4dc",
        "#1c2238 #5b5a7a #c98f5e #f0cf9c #fff6e2",
        "#2b1420 #9a3d2c #e07a3f #f7c27a #fff0d0",
    ),
    "desert_low": (
        "#1a1030 #5a2a4e #c4553b #f5a25a #ffe6b8",
        "#0f1a33 #3d3a66 #b0577a #f2a17c #ffe6cc",
        "#14202e #4a4657 #b8694a #f0ad6a #ffedcf",
    ),
    "forest": (
        "#07140f #1c3a2a #4f7a4a #b9c98a #fff6d6",
        "#081712 #16423f #3f8070 #c2cf9f #fbf7dc",
        "#120f0a #4a3418 #a2662a #e8b45c #fff0cf",
        "#0a1518 #23444a #5b8a86 #c8d8c0 #fffbe9",
    ),
    "fluid": (
        "#0a0618 #4a1486 #e8308c #ff9a5a #fff0d8",
        "#03101f #0b4f8a #17b3c4 #8ff0c8 #fbfff0",
        "#120516 #5a1238 #d8323c #ffb04a #fff2d0",
        "#050a1e #27379b #7a5cf0 #ff8fc8 #fff0f4",
        "#04120f #0d5c4c #3fb96a #e8d65a #fffbe2",
    ),
    "space": (
        "#05040f #1d1147 #8a2be2 #e05fc9 #fff0fb",
        "#03080f #0b2a45 #12708f #e08e45 #fff1d6",
        "#070410 #3a0d3f #c2315f #f2995c #fff2df",
        "#040a0c #0d3b3f #1fa187 #8fd3ff #f2ffff",
    ),
}


@dataclass(frozen=True)
class Palette:
    """Five colours (5, 3), 0 to 1, from shadow to light."""

    colours: tuple[tuple[float, float, float], ...]

    def at(self, position: float) -> F32:
        """The colour (3,) at 0 (shadow) to 1 (light)."""
        table = np.array(self.colours, np.float32)
        where = float(np.clip(position, 0, 1)) * 4
        low = min(int(where), 3)
        out: F32 = table[low] + (table[low + 1] - table[low]) * np.float32(where - low)
        return out

    def ramp(self, values: F32) -> F32:
        """The colours (..., 3) at an array of positions from 0 to 1."""
        table = np.stack([self.at(k / 1023) for k in range(1024)])
        out: F32 = table[np.clip(values * 1023, 0, 1023).astype(np.int32)]
        return out

    def accents(self) -> tuple[F32, F32]:
        """The two most vivid colours, made strong enough to shine; the second differs from the first in hue."""
        hsv = sorted((colorsys.rgb_to_hsv(*rgb) for rgb in self.colours), key=lambda c: -c[1] * c[2] * min(c[2], 0.7))
        first = hsv[0]
        apart = [c for c in hsv[1:] if abs((c[0] - first[0] + 0.5) % 1 - 0.5) > 0.07 and c[1] * c[2] > 0.2]
        second = apart[0] if apart else ((first[0] + 0.42) % 1, first[1], first[2])
        one, two = (colorsys.hsv_to_rgb(h, min(max(s, 0.55), 0.92), max(v, 0.9)) for h, s, v in (first, second))
        return np.array(one, np.float32), np.array(two, np.float32)


@dataclass(frozen=True)
class Air:
    """How a place is lit: colours (3,) of the sky from top to horizon, of the light and of the haze."""

    time: str
    top: F32
    middle: F32
    horizon: F32
    light: F32
    haze: F32
    shadow: F32
    is_night: bool


def palette_of(words: tuple[str, ...], mood: str, rng: np.random.Generator) -> tuple[Palette, tuple[str, ...]]:
    """The palette asked for, or one that fits `mood` (a key such as "night" or "neon"); notes tell what was wrong."""
    drawn = rng.choice(_DEFAULTS[mood]).split()
    good = [word for word in words if re.fullmatch(r"#[0-9a-fA-F]{6}", word.strip())]
    notes: list[str] = []
    if len(good) < len(words):
        notes.append(f"palette: {len(words) - len(good)} of {len(words)} are no colours")
    if good and len(good) != 5:
        notes.append(f"palette: {len(good)} colours instead of 5")
    chosen = [_rgb(word.strip()) for word in good] or [_rgb(word) for word in drawn]
    chosen.sort(key=lambda rgb: float(np.dot(_LUMA, rgb)))
    return Palette(_five(chosen)), tuple(notes)


def _rgb(word: str) -> tuple[float, float, float]:
    return int(word[1:3], 16) / 255, int(word[3:5], 16) / 255, int(word[5:7], 16) / 255


def _five(colours: list[tuple[float, float, float]]) -> tuple[tuple[float, float, float], ...]:
    """Any number of colours, sorted by luma, as five whose ends are dark and light enough to paint with."""
    table = np.array(colours, np.float32)
    where = np.linspace(0, len(table) - 1, 5)
    five = np.stack([np.interp(where, range(len(table)), table[:, c]) for c in range(3)], axis=1)
    dark, light = float(five[0] @ _LUMA), float(five[4] @ _LUMA)
    if dark > 0.16:
        five[0] *= 0.16 / dark
        five[1] = five[1] * 0.6 + five[0] * 0.4
    if light < 0.72:
        five[4] = five[4] + (1 - five[4]) * (0.72 - light) / max(1 - light, 1e-3)
        five[3] = five[3] * 0.7 + five[4] * 0.3
    return tuple((float(r), float(g), float(b)) for r, g, b in five)


_SKIES = {  # positions on the palette: top, middle, horizon
    "dawn": (0.38, 0.64, 0.9),
    "day": (0.42, 0.62, 0.86),
    "sunset": (0.2, 0.48, 0.8),
    "dusk": (0.1, 0.36, 0.66),
    "night": (0.02, 0.16, 0.36),
}


def air_of(palette: Palette, time: str) -> Air:
    """The air of a time of day in a palette's colours."""
    top, middle, horizon = (palette.at(position) for position in _SKIES[time])
    night = time == "night"
    light = palette.at(1) * 0.75 + np.float32(0.25)
    haze = horizon * 0.7 + middle * 0.3
    return Air(time, top, middle, horizon, light.astype(np.float32), haze, palette.at(0.0), night)
