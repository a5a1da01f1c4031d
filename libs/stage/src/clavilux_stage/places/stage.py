"""A concert: a wall of light, beams in the haze, the crowd before it."""

import itertools

import cv2
import numpy as np

from clavilux_stage.canvas import Canvas, mix, screen
from clavilux_stage.layers import Lamp, Layer
from clavilux_stage.noise import F32, U8, blurred, displaced, fbm, smoothstep
from clavilux_stage.places.crowd import crowd
from clavilux_stage.places.site import Site

_FLOOR = 0.78


def paint(canvas: Canvas) -> Site:
    """The stage from among the people; lamps on the truss and on the floor move when it plays."""
    one, two = canvas.palette.accents()
    hall = _hall(canvas)
    layers = [canvas.layer("sky", 0.0, hall)]
    wall, phase = _wall(canvas)
    layers.append(canvas.glow(0.16, wall, phase))
    layers.append(_truss(canvas))
    layers.append(_floor(canvas, wall))
    for k, (v, size, depth) in enumerate(((0.885, 0.046, 0.6), (0.955, 0.078, 0.74), (1.07, 0.125, 0.92))):
        layers.append(crowd(canvas, v=v, size=size, depth=depth, tint=(one, two), bright=0.85 - 0.2 * k))
    middle = 0.5 + canvas.uniform(-0.1, 0.1)
    return Site(
        tuple(layers),
        light=(0.5, 0.46),
        shine=0.08,
        feet=(middle, _FLOOR + 0.03),
        tall=0.33,
        depth=0.42,
        in_front=3,
        weather="stage",
        lamps=_lamps(canvas, one, two),
        look_at=(middle, 0.55),
    )


def _hall(canvas: Canvas) -> F32:
    one, two = canvas.palette.accents()
    smoke = fbm(canvas.rng, canvas.shape, cells=(3, 5), octaves=5)
    tint = mix(one, two, smoothstep(0.3, 0.7, fbm(canvas.rng, canvas.shape, cells=(1.5, 2), octaves=2)))
    middle = np.exp(-(((canvas.uu - 0.5) / 0.5) ** 2) - ((canvas.vv - 0.6) / 0.4) ** 2)
    return (canvas.palette.at(0.0) * 0.5 + tint * (middle * (0.14 + 0.5 * smoke**2))[..., None]).astype(np.float32)


def _wall(canvas: Canvas) -> tuple[F32, F32]:
    """A screen of lamps: a moving picture made of dots. Light (rows, columns, 3) and its phase."""
    rng, unit = canvas.rng, canvas.unit
    half, top, bottom = canvas.uniform(0.27, 0.36), canvas.uniform(0.17, 0.24), 0.7
    x, y = (canvas.uu - 0.5) / np.float32(half), (canvas.vv - np.float32(top)) / np.float32(bottom - top)
    pitch = max(unit * 0.0115, 4.0)
    rows, columns = np.mgrid[0 : canvas.rows, 0 : canvas.columns].astype(np.float32)
    cell_x, cell_y = np.floor(columns / pitch), np.floor(rows / pitch)
    dot_x, dot_y = columns / pitch - cell_x - 0.5, rows / pitch - cell_y - 0.5
    dots = 0.22 + 0.78 * smoothstep(0.5, 0.16, np.sqrt(dot_x**2 + dot_y**2))
    cy = (y - 0.5) * np.float32((bottom - top) * canvas.height / unit)
    cx = x * np.float32(half * canvas.width / unit) + 0 * cy
    radius, angle = np.sqrt(cx * cx + cy * cy) + 1e-4, np.arctan2(cy, cx)
    style = rng.integers(4)
    if style == 0:  # rings
        picture = 0.5 + 0.5 * np.cos(radius * 42 + rng.uniform(0, 6))
        order = (radius * 1.9) % 1.0
    elif style == 1:  # rays of a great sun
        picture = (0.5 + 0.5 * np.cos(angle * int(rng.integers(9, 16)))) * smoothstep(0.09, 0.13, radius)
        picture = np.maximum(picture * np.exp(-radius * 2.2) * 1.5, smoothstep(0.105, 0.09, radius))
        order = np.abs(angle) / np.float32(np.pi)
    elif style == 2:  # bars of an equaliser
        bars = rng.random(64).astype(np.float32) ** 0.8
        index = np.clip(np.floor((x + 1) * 16), 0, 63).astype(np.int32)
        height = bars[index] * np.exp(-((x * 1.1) ** 2)) * 0.95 + 0.05
        picture = ((1 - y) < height).astype(np.float32) * (0.35 + 0.75 * np.clip(1 - y, 0, 1))
        order = (index / 32.0 + 0 * y).astype(np.float32)
    else:  # smoke of colours
        field = fbm(rng, canvas.shape, cells=(4, 6), octaves=4)
        bend = fbm(rng, canvas.shape, cells=(3, 4), octaves=3) - 0.5
        picture = smoothstep(0.4, 0.7, displaced(field, bend * unit * 0.5, bend * unit * 0.4))
        order = field
    inside = ((np.abs(x) < 1) & (y > 0) & (y < 1)).astype(np.float32)
    one, two = canvas.palette.accents()
    tint = mix(one, two, np.clip(0.5 + 0.6 * x + 0.35 * (y - 0.5) + 0 * picture, 0, 1))
    light = tint * (picture * dots * inside * 0.85 + inside * dots * 0.05)[..., None]
    halo = blurred(light, unit * 0.02) * 0.5 + blurred(light, unit * 0.09) * 0.55
    phase = np.clip(0.55 + 0.43 * order, 0.55, 0.98).astype(np.float32)
    return screen(light * np.float32(1.12), halo).astype(np.float32), phase


