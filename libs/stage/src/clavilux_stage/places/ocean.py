"""The sea: waves in true perspective that mirror the sky, a path of light, an island or none."""

import numpy as np

from clavilux_stage import sky, terrain
from clavilux_stage.canvas import Canvas, mix, screen
from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, blurred, fbm, line, smoothstep
from clavilux_stage.places.site import Site

_FIELD = 1024


def paint(canvas: Canvas) -> Site:
    """Open water under a low light, rocks or sand in front."""
    air = canvas.air
    horizon = canvas.uniform(0.5, 0.6)
    side = float(canvas.rng.choice([-1.0, 1.0]))
    lift = canvas.uniform(0.03, 0.16) if not air.is_night else canvas.uniform(0.24, 0.36)
    light = (0.5 + side * canvas.uniform(0.0, 0.2), horizon - lift)
    heaven = _heaven(canvas, horizon, light)
    layers = [canvas.layer("sky", 0.0, heaven)]
    colour, cover = sky.clouds(canvas, light, horizon + 0.02, canvas.uniform(0.4, 1.0))
    layers.append(canvas.layer("clouds", 0.04, colour, cover))
    if canvas.rng.random() < 0.7:
        layers.append(_islands(canvas, horizon))
    layers += _water(canvas, horizon, light, mix(heaven, colour, cover))
    shore, top = _shore(canvas, side)
    layers.append(shore)
    feet_u = 0.5 - side * canvas.uniform(0.12, 0.22)
    row = float(top[int(canvas.px(feet_u))]) + canvas.unit * 0.014
    feet = (feet_u, (row - canvas.top) / canvas.height)
    return Site(tuple(layers), light, 0.75 if not air.is_night else 0.3, feet, 0.36, 0.7)


def _heaven(canvas: Canvas, horizon: float, light: tuple[float, float]) -> F32:
    heaven = sky.gradient(canvas, horizon, light)
    if canvas.air.is_night:
        heaven = screen(heaven, sky.stars(canvas, 1300, horizon))
        return sky.moon(canvas, heaven, light, canvas.uniform(0.05, 0.08))
    return sky.sun(canvas, heaven, light, canvas.uniform(0.05, 0.085))


def _islands(canvas: Canvas, horizon: float) -> Layer:
    ridge = line(canvas.rng, canvas.columns, cells=canvas.uniform(2, 4), octaves=8, gain=0.46)
    mask = smoothstep(0.52, 0.8, line(canvas.rng, canvas.columns, cells=2.2, octaves=2))
    edge = canvas.py(horizon) - (ridge**1.6) * mask * np.float32(canvas.unit * canvas.uniform(0.1, 0.22))
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None]
    cover = np.clip(rows - edge[None, :] + 0.5, 0, 1) * np.clip(canvas.py(horizon) + 6 - rows, 0, 1)
    cover = cover * (mask > 0.02)[None, :]
    lower = np.clip((rows - edge[None, :]) / np.float32(canvas.unit * 0.1), 0, 1)
    body = mix(canvas.palette.at(0.2), canvas.air.haze, 0.4 + 0.45 * lower)
    return canvas.layer("far", 0.1, body, cover.astype(np.float32))


def _waves(canvas: Canvas) -> F32:
    """A height field of wind waves: long crests across the view, sharper above than below."""
    rng = canvas.rng
    swell = terrain.repeating(rng, _FIELD, slope=2.3, lowest=14, stretch=2.2)
    chop = terrain.repeating(rng, _FIELD, slope=1.9, lowest=42, stretch=1.5)
    field = 0.75 * swell + 0.5 * (1 - np.abs(chop) * 1.25)
    out: F32 = (field * canvas.uniform(0.75, 1.15)).astype(np.float32)
    return out


