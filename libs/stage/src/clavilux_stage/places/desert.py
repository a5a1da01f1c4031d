"""Sand: dunes in true perspective with sharp crests and long shadows, mesas in the haze."""

import numpy as np

from clavilux_stage import sky, terrain
from clavilux_stage.canvas import Canvas, mix, screen
from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, fbm, line, smoothstep
from clavilux_stage.places.site import Site

_FIELD = 1024


def paint(canvas: Canvas) -> Site:
    """Dunes under a low, large sun."""
    air = canvas.air
    horizon = canvas.uniform(0.5, 0.58)
    side = float(canvas.rng.choice([-1.0, 1.0]))
    light = (0.5 + side * canvas.uniform(0.05, 0.25), horizon - canvas.uniform(0.06, 0.2))
    if air.is_night:
        light = (light[0], canvas.uniform(0.14, 0.26))
    heaven = sky.gradient(canvas, horizon, light)
    if air.is_night:
        heaven = screen(heaven, sky.stars(canvas, 2200, horizon))
        heaven = sky.moon(canvas, heaven, light, canvas.uniform(0.05, 0.08))
    else:
        heaven = sky.sun(canvas, heaven, light, canvas.uniform(0.06, 0.11))
    colour, cover = sky.clouds(canvas, light, horizon + 0.05, canvas.uniform(0.1, 0.5))
    layers = [canvas.layer("sky", 0.0, heaven), canvas.layer("clouds", 0.04, colour, cover * np.float32(0.8))]
    layers.append(_mesas(canvas, horizon))
    layers += _dunes(canvas, horizon, side)
    feet = (0.5 - side * canvas.uniform(0.06, 0.2), canvas.uniform(0.86, 0.92))
    return Site(tuple(layers), light, 0.65 if not air.is_night else 0.3, feet, 0.3, 0.6, weather="dust")


def _mesas(canvas: Canvas, horizon: float) -> Layer:
    """Table mountains: noise whose heights are pressed into terraces."""
    raw = line(canvas.rng, canvas.columns, cells=canvas.uniform(3, 6), octaves=7, gain=0.42)
    steps = smoothstep(0.5, 0.56, raw) * 0.5 + smoothstep(0.66, 0.7, raw) * 0.4 + raw * 0.12
    fray = line(canvas.rng, canvas.columns, cells=60, octaves=4) * 0.06
    edge = canvas.py(horizon + 0.02) - (steps + fray) * np.float32(canvas.unit * canvas.uniform(0.08, 0.17))
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None]
    cover = np.clip(rows - edge[None, :] + 0.5, 0, 1)
    lower = np.clip((rows - edge[None, :]) / np.float32(canvas.unit * 0.13), 0, 1)
    strata = fbm(canvas.rng, canvas.shape, cells=(90, 7), octaves=3)
    rock = mix(canvas.palette.at(0.24), canvas.palette.at(0.42), strata)
    colour = mix(rock, canvas.air.haze, 0.42 + 0.5 * lower)
    return canvas.layer("far", 0.1, colour, cover.astype(np.float32))


def _field(canvas: Canvas) -> F32:
    """Dunes: bent waves with a long windward and a short lee side; small ones ride on large ones."""
    z, x = np.mgrid[0:_FIELD, 0:_FIELD].astype(np.float32)
    total = np.zeros((_FIELD, _FIELD), np.float32)
    turn = canvas.uniform(-0.7, 0.7)
    for waves, height, bend in ((5, 15.0, 120.0), (11, 5.0, 60.0)):
        warp = terrain.repeating(canvas.rng, _FIELD, slope=2.6, lowest=3) * np.float32(bend)
        across = round(waves * np.tan(turn))
        phase = ((z * waves + x * across) / _FIELD + warp * waves / _FIELD) % 1.0
        crest = 0.7
        shape = np.where(phase < crest, phase / crest, (1 - phase) / (1 - crest))
        shape = shape * shape * (3 - 2 * shape) * 0.55 + shape * 0.45
        size = np.clip(0.6 + 0.4 * terrain.repeating(canvas.rng, _FIELD, slope=2.2, lowest=3), 0.1, 1.4)
        total += np.float32(height) * shape.astype(np.float32) * size
    total += terrain.repeating(canvas.rng, _FIELD, slope=2.2, lowest=4) * 3.0
    return total.astype(np.float32)


def _dunes(canvas: Canvas, horizon: float, side: float) -> list[Layer]:
    field = _field(canvas)
    sun = (side * 0.86, 0.3, 0.42)
    normal = terrain.normals(field)
    facing = np.clip(normal @ np.array(sun, np.float32), 0, 1) * terrain.shadowed(field, sun)
    packed = np.dstack([facing, normal[..., 0], normal[..., 2]]).astype(np.float32)
    start = canvas.uniform(0, 1000)
    ground = float(field[(int(start) + 30) % _FIELD, 512])
    view = terrain.View(max(ground + 13, 26.0), 512, start, canvas.py(horizon), canvas.unit * 1.35)
    layers = []
    for near, far, depth, bottom in ((200, 900, 0.16, 0.2), (75, 200, 0.3, 0.36), (18, 75, 0.48, 0.66)):
        seen = terrain.look(field, view, near=near, far=far, shape=canvas.shape)
        layers.append(canvas.layer("ground", depth, _sand(canvas, seen, packed), seen.cover, depth_bottom=bottom))
    return layers


def _sand(canvas: Canvas, seen: terrain.Seen, packed: F32) -> F32:
    air, palette = canvas.air, canvas.palette
    facing, tilt_x, tilt_z = (terrain.sampled(packed, seen)[..., k] for k in range(3))
    comb = terrain.repeating(canvas.rng, 512, slope=1.6, lowest=40, stretch=3.0)
    close = terrain.Seen(seen.cover, seen.distance, seen.x * 7, seen.z * 7)
    ripples = terrain.sampled(comb, close) * np.exp(-seen.distance / np.float32(60.0))
    lit = np.clip(facing * 1.7 + ripples * 0.09 * (0.3 + facing), 0, 1)
    dark = mix(palette.at(0.1), palette.at(0.34), np.clip(0.5 + tilt_z * 0.8, 0, 1))
    dark = dark * np.float32(0.8) + air.middle * np.float32(0.06)
    sand = mix(palette.at(0.62), palette.at(0.86), np.clip(lit + tilt_x * 0.3, 0, 1))
    bright = sand * np.float32(0.8) + air.light * np.float32(0.16)
    if air.is_night:
        dark, bright = dark * 0.6, bright * 0.6
    colour = mix(dark, bright, smoothstep(0.04, 0.85, lit))
    away = 1 - np.exp(-((seen.distance / np.float32(430.0)) ** 1.3))
    return mix(colour, air.haze, np.clip(away * 0.85, 0, 0.9))
