"""The few loops over all pixels that OpenCV does not offer, compiled once and cached."""

import numpy as np
from numba import njit

from clavilux_stage.noise import F32, U8


@njit(cache=True, nogil=True)
def over(dst: U8, src: U8) -> None:
    """Lays premultiplied `src` (h, w, 4) over `dst` (h, w, 3)."""
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            alpha = np.uint32(src[y, x, 3])
            if alpha == 0:
                continue
            keep = (np.uint32(255) - alpha) * np.uint32(257)
            for c in range(3):
                value = np.uint32(src[y, x, c]) + ((np.uint32(dst[y, x, c]) * keep + np.uint32(32768)) >> np.uint32(16))
                dst[y, x, c] = np.uint8(min(value, np.uint32(255)))


@njit(cache=True, nogil=True)
def shine(dst: U8, src: U8, gains: U8) -> None:
    """Screens light `src` (h, w, 4: colour and phase) onto `dst` (h, w, 3); gains[phase] is 0..255 for 0 to 2."""
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            r, g, b = src[y, x, 0], src[y, x, 1], src[y, x, 2]
            if (r | g | b) == 0:
                continue
            gain = np.uint32(gains[src[y, x, 3]])
            for c in range(3):
                light = min((np.uint32(src[y, x, c]) * gain) >> np.uint32(7), np.uint32(255))
                dark = (np.uint32(255) - np.uint32(dst[y, x, c])) * (np.uint32(255) - light) * np.uint32(257)
                dst[y, x, c] = np.uint8(np.uint32(255) - ((dark + np.uint32(32768)) >> np.uint32(16)))


@njit(cache=True, nogil=True, fastmath=True)
def finish(base: U8, light: U8, vignette: U8, grain: U8, look: F32, out: U8) -> None:
    """The last step: screened light, exposure, vignette, filmic curve, split tone and grain, in one pass.

    `look` rows: gain, light gain, shadow tint, highlight tint (each r, g, b), then (contrast, grain, 0).
    """
    contrast, amount = look[4, 0], look[4, 1]
    for y in range(base.shape[0]):
        for x in range(base.shape[1]):
            edge = np.float32(vignette[y, x]) * np.float32(1 / 255)
            speck = (np.float32(grain[y, x]) - np.float32(127.5)) * amount
            for c in range(3):
                value = np.float32(base[y, x, c]) * np.float32(1 / 255) * look[0, c]
                lit = np.float32(light[y, x, c]) * np.float32(1 / 255) * look[1, c]
                value = (np.float32(1) - (np.float32(1) - min(value, np.float32(1))) * (np.float32(1) - lit)) * edge
                value += contrast * (value * value * (np.float32(3) - np.float32(2) * value) - value)
                rest = np.float32(1) - value
                value += look[2, c] * rest * rest + look[3, c] * value * rest
                value = value * np.float32(255) + speck + np.float32(0.5)
                out[y, x, c] = np.uint8(min(max(value, np.float32(0)), np.float32(255)))


@njit(cache=True, nogil=True, fastmath=True)
def splat(dst: U8, points: F32) -> None:
    """Screens soft specks onto `dst`; rows of `points` are x, y, tail dx, tail dy, radius, r, g, b (0 to 1).

    A speck with a tail is a streak that fades toward its tail.
    """
    height, width = dst.shape[0], dst.shape[1]
    for i in range(points.shape[0]):
        radius = points[i, 4]
        length = (points[i, 2] * points[i, 2] + points[i, 3] * points[i, 3]) ** np.float32(0.5)
        steps = 1 + int(length / max(radius * np.float32(0.7), np.float32(0.7)))
        for step in range(steps):
            along = np.float32(step) / np.float32(steps)
            fade = np.float32(1) - along
            cx, cy = points[i, 0] + points[i, 2] * along, points[i, 1] + points[i, 3] * along
            for y in range(max(int(cy - radius), 0), min(int(cy + radius) + 2, height)):
                for x in range(max(int(cx - radius), 0), min(int(cx + radius) + 2, width)):
                    dx, dy = np.float32(x) - cx, np.float32(y) - cy
                    near = np.float32(1) - (dx * dx + dy * dy) / (radius * radius)
                    if near <= 0:
                        continue
                    for c in range(3):
                        light = min(near * near * fade * points[i, 5 + c], np.float32(1))
                        dark = (np.float32(255) - np.float32(dst[y, x, c])) * (np.float32(1) - light)
                        dst[y, x, c] = np.uint8(np.float32(255.5) - dark)


@njit(cache=True, nogil=True, fastmath=True)
def ripple(matrix: F32, shake: F32, map_x: F32, map_y: F32) -> None:
    """Fills remap maps with an affine (2, 3) and, for each row y, x waves of shake[y] = (px, phase, cycles a px)."""
    for y in range(map_x.shape[0]):
        size, phase, pace = shake[y, 0], shake[y, 1], shake[y, 2]
        lift = size * np.float32(0.35) * np.sin(phase * np.float32(1.7))
        side = size * np.sin(phase)
        for x in range(map_x.shape[1]):
            # A triangle wave: as good as a sine here, and a tenth of its price.
            turn = np.float32(x) * pace + phase
            turn -= np.floor(turn)
            wave = np.float32(4) * abs(turn - np.float32(0.5)) - np.float32(1)
            map_x[y, x] = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] + side + size * wave * np.float32(0.6)
            map_y[y, x] = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] + lift * wave