def _truss(canvas: Canvas) -> Layer:
    mask: U8 = np.zeros(canvas.shape, np.uint8)
    top, low = canvas.py(0.035), canvas.py(0.075)
    thick = max(int(canvas.unit * 0.003), 1)
    for y in (top, low):
        cv2.line(mask, (0, int(y)), (canvas.columns, int(y)), 255, thick, cv2.LINE_AA)
    step = low - top
    for k in range(int(canvas.columns / step) + 1):
        ends = ((k * step, low), ((k + 0.5) * step, top), ((k + 1) * step, low))
        for start, stop in itertools.pairwise(ends):
            first, last = (round(start[0]), round(start[1])), (round(stop[0]), round(stop[1]))
            cv2.line(mask, first, last, 255, max(thick - 1, 1), cv2.LINE_AA)
    cover = mask.astype(np.float32) / 255
    colour = canvas.palette.at(0.05) * 0.7 + canvas.palette.at(0.4) * (0.3 * (canvas.vv < 0.05))[..., None]
    return canvas.layer("mid", 0.42, np.broadcast_to(colour, (*canvas.shape, 3)).astype(np.float32), cover)


def _floor(canvas: Canvas, wall: F32) -> Layer:
    """A polished stage that mirrors the wall, and its edge."""
    rows = np.arange(canvas.rows, dtype=np.float32)[:, None] * np.ones((1, canvas.columns), np.float32)
    edge, front = canvas.py(_FLOOR - 0.07), canvas.py(_FLOOR + 0.07)
    grain = fbm(canvas.rng, canvas.shape, cells=(120, 20), octaves=2) - 0.5
    glow = blurred(wall, canvas.unit * 0.012)
    shine = displaced(glow, grain * 8, (2 * edge - rows) - rows - (rows - edge) * 1.6 + grain * 24)
    shine = cv2.blur(shine, (1, max(int(canvas.unit * 0.06), 1)))
    fade = np.clip((rows - edge) / np.float32(front - edge), 0, 1)
    one, two = canvas.palette.accents()
    wash = mix(one, two, np.clip(canvas.uu + 0 * rows, 0, 1)) * np.float32(0.2)
    colour = (
        canvas.palette.at(0.02) * 0.5 + shine * (0.95 - 0.4 * fade)[..., None] + wash * (0.4 + 0.6 * fade)[..., None]
    )
    lip = np.exp(-(((rows - front) / np.float32(canvas.unit * 0.003)) ** 2)) * 0.5
    colour = screen(colour.astype(np.float32), mix(one, two, 0.5) * lip[..., None])
    dark = smoothstep(0.0, 2.0, rows - front)
    colour = mix(colour, canvas.palette.at(0.0) * np.float32(0.35), dark * 0.92)
    return canvas.layer("ground", 0.42, colour, np.clip(rows - edge, 0, 1))


def _lamps(canvas: Canvas, one: F32, two: F32) -> tuple[Lamp, ...]:
    white = mix(canvas.palette.at(1.0), np.ones(3, np.float32), 0.4)
    lamps = []
    count = int(canvas.rng.integers(6, 9))
    for k in range(count):
        u = -0.02 + 1.04 * (k + 0.5) / count
        colour = (one, two, one, white)[k % 4]
        lean = (0.5 - u) * canvas.uniform(0.4, 1.2) + canvas.uniform(-0.2, 0.2)
        lamps.append(Lamp(u, 0.08, lean, canvas.uniform(0.035, 0.07), tuple(float(c) for c in colour[:3])))  # type: ignore[arg-type]
    for u in (0.22, 0.78):
        lean = np.pi + (u - 0.5) * 0.9
        lamps.append(Lamp(u, _FLOOR - 0.05, float(lean), 0.05, tuple(float(c) for c in two[:3])))  # type: ignore[arg-type]
    return tuple(lamps)