def _water(canvas: Canvas, horizon: float, light: tuple[float, float], heaven: F32) -> list[Layer]:
    air, palette = canvas.air, canvas.palette
    field = _waves(canvas)
    edge = canvas.py(horizon)
    view = terrain.View(15.0, 512, canvas.uniform(0, 900), edge, canvas.unit * 1.4)
    seen = terrain.look(field, view, near=16, far=4000, shape=canvas.shape)
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None] * np.ones((1, canvas.columns), np.float32)
    cover = np.clip(rows - edge + 0.5, 0, 1)
    normal = terrain.sampled(terrain.normals(field), seen)
    detail = terrain.repeating(canvas.rng, 512, slope=1.5, lowest=24, stretch=1.6)
    fine = terrain.sampled(
        terrain.normals(detail * np.float32(0.55)), terrain.Seen(cover, seen.distance, seen.x * 4, seen.z * 4)
    )
    calm = np.exp(-seen.distance / np.float32(420.0))
    tilt_x = (normal[..., 0] * 0.8 + fine[..., 0] * 0.55) * (0.25 + 0.75 * calm)
    tilt_z = (normal[..., 2] * 0.8 + fine[..., 2] * 0.55) * (0.25 + 0.75 * calm)
    # What a facet mirrors: it looks up by twice its tilt, so slopes toward us show the higher, darker sky.
    down = np.clip((rows - edge) / np.float32(canvas.rows - edge), 0, 1)
    up = np.clip(0.06 + 0.5 * down - 1.1 * tilt_z, 0.0, 1)
    sky_seen = mix(mix(air.horizon, air.middle, smoothstep(0.0, 0.45, up)), air.top, smoothstep(0.35, 1.0, up))
    warm = np.exp(-(((canvas.uu - np.float32(light[0])) * 1.9) ** 2)) * (1 - 0.6 * down)
    sky_seen = mix(sky_seen, mix(air.horizon, air.light, 0.25), warm * smoothstep(0.5, 0.0, up) * 0.7)
    facing = np.clip(0.5 * down + 0.75 * tilt_z * -1.0 + 0.12, 0, 1)
    mirror = np.clip(1.0 - 0.95 * facing, 0.16, 1)
    deep = mix(palette.at(0.03), palette.at(0.26), 0.4 + 0.3 * np.clip(tilt_x + 0.5, 0, 1))
    water = mix(deep, sky_seen, mirror * 0.82)
    water = mix(water, mix(air.haze, heaven[max(int(edge) - 3, 0)][None], 0.5), np.exp(-down * 26) * 0.8)
    sparkle = _glitter(canvas, light, rows, edge, tilt_x, tilt_z, down)
    phase = np.clip(0.02 + 0.46 * fbm(canvas.rng, canvas.shape, cells=(160, 90), octaves=1), 0.02, 0.48)
    glow = canvas.glow(0.08, air.light * np.clip(sparkle, 0, 1)[..., None], phase, role="glow_water")
    return [canvas.layer("water", 0.1, water, cover, depth_bottom=0.62), glow]


def _glitter(
    canvas: Canvas, light: tuple[float, float], rows: F32, edge: float, tilt_x: F32, tilt_z: F32, down: F32
) -> F32:
    """The path of light: facets that tilt just so; narrow at the horizon, broad and broken near us."""
    lift = max(edge - canvas.py(light[1]), 4.0) / canvas.unit
    aim_x = (canvas.uu - np.float32(light[0])) * np.float32(canvas.width / canvas.unit)
    wide = 0.05 + 0.55 * down + 0.25 * lift
    off = aim_x / wide + tilt_x * (2.2 + 2.0 * down)
    rise = (0.42 * down - 0.5 * lift) - 1.25 * tilt_z
    shine = np.exp(-(off**2) * 1.6) * np.exp(-((rise / (0.1 + 0.12 * (1 - down))) ** 2))
    near_edge = np.exp(-down * 9) * np.exp(-((aim_x / (0.05 + 0.4 * lift)) ** 2)) * 0.5
    power = (0.95 if not canvas.air.is_night else 0.6) * smoothstep(0.0, 0.004, (rows - edge) / canvas.rows)
    out: F32 = ((shine * (1 - 0.25 * down) + near_edge) * power).astype(np.float32)
    return out


def _shore(canvas: Canvas, side: float) -> tuple[Layer, F32]:
    """Dark rocks at the water's edge, wet on top; and their top row by column."""
    rng, unit = canvas.rng, canvas.unit
    u = canvas.uu[0]
    stand = np.exp(-(((u - (0.5 - side * 0.17)) / 0.24) ** 2)) * 0.05
    edge = canvas.py(0.955) - (line(rng, canvas.columns, cells=5, octaves=8, gain=0.5) * 0.085 + stand) * np.float32(
        unit
    )
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None]
    below = np.clip((rows - edge[None, :]) / np.float32(unit * 0.09), 0, 1)
    cover = np.clip(rows - edge[None, :] + 0.5, 0, 1)
    rough = fbm(rng, canvas.shape, cells=(38, 46), octaves=5, ridged=True)
    wet = smoothstep(0.5, 0.95, rough) * np.exp(-below * 3)
    body = canvas.palette.at(0.0) * np.float32(0.55) + canvas.palette.at(0.2) * (0.35 * rough * (1 - below))[..., None]
    rim = np.exp(-np.clip(rows - edge[None, :], 0, None) / np.float32(unit * 0.003))
    near = np.exp(-np.abs(u - 0.5) * 1.2)[None, :]
    colour = screen(body.astype(np.float32), canvas.air.light * ((wet * 0.16 + rim * 0.3) * near)[..., None])
    return canvas.layer("ground", 0.7, blurred(colour, 0.5), cover.astype(np.float32)), edge
