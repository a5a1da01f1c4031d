"""Skies: gradient, sun or moon, stars, clouds lit from their light's side."""

import numpy as np

from clavilux_stage.canvas import Canvas, mix, screen
from clavilux_stage.noise import F32, blurred, displaced, fbm, smoothstep


def gradient(canvas: Canvas, horizon: float, light: tuple[float, float]) -> F32:
    """The air from its top to the horizon (a fraction of the height), warmer and brighter around the light."""
    air = canvas.air
    t = np.clip((canvas.vv + 0.12) / np.float32(horizon + 0.12), 0, 1) * np.ones_like(canvas.uu)
    side = np.exp(-(((canvas.uu - np.float32(light[0])) * np.float32(1.6)) ** 2))
    low = smoothstep(0.45, 1.0, t) * (0.55 + 0.45 * side)
    sky = mix(mix(air.top, air.middle, smoothstep(0.0, 0.72, t)), air.horizon, low)
    reach = canvas.distance(*light)
    bright = float(air.horizon @ np.array([0.3, 0.59, 0.11], np.float32))
    power = 0.16 if air.is_night else 0.5 - 0.36 * bright
    halo = np.exp(-reach * 2.6) * power + np.exp(-reach * 9.0) * power * 0.7
    return screen(sky, air.light * halo[..., None])


def sun(canvas: Canvas, sky: F32, light: tuple[float, float], radius: float) -> F32:
    """The sky with the sun's disc: a bright core that melts into its halo. `radius` is in units."""
    reach = canvas.distance(*light)
    disc = smoothstep(radius * 1.04, radius * 0.95, reach)
    core = canvas.air.light * np.float32(0.6) + np.float32(0.4)
    return mix(screen(sky, canvas.air.light * (np.exp(-reach / radius * 0.9) * 0.5)[..., None]), core, disc)


def moon(canvas: Canvas, sky: F32, light: tuple[float, float], radius: float) -> F32:
    """The sky with a moon: seas, a darker limb and a soft ring of light."""
    reach = canvas.distance(*light)
    seas = fbm(canvas.rng, canvas.shape, cells=(26, 46), octaves=4)
    limb = np.sqrt(np.clip(1 - (reach / radius) ** 2, 0, 1))
    face = (0.62 + 0.38 * limb) * (0.74 + 0.36 * smoothstep(0.35, 0.62, seas))
    disc = smoothstep(radius * 1.02, radius * 0.97, reach)
    ring = np.exp(-np.clip(reach - radius, 0, None) / radius * 0.9) * 0.3
    return mix(screen(sky, canvas.air.light * ring[..., None]), canvas.air.light * face[..., None], disc)


def stars(canvas: Canvas, count: int, bottom: float = 1.1) -> F32:
    """Light (rows, columns, 3) of stars of many sizes and temperatures above `bottom` (a fraction of the height)."""
    rng = canvas.rng
    light = np.zeros((*canvas.shape, 3), np.float32)
    xs = rng.integers(0, canvas.columns, count)
    ys = rng.integers(0, max(int(canvas.py(min(bottom, 1.1))), 2), count)
    size = rng.pareto(1.6, count).astype(np.float32)
    tint = 0.75 + 0.25 * rng.random((count, 3), dtype=np.float32)
    light[ys, xs] = np.clip(0.16 + 0.24 * size, 0, 1)[:, None] * tint
    big = np.zeros_like(light)
    chosen = size > 3.2
    big[ys[chosen], xs[chosen]] = tint[chosen]
    out: F32 = np.clip(light + blurred(big, 1.3) * 7 + blurred(big, 4.0) * 9, 0, 1)
    return out


def clouds(canvas: Canvas, light: tuple[float, float], horizon: float, amount: float) -> tuple[F32, F32]:
    """Colour and coverage of clouds in perspective: flat and long near the horizon, lit on the light's side."""
    air = canvas.air
    rows, columns = canvas.shape
    high = fbm(canvas.rng, canvas.shape, cells=(5, 3.2), octaves=6, gain=0.55)
    swirl = fbm(canvas.rng, canvas.shape, cells=(4, 4), octaves=3) - 0.5
    # Rows are squeezed toward the horizon, as a ceiling of clouds is.
    t = np.clip(canvas.vv / np.float32(max(horizon, 0.05)), -0.4, 0.985)
    squeezed = (0.62 / (1.08 - t) - canvas.vv) * np.float32(rows * 0.3)
    field = displaced(high, swirl * np.float32(columns * 0.07), squeezed + swirl * np.float32(rows * 0.05))
    edge = 0.66 - 0.24 * amount
    cover = smoothstep(edge, edge + 0.2, field) * smoothstep(horizon + 0.01, horizon - 0.16, canvas.vv)
    toward_x = np.float32(np.sign(light[0] - 0.5) or 1) * 5
    lit = np.clip((field - displaced(field, np.full_like(field, toward_x), np.full_like(field, 7.0))) * 9 + 0.35, 0, 1)
    near = np.exp(-canvas.distance(*light) * 1.5)
    thin = smoothstep(edge + 0.3, edge, field)
    body = mix(air.middle * 0.62 + air.shadow * 0.2, air.horizon, 0.25 + 0.5 * near)
    bright = mix(air.horizon, air.light, 0.3 + 0.7 * near)
    if air.is_night:
        body, bright = body * 0.55, bright * 0.6
    colour = mix(body, bright, np.clip(lit * 0.75 + thin * near * 0.7, 0, 1))
    return colour, cover * np.float32(0.88)
