"""Mountains: eroded ridges in true perspective, mist in the valleys, pines on the near slopes."""

import numpy as np

from clavilux_stage import sky, terrain
from clavilux_stage.canvas import Canvas, mix
from clavilux_stage.flora import pines
from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, fbm, line, smoothstep
from clavilux_stage.places.site import Site

_FIELD = 1024
_SUNLIGHT = {"dawn": 1.3, "day": 1.5, "sunset": 1.25, "dusk": 0.75, "night": 0.6}


def paint(canvas: Canvas) -> Site:
    """Three ranges of peaks behind a near slope with trees."""
    rng, air = canvas.rng, canvas.air
    horizon = canvas.uniform(0.5, 0.6)
    side = float(rng.choice([-1.0, 1.0]))
    light = (0.5 + side * canvas.uniform(0.06, 0.26), horizon - canvas.uniform(0.24, 0.36))
    if air.is_night:
        light = (light[0], canvas.uniform(0.14, 0.24))
    layers = _heavens(canvas, horizon, light)
    layers += _ranges(canvas, horizon, side)
    ground, top = _slope(canvas, canvas.uniform(0.8, 0.86), -side)
    layers.append(ground)
    feet_u = 0.5 - side * canvas.uniform(0.1, 0.2)
    feet_v = (float(top[int(canvas.px(feet_u))]) + canvas.unit * 0.018 - canvas.top) / canvas.height
    return Site(tuple(layers), light, 0.7 if not air.is_night else 0.3, (feet_u, feet_v), 0.34, 0.72)


def _heavens(canvas: Canvas, horizon: float, light: tuple[float, float]) -> list[Layer]:
    heaven = sky.gradient(canvas, horizon, light)
    if canvas.air.is_night:
        heaven = 1 - (1 - heaven) * (1 - sky.stars(canvas, 1500, horizon))
        heaven = sky.moon(canvas, heaven, light, canvas.uniform(0.05, 0.075))
    else:
        heaven = sky.sun(canvas, heaven, light, canvas.uniform(0.03, 0.045))
    colour, cover = sky.clouds(canvas, light, horizon + 0.08, canvas.uniform(0.25, 0.8))
    return [canvas.layer("sky", 0.0, heaven), canvas.layer("clouds", 0.04, colour, cover)]


def _peaks(canvas: Canvas) -> F32:
    """A height field, 0 to about 70: broad massifs, crests that branch off them, gullies where it is high."""
    rng = canvas.rng
    broad = np.clip(0.5 + 0.27 * terrain.repeating(rng, _FIELD, slope=2.4, lowest=canvas.uniform(2.6, 4.0)), 0, 1.2)
    folds = np.clip(1 - np.abs(terrain.repeating(rng, _FIELD, slope=2.3, lowest=5)) * 0.8, 0, 1)
    fine = 1 - np.abs(terrain.repeating(rng, _FIELD, slope=2.05, lowest=14)) * 0.8
    grit = terrain.repeating(rng, _FIELD, slope=1.5, lowest=60)
    field = broad * (0.42 + 0.6 * folds) + broad * folds * (0.17 * np.clip(fine, -1, 1) + 0.012 * grit)
    out: F32 = (np.clip(field, 0.0, None) ** 1.15 * 62).astype(np.float32)
    return out


def _ranges(canvas: Canvas, horizon: float, side: float) -> list[Layer]:
    peaks = _peaks(canvas)
    sun = (side * 0.8, 0.4, 0.45)
    view = terrain.View(
        canvas.uniform(34, 42), 512, canvas.uniform(0, 1000), canvas.py(horizon + 0.04), canvas.unit * 1.5
    )
    # Peaks grow with their distance from us, and the row where we stand is the field's first.
    away = np.mod(np.arange(_FIELD, dtype=np.float32) - np.float32(view.z), _FIELD)
    lift = (0.55 + (away / np.float32(330)) ** 1.25)[:, None]
    field = peaks * lift
    normal = terrain.normals(field)
    facing = np.clip(normal @ np.array(sun, np.float32), 0, 1) * terrain.shadowed(field, sun)
    packed = np.dstack([field / lift, normal[..., 1], facing]).astype(np.float32)
    layers = []
    for near, far, depth in ((470, 930, 0.08), (230, 475, 0.18), (48, 235, 0.32)):
        seen = terrain.look(field, view, near=near, far=far, shape=canvas.shape)
        layers.append(canvas.layer("far", depth, _shaded(canvas, seen, packed), seen.cover))
    return layers


def _shaded(canvas: Canvas, seen: terrain.Seen, packed: F32) -> F32:
    """Rock, snow on what lies flat and high, sunlight, then the air in between and the mist in the valleys."""
    air, palette = canvas.air, canvas.palette
    sampled = terrain.sampled(packed, seen)
    height, flat, lit = sampled[..., 0], sampled[..., 1], sampled[..., 2]
    speckle = terrain.repeating(canvas.rng, 512, slope=1.0, lowest=8)
    near = terrain.Seen(seen.cover, seen.distance, seen.x * 9, seen.z * 9)
    grain = np.clip(0.5 + 0.22 * terrain.sampled(speckle, near), 0, 1)
    rock = mix(palette.at(0.05), palette.at(0.3), 0.15 + 0.7 * grain)
    snow = smoothstep(0.0, 9.0, height - (24 + 14 * (grain - 0.5))) * smoothstep(0.38, 0.6, flat + 0.16 * (grain - 0.5))
    shade = mix(palette.at(0.28), palette.at(0.5), 0.5)
    dark = mix(rock, shade, snow * 0.8)
    bright = mix(rock * 1.15 + air.light * 0.22, air.light, snow * 0.9)
    colour = mix(dark, bright, np.clip(lit * _SUNLIGHT[air.time], 0, 1))
    away = 1 - np.exp(-((seen.distance / np.float32(470.0)) ** 1.3))
    mist = np.exp(-np.clip(height, 0, None) / np.float32(9.0)) * smoothstep(90.0, 300.0, seen.distance) * 0.7
    haze = mix(air.middle, air.haze, smoothstep(250.0, 800.0, seen.distance))
    if air.is_night:
        haze = haze * 0.85
    return mix(colour, haze, np.clip(away * 0.8 + mist * (1 - away), 0, 0.94))


def _slope(canvas: Canvas, level: float, side: float) -> tuple[Layer, F32]:
    """The near ground with grass against the light, rows of pines behind its edge; and its top row by column."""
    rng, unit = canvas.rng, canvas.unit
    lean = (np.linspace(-1, 1, canvas.columns, dtype=np.float32)) * np.float32(side * 0.06)
    hill = canvas.py(level) + ((0.5 - line(rng, canvas.columns, cells=3.2, octaves=6, gain=0.42)) * 0.16 - lean) * unit
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None]
    cover = np.clip(rows - hill[None, :] + 0.5, 0, 1)
    trees = pines(
        canvas, hill, count=int(46 * canvas.width / unit / 1.78) + 10, tall=(0.07, 0.24), clear=0.5 - side * -0.15
    )
    cover = np.maximum(cover, trees)
    below = np.clip((rows - hill[None, :]) / np.float32(unit * 0.3), 0, 1)
    air = canvas.air
    dark = canvas.palette.at(0.0) * 0.75 + air.haze * 0.05
    colour = mix(dark + air.haze * 0.13, dark * 0.8, smoothstep(0.0, 0.9, below))
    grain = fbm(rng, canvas.shape, cells=(90, 60), octaves=3)
    colour = colour * (0.75 + 0.5 * grain[..., None])
    return canvas.layer("ground", 0.72, colour.astype(np.float32), cover), hill
