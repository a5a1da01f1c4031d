"""A city by night or dusk: rows of towers in the haze, windows and signs, all of it again in the water before it."""

import cv2
import numpy as np

from clavilux_stage import sky
from clavilux_stage.canvas import Canvas, mix, peak, screen
from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, blurred, displaced, fbm, smoothstep
from clavilux_stage.places.site import Site
from clavilux_stage.places.towers import Row, row_of_towers

_DEPTHS = (0.12, 0.2, 0.3, 0.42)


def paint(canvas: Canvas) -> Site:
    """Four rows of towers over water, a quay in front."""
    shore = canvas.uniform(0.64, 0.7)
    side = float(canvas.rng.choice([-1.0, 1.0]))
    light = (0.5 + side * canvas.uniform(0.12, 0.28), canvas.uniform(0.13, 0.24))
    heaven = _heaven(canvas, shore, light)
    rows = [row_of_towers(canvas, k, shore=shore, light_side=side) for k in range(len(_DEPTHS))]
    layers = [canvas.layer("sky", 0.0, heaven)]
    for depth, row in zip(_DEPTHS, rows, strict=True):
        layers.append(canvas.layer("mid", depth, row.colour, row.cover))
        layers.append(canvas.glow(depth, row.light, row.phase))
    layers += _water(canvas, shore, heaven, rows)
    layers.append(_quay(canvas))
    feet = (0.5 - side * canvas.uniform(0.1, 0.2), 0.985)
    return Site(tuple(layers), light, 0.22, feet, 0.46, 0.66, weather="rain" if canvas.rng.random() < 0.6 else "clear")


def _heaven(canvas: Canvas, shore: float, light: tuple[float, float]) -> F32:
    air = canvas.air
    one, two = canvas.palette.accents()
    heaven = sky.gradient(canvas, shore, light)
    if air.is_night:
        heaven = screen(heaven, sky.stars(canvas, 500, shore) * np.float32(0.7))
    heaven = sky.moon(canvas, heaven, light, canvas.uniform(0.045, 0.065))
    colour, cover = sky.clouds(canvas, light, shore + 0.06, canvas.uniform(0.2, 0.6))
    heaven = mix(heaven, colour, cover * np.float32(0.75))
    # The streets light the air above them, one colour to the left and another to the right.
    field = fbm(canvas.rng, canvas.shape, cells=(2, 3), octaves=2)
    glow = mix(one, two, smoothstep(0.35, 0.65, field)) * np.float32(0.5 if air.is_night else 0.22)
    height = np.exp(-np.clip(np.float32(shore) - canvas.vv, 0, None) * 4.2) * np.ones_like(canvas.uu)
    return screen(heaven, glow * height[..., None])


def _water(canvas: Canvas, shore: float, heaven: F32, rows: list[Row]) -> list[Layer]:
    """The town upside down: stretched, broken by waves, darker; and its lights likewise, so that they still shine."""
    picture = heaven
    light, phase = np.zeros_like(heaven), np.zeros(canvas.shape, np.float32)
    for row in rows:
        picture = mix(picture, row.colour, row.cover)
        hidden = (1 - row.cover)[..., None]
        light = light * hidden + row.light
        phase = np.where(peak(row.light) > 0.02, row.phase, phase * (1 - row.cover))
    edge = canvas.py(shore)
    rows_y = np.arange(canvas.rows, dtype=np.float32)[:, None] * np.ones((1, canvas.columns), np.float32)
    depth = np.clip((rows_y - edge) / np.float32(canvas.rows - edge), 0, 1)
    waves = fbm(canvas.rng, canvas.shape, cells=(150, 26), octaves=3) - 0.5
    broad = fbm(canvas.rng, canvas.shape, cells=(34, 9), octaves=3) - 0.5
    tear = (waves * (10 + 70 * depth) + broad * (8 + 60 * depth)) * np.float32(canvas.unit / 576)
    flip = (2 * edge - rows_y) - rows_y - (rows_y - edge) * 0.25

    def mirrored(image: F32, length: float) -> F32:
        moved = displaced(image, tear * 0.55, flip + tear * 1.6)
        smeared = cv2.blur(moved, (1, max(int(canvas.unit * length), 1)))
        return smeared.astype(np.float32)

    below = smoothstep(-0.001, 0.004, (rows_y - edge) / np.float32(canvas.rows))
    deep = canvas.palette.at(0.0) * np.float32(0.55)
    body = mix(mirrored(picture, 0.035), deep, 0.38 + 0.34 * depth)
    crest = smoothstep(0.1, 0.34, waves + 0.5 * broad) * (0.05 + 0.1 * depth)
    body = screen(body, canvas.air.haze * crest[..., None])
    shining = screen(mirrored(light, 0.03) * np.float32(1.15), mirrored(light, 0.16) * np.float32(0.9))
    broken = 0.45 + 1.1 * smoothstep(-0.12, 0.16, waves + broad * 0.6)
    shining = shining * (broken * (1 - 0.45 * depth) * below)[..., None]
    tones = displaced(phase, np.zeros_like(phase), flip)
    return [
        canvas.layer("water", 0.42, body, below, depth_bottom=0.62),
        canvas.glow(0.42, np.clip(shining, 0, 1), tones, role="glow_water", depth_bottom=0.62),
    ]


def _quay(canvas: Canvas) -> Layer:
    """The wet stones that somebody may stand on, with a line of light at their edge."""
    top = canvas.py(0.945)
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None] * np.ones((1, canvas.columns), np.float32)
    cover = np.clip(rows - top, 0, 1)
    one, two = canvas.palette.accents()
    stones = fbm(canvas.rng, canvas.shape, cells=(60, 50), octaves=4)
    sheen = blurred(fbm(canvas.rng, canvas.shape, cells=(4, 12), octaves=3), 2)
    below = np.clip((rows - top) / np.float32(canvas.rows - top), 0, 1)
    tint = mix(one, two, smoothstep(0.3, 0.7, sheen))
    colour = canvas.palette.at(0.0) * 0.5 + tint * (0.1 * smoothstep(0.45, 0.7, stones) * (1 - 0.7 * below))[..., None]
    edge = np.exp(-np.clip(rows - top, 0, None) / np.float32(canvas.unit * 0.004)) * 0.3
    return canvas.layer("ground", 0.66, screen(colour.astype(np.float32), tint * edge[..., None]), cover)
