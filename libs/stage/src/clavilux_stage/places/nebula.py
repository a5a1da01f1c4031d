"""Deep space: folded gas in the palette's colours, dust before it, stars, a planet with its air and perhaps rings."""

import numpy as np

from clavilux_stage import sky
from clavilux_stage.canvas import Canvas, mix, screen
from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, blurred, displaced, fbm, line, read, smoothstep
from clavilux_stage.places.site import Site


def paint(canvas: Canvas) -> Site:
    """Gas, stars and a bright one; a planet in three of four pictures."""
    side = float(canvas.rng.choice([-1.0, 1.0]))
    light = (0.5 + side * canvas.uniform(0.05, 0.24), canvas.uniform(0.24, 0.46))
    gas, veil = _gas(canvas, light)
    far = screen(gas, sky.stars(canvas, 2600) * (0.35 + 0.65 * (1 - veil))[..., None])
    layers = [canvas.layer("sky", 0.0, far)]
    layers.append(canvas.glow(0.06, _bright_stars(canvas, light), np.full(canvas.shape, 0.25, np.float32)))
    wisps, cover = _wisps(canvas, light)
    layers.append(canvas.layer("clouds", 0.22, wisps, cover))
    look_at = light
    if canvas.rng.random() < 0.75:
        planet, look_at = _planet(canvas, light, side)
        layers += planet
    rock, top = _rock(canvas, side)
    if canvas.spec.figure or "astronaut" in canvas.spec.description.lower():
        layers.append(rock)
    feet_u = 0.5 - side * 0.06
    feet = (feet_u, (float(top[int(canvas.px(feet_u))]) + canvas.unit * 0.012 - canvas.top) / canvas.height)
    return Site(tuple(layers), light, 0.4, feet, 0.3, 0.72, look_at=look_at, weather="dust")


def _gas(canvas: Canvas, light: tuple[float, float]) -> tuple[F32, F32]:
    """Colour of the gas, and how thick it is: noise bent by noise bent by noise."""
    rng, scale = canvas.rng, canvas.unit / 576
    bend = [fbm(rng, canvas.shape, cells=(2.4, 3.6), octaves=5) - 0.5 for _ in range(2)]
    reach = np.float32(canvas.uniform(190, 300) * scale)
    first = displaced(fbm(rng, canvas.shape, cells=(2.2, 3.4), octaves=8, gain=0.56), bend[0] * reach, bend[1] * reach)
    second = displaced(
        fbm(rng, canvas.shape, cells=(3, 4.6), octaves=7, gain=0.52), first * reach * 1.1, bend[0] * reach * 1.3
    )
    filament = displaced(
        fbm(rng, canvas.shape, cells=(3.4, 5), octaves=6, ridged=True), bend[1] * reach * 1.5, first * reach * 0.8
    )
    near = np.exp(-canvas.distance(*light) * canvas.uniform(1.3, 2.1))
    density = smoothstep(0.34, 0.78, first * 0.72 + second * 0.28 + near * 0.2)
    tone = np.clip(0.08 + 0.5 * density + 0.26 * (second - 0.5) + 0.2 * density * filament**2, 0, 0.84)
    gas = canvas.palette.ramp(tone) * (0.14 + 0.86 * density)[..., None]
    one, two = canvas.palette.accents()
    other = smoothstep(0.5, 0.72, second) * smoothstep(0.25, 0.6, first) * 0.45
    gas = screen(gas, mix(one, two, smoothstep(0.4, 0.6, bend[1] + 0.5)) * (other * (0.3 + 0.7 * near))[..., None])
    gas = screen(gas, canvas.air.light * (near**2 * 0.42 * (0.35 + 0.65 * density))[..., None])
    dust = smoothstep(0.52, 0.74, filament * 0.6 + (1 - second) * 0.5) * (0.85 - 0.5 * near)
    gas = gas * (1 - 0.8 * dust)[..., None] + canvas.palette.at(0.03) * (0.4 * dust)[..., None]
    return gas.astype(np.float32), np.clip(density + dust * 0.6, 0, 1)


