"""No place at all: folds of light like silk or ink, bands of glass, threads that follow the music."""

import numpy as np

from clavilux_stage.canvas import Canvas, mix, screen
from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, blurred, displaced, fbm, line, smoothstep
from clavilux_stage.places.site import Site

_GEOMETRIC = ("geometric", "shape", "triangle", "circle", "kaleidoscope", "fractal", "crystal", "glass", "cube")


def paint(canvas: Canvas) -> Site:
    """Folds behind, something of glass or of threads before them."""
    words = canvas.spec.description.lower()
    light = (canvas.uniform(0.25, 0.75), canvas.uniform(0.2, 0.5))
    layers = [canvas.layer("sky", 0.1, _folds(canvas, light, fine=1.0))]
    if any(word in words for word in _GEOMETRIC) or canvas.rng.random() < 0.3:
        layers += _discs(canvas, light)
    else:
        layers += _veils(canvas, light)
    layers.append(_threads(canvas))
    return Site(tuple(layers), light, 0.3, (0.5, 1.2), 0.9, 0.66, weather="dust", look_at=(1 - light[0], 0.6))


def _height(canvas: Canvas, fine: float) -> F32:
    """Noise bent by itself until it flows."""
    rng, unit = canvas.rng, np.float32(canvas.unit)
    turn = canvas.uniform(-0.5, 0.5)
    bend_x = fbm(rng, canvas.shape, cells=(1.6 * fine, 2.2 * fine), octaves=3) - 0.5
    bend_y = fbm(rng, canvas.shape, cells=(1.6 * fine, 2.2 * fine), octaves=3) - 0.5
    slow = displaced(bend_x, bend_y * unit * 0.9, bend_x * unit * 0.9)
    flow = canvas.vv * np.float32(np.cos(turn)) + canvas.uu * np.float32(np.sin(turn))
    waves = np.sin((flow * 2.2 + slow * 4.2 + bend_y * 2.6) * np.float32(3.1 * fine + 1.2))
    detail = displaced(fbm(rng, canvas.shape, cells=(2, 5), octaves=4), slow * unit * 1.4, bend_x * unit * 1.1)
    out: F32 = blurred((waves * 0.5 + detail * 0.7).astype(np.float32), 1.6)
    return out


def _folds(canvas: Canvas, light: tuple[float, float], *, fine: float) -> F32:
    """A cloth of the palette's colours under one light, with a sheen along its folds."""
    height = _height(canvas, fine)
    slope = np.float32(canvas.unit * 0.11)
    dx = np.gradient(height, axis=1).astype(np.float32) * slope
    dy = np.gradient(height, axis=0).astype(np.float32) * slope
    length = np.sqrt(dx * dx + dy * dy + 1)
    reach = canvas.distance(*light)
    lx = np.clip((np.float32(light[0]) - canvas.uu) * 1.6, -0.8, 0.8)
    ly = np.clip((np.float32(light[1]) - canvas.vv) * 1.6, -0.8, 0.8)
    facing = np.clip((-dx * lx - dy * ly + 0.55) / length, 0, 1)
    sheen = np.clip((-dx * lx * 1.2 - dy * ly * 1.2 + 0.75) / length / 1.15, 0, 1) ** 14
    near = np.exp(-reach * 1.15)
    tone = np.clip(0.06 + 0.5 * facing * (0.45 + 0.75 * near) + 0.2 * (height - 0.35) + 0.16 * near, 0, 0.9)
    colour = canvas.palette.ramp(tone) * (0.35 + 0.75 * facing)[..., None]
    one, two = canvas.palette.accents()
    other = smoothstep(0.35, 0.7, fbm(canvas.rng, canvas.shape, cells=(1.6, 2.4), octaves=2))
    colour = mix(colour, mix(one, two, other) * (0.15 + 0.85 * facing)[..., None], 0.28 + 0.2 * other)
    colour = screen(colour, canvas.air.light * (sheen * (0.12 + 0.5 * near))[..., None])
    return colour.astype(np.float32)


