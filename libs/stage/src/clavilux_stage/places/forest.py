"""A wood: trunks that fade into lit mist, shafts of light, ferns, leaves before the lens."""

import cv2
import numpy as np

from clavilux_stage import sky
from clavilux_stage.canvas import Canvas, mix, screen
from clavilux_stage.flora import fern, trunk
from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, U8, blurred, displaced, fbm, line, smoothstep
from clavilux_stage.places.site import Site

# depth, trunks, width of a trunk (units), share of mist, row of the ground
_RANKS = (
    (0.12, 34, 0.011, 0.84, 0.66),
    (0.22, 22, 0.02, 0.64, 0.7),
    (0.34, 13, 0.034, 0.4, 0.76),
    (0.54, 7, 0.062, 0.16, 0.86),
)


def paint(canvas: Canvas) -> Site:
    """Four ranks of trees around a clearing with light in it."""
    side = float(canvas.rng.choice([-1.0, 1.0]))
    light = (0.5 + side * canvas.uniform(0.02, 0.16), canvas.uniform(0.26, 0.4))
    layers = [canvas.layer("sky", 0.0, _clearing(canvas, light))]
    for k in range(len(_RANKS)):
        layers.append(_rank(canvas, k, light))
        if k == 1:
            layers.append(canvas.glow(0.24, _shafts(canvas, light), np.full(canvas.shape, 0.3, np.float32)))
    layers.append(_frame(canvas))
    feet = (light[0] - side * canvas.uniform(0.03, 0.1), 0.885)
    weather = "embers" if canvas.air.is_night and canvas.rng.random() < 0.5 else "dust"
    return Site(tuple(layers), light, 0.6 if not canvas.air.is_night else 0.35, feet, 0.34, 0.54, 1, weather)


def _clearing(canvas: Canvas, light: tuple[float, float]) -> F32:
    """Mist lit from within, and far off the ghosts of more trees."""
    air = canvas.air
    reach = canvas.distance(*light)
    glow = np.exp(-reach * 2.0)
    power = 0.7 if air.is_night else 1.0
    base = mix(mix(canvas.palette.at(0.2), air.middle, 0.4), air.horizon, np.clip(glow * 1.15, 0, 1))
    base = screen(base * np.float32(0.6 + 0.3 * power), air.light * (np.exp(-reach * 3.6) * 0.55 * power)[..., None])
    streaks = fbm(canvas.rng, canvas.shape, cells=(1.2, 70), octaves=3)
    ghosts = smoothstep(0.46, 0.7, streaks) * (1 - 0.75 * glow)
    base = base * (1 - 0.26 * ghosts)[..., None]
    if air.is_night:
        base = screen(base, sky.stars(canvas, 260, 0.3) * np.float32(0.6))
        base = sky.moon(canvas, base, light, canvas.uniform(0.05, 0.07))
    leaves = fbm(canvas.rng, canvas.shape, cells=(26, 46), octaves=5)
    crown = smoothstep(0.4, 0.62, leaves + (0.24 - canvas.vv) * 1.2 - 0.3 * glow)
    return mix(base, mix(canvas.palette.at(0.16), air.haze, 0.35), crown * 0.6)


def _rank(canvas: Canvas, index: int, light: tuple[float, float]) -> Layer:
    depth, count, width, mist, level = _RANKS[index]
    rng, unit = canvas.rng, canvas.unit
    mask: U8 = np.zeros(canvas.shape, np.uint8)
    ground = canvas.py(level) + (line(rng, canvas.columns, cells=4, octaves=6) - 0.5) * np.float32(unit * 0.07)
    clear = 0.05 + 0.07 * index
    total = int(count * max(canvas.width / unit / 1.78, 0.5)) + 1
    for k in range(total):
        u = -0.15 + 1.3 * (k + rng.uniform(0.05, 0.95)) / total
        if abs(u - light[0]) < clear:
            u += 0.9 * clear * np.sign(u - light[0] + 1e-6)
        x = canvas.px(float(u))
        foot = float(ground[int(np.clip(x, 0, canvas.columns - 1))]) + unit * 0.012
        trunk(mask, (x, foot), canvas.rows * 1.1, unit * width * rng.uniform(0.55, 1.35), rng)
    stems = mask.astype(np.float32) / 255
    leaves = _crown(canvas, index, light)
    floor = _floor(canvas, index, ground)
    cover = np.maximum(np.maximum(stems, leaves), floor)
    return canvas.layer("mid" if index < 3 else "ground", depth, _shaded(canvas, stems, ground, light, mist), cover)


def _crown(canvas: Canvas, index: int, light: tuple[float, float]) -> F32:
    """Leaves from above, lighter where the light is."""
    size = (84, 66, 52, 44)[index]
    leaves = fbm(canvas.rng, canvas.shape, cells=(size, size * 1.7), octaves=4, gain=0.62)
    masses = fbm(canvas.rng, canvas.shape, cells=(3, 6), octaves=3)
    hang = 0.12 + 0.06 * index
    open_sky = 0.24 * np.exp(-(((canvas.uu - np.float32(light[0])) / 0.16) ** 2))
    field = leaves * 0.55 + masses * 0.8 + (hang - canvas.vv) * 1.6 - 0.36 - open_sky
    return smoothstep(0.47, 0.53, field)