def _bright_stars(canvas: Canvas, light: tuple[float, float]) -> F32:
    """A great star with its cross of light, and a few lesser ones."""
    total = np.zeros((*canvas.shape, 3), np.float32)
    rng = canvas.rng
    places = [(light[0], light[1], 1.0)]
    places += [(rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.12, 0.32)) for _ in range(int(rng.integers(3, 8)))]
    for u, v, size in places:
        x = np.abs(canvas.uu - np.float32(u)) * np.float32(canvas.width / canvas.unit) / size
        y = np.abs(canvas.vv - np.float32(v)) * np.float32(canvas.height / canvas.unit) / size
        reach = np.sqrt(x * x + y * y)
        cross = np.exp(-x * 7.0 - y * 260) + np.exp(-y * 7.0 - x * 260)
        glow = np.exp(-reach * 34) * 1.1 + np.exp(-reach * 7) * 0.3 + cross * 0.6
        tint = mix(canvas.air.light, canvas.palette.at(float(rng.uniform(0.6, 1.0))), 0.4)
        total += tint * (glow * (0.55 + 0.45 * size))[..., None]
    return np.clip(total, 0, 1)


def _wisps(canvas: Canvas, light: tuple[float, float]) -> tuple[F32, F32]:
    """Thin gas nearer to us; it drifts."""
    rng, reach = canvas.rng, np.float32(canvas.unit * 0.35)
    bend = fbm(rng, canvas.shape, cells=(2, 3), octaves=4) - 0.5
    field = displaced(fbm(rng, canvas.shape, cells=(2.4, 3), octaves=7, gain=0.55), bend * reach, -bend * reach)
    cover = smoothstep(0.6, 0.95, field) * 0.55
    near = np.exp(-canvas.distance(*light) * 1.6)
    colour = mix(canvas.palette.at(0.3), canvas.palette.at(0.8), np.clip(near + (field - 0.6), 0, 1))
    return colour, cover


def _planet(canvas: Canvas, light: tuple[float, float], side: float) -> tuple[list[Layer], tuple[float, float]]:
    """A lit globe: bands or lands, a soft terminator, a thin bright line of air; rings at times."""
    rng = canvas.rng
    radius = canvas.uniform(0.15, 0.36)
    at = (0.5 - side * canvas.uniform(0.2, 0.38), canvas.uniform(0.5, 0.86))
    x = (canvas.uu - np.float32(at[0])) * np.float32(canvas.width / canvas.unit / radius) + 0 * canvas.vv
    y = (canvas.vv - np.float32(at[1])) * np.float32(canvas.height / canvas.unit / radius) + 0 * canvas.uu
    reach = np.sqrt(x * x + y * y)
    z = np.sqrt(np.clip(1 - reach * reach, 0, 1))
    tilt = canvas.uniform(-0.6, 0.6)
    lat, lon = y * np.cos(tilt) - x * np.sin(tilt), x * np.cos(tilt) + y * np.sin(tilt)
    surface = _surface(canvas, lat, lon / (0.35 + 0.65 * z + 0.05), banded=bool(rng.random() < 0.55))
    lx, ly = (light[0] - at[0]) * canvas.width / canvas.unit, (light[1] - at[1]) * canvas.height / canvas.unit
    length = max((lx * lx + ly * ly) ** 0.5, 1e-3)
    lx, ly, lz = lx / length * 0.93, ly / length * 0.93, 0.28
    lit = smoothstep(-0.1, 0.85, x * lx + y * ly + z * lz)
    body = surface * (0.015 + 1.05 * lit)[..., None]
    air = canvas.palette.at(0.82)
    limb = np.exp(-(((1 - reach) / 0.045) ** 2)) + 0.5 * np.exp(-np.clip(1 - reach, 0, None) / 0.12)
    body = screen(body, air * (limb * np.clip(x * lx + y * ly + 0.25, 0, 1) * 0.85)[..., None])
    cover = np.clip((1 - reach) * np.float32(radius * canvas.unit) + 0.5, 0, 1)
    outer = np.exp(-np.clip(reach - 1, 0, None) / 0.06) * np.clip(
        (x * lx + y * ly) / np.maximum(reach, 0.1) + 0.2, 0, 1
    )
    halo = air * (outer * 0.5 * (reach > 0.97))[..., None]
    layers = [canvas.glow(0.34, halo.astype(np.float32))]
    if rng.random() < 0.45:
        behind, front = _rings(canvas, lat, lon, reach, lit)
        layers += [
            canvas.layer("mid", 0.34, *behind),
            canvas.layer("mid", 0.35, body, cover),
            canvas.layer("mid", 0.35, *front),
        ]
    else:
        layers.append(canvas.layer("mid", 0.35, body, cover))
    return layers, at