def _veils(canvas: Canvas, light: tuple[float, float]) -> list[Layer]:
    """Translucent cloths before the first one, each nearer and softer-edged."""
    layers = []
    for k, depth in enumerate((0.36, 0.6)):
        colour = _folds(canvas, light, fine=0.75 - 0.15 * k)
        edge = line(canvas.rng, canvas.columns, cells=2.4, octaves=4)[None, :]
        way = 1.0 if (k + int(canvas.rng.integers(2))) % 2 else -1.0
        where = (canvas.vv - 0.5) * way - (edge - 0.5) * 1.5 - canvas.uniform(0.05, 0.22)
        cover = smoothstep(0.0, 0.012 + 0.03 * k, where) * (0.96 - 0.1 * k)
        rim = np.exp(-np.clip(where, 0, None) / 0.012) * cover
        shade = 1 - 0.45 * np.exp(-np.clip(where, 0, None) / 0.2)
        lit = screen(colour * shade[..., None].astype(np.float32), canvas.air.light * (rim * 0.3)[..., None])
        under = np.exp(-np.clip(-where, 0, None) / 0.07) * (1 - cover) * 0.55
        layers.append(canvas.layer("mid", depth - 0.04, np.zeros_like(colour), under.astype(np.float32)))
        layers.append(canvas.layer("mid", depth, lit, cover.astype(np.float32)))
    return layers


def _discs(canvas: Canvas, light: tuple[float, float]) -> list[Layer]:
    """Rings and discs of coloured glass, some with a lit edge."""
    layers = []
    one, two = canvas.palette.accents()
    for k in range(int(canvas.rng.integers(4, 7))):
        size = canvas.uniform(0.1, 0.42)
        at = (canvas.uniform(0.02, 0.98), canvas.uniform(0.05, 0.95))
        reach = canvas.distance(*at)
        ring = canvas.rng.random() < 0.5
        disc = smoothstep(size, size - 0.004, reach)
        inner = smoothstep(size * 0.8, size * 0.8 + 0.004, reach) if ring else np.ones_like(reach)
        cover = disc * inner
        across = ((canvas.uu - at[0]) * (light[0] - at[0]) + (canvas.vv - at[1]) * (light[1] - at[1])) / size
        tint = mix(one, two, canvas.uniform(0, 1))
        body = mix(canvas.palette.at(0.12), tint, np.clip(0.45 + 1.4 * across, 0, 1))
        rim = np.exp(-(((reach - size) / 0.006) ** 2)) + np.exp(-np.abs(reach - size) / 0.02) * 0.3
        depth = 0.3 + 0.1 * k
        layers.append(canvas.layer("mid", min(depth, 0.85), body, cover * np.float32(canvas.uniform(0.55, 0.92))))
        edge = tint * (rim * np.clip(0.35 + across, 0.08, 1) * 0.8)[..., None]
        phase = np.full(canvas.shape, 0.55 + 0.4 * canvas.rng.random(), np.float32)
        layers.append(canvas.glow(min(depth, 0.85), edge.astype(np.float32), phase))
    return layers


def _threads(canvas: Canvas) -> Layer:
    """Fine lines of light that run together; each has its own phase in the music."""
    light = np.zeros((*canvas.shape, 3), np.float32)
    phase = np.full(canvas.shape, 0.6, np.float32)
    one, two = canvas.palette.accents()
    base = line(canvas.rng, canvas.columns, cells=2.0, octaves=2)
    other = line(canvas.rng, canvas.columns, cells=3.0, octaves=2)
    level, spread = canvas.uniform(0.3, 0.7), canvas.uniform(0.15, 0.35)
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None]
    fade = 0.25 + 0.75 * line(canvas.rng, canvas.columns, cells=3, octaves=2)[None, :]
    for k in range(13):
        share = k / 12
        v = level + (base - 0.5) * 0.9 + (other - 0.5) * spread * (share - 0.5) * 4
        y = (canvas.top + v * canvas.height)[None, :]
        away = np.abs(rows - y)
        glow = (
            np.exp(-((away / np.float32(1.0 * canvas.unit / 576)) ** 2)) * 0.8
            + np.exp(-away / np.float32(canvas.unit * 0.01)) * 0.1
        )
        glow = glow * fade
        phase = np.where(glow > 0.03, 0.55 + 0.43 * share, phase)
        light += mix(one, two, share) * glow[..., None]
    return canvas.glow(0.7, np.clip(light, 0, 1).astype(np.float32), phase.astype(np.float32))