def _floor(canvas: Canvas, index: int, ground: F32) -> F32:
    """The ground with what grows on it, (rows, columns)."""
    mask: U8 = np.zeros(canvas.shape, np.uint8)
    rng, unit = canvas.rng, canvas.unit
    for _ in range((60, 60, 46, 34)[index]):
        x = rng.uniform(0, canvas.columns)
        size = unit * (0.018, 0.03, 0.055, 0.1)[index] * rng.uniform(0.5, 1.3)
        fern(mask, (x, float(ground[int(x) % canvas.columns]) + size * 0.15), size, rng)
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None]
    out: F32 = np.maximum(np.clip(rows - ground[None, :] + 0.5, 0, 1), mask.astype(np.float32) / 255)
    return out


def _shaded(canvas: Canvas, stems: F32, ground: F32, light: tuple[float, float], mist: float) -> F32:
    """Dark wood, a bright edge on the light's side, mist over all: more of it below and toward the light."""
    air, unit = canvas.air, canvas.unit
    bark = fbm(canvas.rng, canvas.shape, cells=(10, 240), octaves=3)
    reach = canvas.distance(*light)
    near = np.exp(-reach * 1.9)
    body = mix(canvas.palette.at(0.0) * 0.75, canvas.palette.at(0.2), 0.15 + 0.4 * bark)
    toward = np.clip((np.float32(light[0]) - canvas.uu) * 9, -1, 1) * np.float32(max(unit * 0.006, 2))
    soft = blurred(stems, 1.2)
    edge = np.clip(soft - displaced(soft, toward + 0 * stems, np.zeros_like(stems)), 0, 1) ** 1.4
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None]
    edge = edge * smoothstep(-0.01, -0.12, (rows - ground[None, :]) / np.float32(canvas.rows))
    body = screen(body, air.light * (edge * (0.08 + 1.1 * near) * (0.4 if air.is_night else 0.75))[..., None])
    below = np.clip((rows - ground[None, :]) / np.float32(unit * 0.22), 0, 1) * (1 - stems)
    moss = fbm(canvas.rng, canvas.shape, cells=(50, 60), octaves=4)
    lit_floor = smoothstep(0.42, 0.7, moss) * np.exp(-(((canvas.uu - np.float32(light[0])) / 0.2) ** 2)) * below
    body = screen(body, mix(air.horizon, air.light, 0.4) * (lit_floor * 0.3 * (1 - 0.5 * below))[..., None])
    haze = mix(air.haze * np.float32(0.62), air.horizon, np.clip(near * 1.2, 0, 1))
    low = smoothstep(0.35, 0.85, canvas.vv) * 0.22
    return mix(body, haze, np.clip(mist * (0.72 + 0.4 * near) + low * mist, 0, 0.96).astype(np.float32))


def _shafts(canvas: Canvas, light: tuple[float, float]) -> F32:
    """Light that falls through the leaves: long soft wedges away from it."""
    angle = np.arctan2(canvas.vv - np.float32(light[1] - 0.5), (canvas.uu - np.float32(light[0])) * 1.4)
    table = line(canvas.rng, 1024, cells=46, octaves=3, gain=0.6)
    index = np.clip((angle / np.pi + 1) * 512, 0, 1023).astype(np.int32)
    wedges = smoothstep(0.5, 0.8, blurred(table[index], 1.2))
    fade = smoothstep(-0.15, 0.3, canvas.vv) * smoothstep(1.0, 0.45, canvas.vv) * np.exp(-canvas.distance(*light) * 1.5)
    power = 0.34 if canvas.air.is_night else 0.42
    out: F32 = (canvas.air.light * (wedges * fade * power)[..., None]).astype(np.float32)
    return out


def _frame(canvas: Canvas) -> Layer:
    """Leaves and grass close to the lens: dark, out of focus, at the edges only."""
    rng, unit = canvas.rng, canvas.unit
    mask: U8 = np.zeros(canvas.shape, np.uint8)
    for _ in range(46):
        u = float(rng.choice([-0.1, 1.1]) + rng.normal(0, 0.12)) if rng.random() < 0.75 else float(rng.uniform(0, 1))
        size = unit * rng.uniform(0.1, 0.26) * (0.5 + min(abs(u - 0.5) * 1.5, 0.9))
        fern(mask, (canvas.px(u), canvas.rows + size * 0.1), size, rng)
    hang = fbm(rng, canvas.shape, cells=(9, 16), octaves=4, gain=0.6)
    corner = np.abs(canvas.uu - 0.5) * 1.5 - 0.35 + (0.06 - canvas.vv) * 1.5
    cover = np.maximum(mask.astype(np.float32) / 255, smoothstep(0.56, 0.62, hang * 0.7 + corner * 0.62))
    cover = cv2.GaussianBlur(cover, (0, 0), unit * 0.0035)
    colour = np.broadcast_to(canvas.palette.at(0.0) * np.float32(0.4), (*canvas.shape, 3))
    return canvas.layer("near", 1.0, colour.astype(np.float32), cover * np.float32(0.97))