def _surface(canvas: Canvas, lat: F32, lon: F32, *, banded: bool) -> F32:
    rng = canvas.rng
    table = fbm(rng, (512, 512), cells=(5, 1.5) if banded else (4, 4), octaves=7, gain=0.55)
    bend = fbm(rng, (512, 512), cells=(5, 5), octaves=4) - 0.5
    table = displaced(table, bend * 120, bend * (36 if banded else 110))
    at_x, at_y = (lon * 110 + 256).astype(np.float32), (lat * 200 + 256).astype(np.float32)
    value = read(table, at_x, at_y)
    if banded:
        value = np.clip(0.5 + 0.5 * np.sin(value * 26 + lat * 9), 0, 1) * 0.55 + value * 0.4
    else:
        value = smoothstep(0.42, 0.6, value) * 0.5 + value * 0.35
    return canvas.palette.ramp(np.clip(0.18 + 0.75 * value, 0, 1))


def _rings(canvas: Canvas, lat: F32, lon: F32, reach: F32, lit: F32) -> tuple[tuple[F32, F32], tuple[F32, F32]]:
    """The half of the rings behind the globe and the half before it, each with its coverage."""
    span = np.sqrt(lon * lon + (lat / 0.26) ** 2)
    grooves = fbm(canvas.rng, (4, 1024), cells=(1, 60), octaves=4)[1]
    band = grooves[np.clip((span - 1.3) * 900, 0, 1023).astype(np.int32)]
    cover = smoothstep(1.32, 1.36, span) * smoothstep(2.2, 2.1, span) * np.clip(0.25 + 1.1 * (band - 0.3), 0.05, 0.8)
    colour = canvas.palette.ramp(np.clip(0.45 + 0.6 * (band - 0.2), 0, 1)) * np.float32(0.85)
    front = (lat > 0).astype(np.float32)
    shade = 1 - 0.8 * (1 - front) * (reach < 1.0) - 0.25 * (1 - lit) * (reach < 1)
    return (colour, cover * (1 - front)), (colour * shade[..., None].astype(np.float32), cover * front)


def _rock(canvas: Canvas, side: float) -> tuple[Layer, F32]:
    """A dark ledge of some moon that somebody may stand on."""
    unit = np.float32(canvas.unit)
    bump = np.exp(-(((canvas.uu[0] - (0.5 - side * 0.06)) / 0.3) ** 2)) * 0.05
    edge = canvas.py(0.97) - (line(canvas.rng, canvas.columns, cells=6, octaves=8, gain=0.5) * 0.06 + bump) * unit
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None]
    rough = fbm(canvas.rng, canvas.shape, cells=(40, 60), octaves=5, ridged=True)
    below = np.clip((rows - edge[None, :]) / (unit * 0.1), 0, 1)
    rim = np.exp(-np.clip(rows - edge[None, :], 0, None) / (unit * 0.004)) * 0.5
    colour = canvas.palette.at(0.05) * 0.6 + canvas.palette.at(0.3) * ((rough * 0.3 + rim) * (1 - below))[..., None]
    cover = np.clip(rows - edge[None, :] + 0.5, 0, 1)
    return canvas.layer("ground", 0.72, blurred(colour.astype(np.float32), 0.5), cover.astype(np.float32)), edge
