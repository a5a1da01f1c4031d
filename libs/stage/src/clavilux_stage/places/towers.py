"""One row of a city's towers: bodies, lit windows, signs."""

from dataclasses import dataclass

import cv2
import numpy as np

from clavilux_stage.canvas import Canvas, mix, peak, screen
from clavilux_stage.noise import F32, blurred

_WIDE = ((0.018, 0.05), (0.03, 0.07), (0.045, 0.1), (0.07, 0.15))  # of the unit, far row to near row
_TALL = ((0.12, 0.36), (0.14, 0.46), (0.14, 0.5), (0.1, 0.44))
_CELL = ((2.4, 3.6), (3.2, 4.8), (4.6, 6.6), (6.4, 9.0))  # window across and down, pixels at unit 576
_HAZE = (0.72, 0.52, 0.3, 0.1)


@dataclass(frozen=True)
class Row:
    """A row of towers: colour and coverage of the bodies, light with its phase (all rows, columns)."""

    colour: F32
    cover: F32
    light: F32
    phase: F32


def row_of_towers(canvas: Canvas, index: int, *, shore: float, light_side: float) -> Row:
    """Row 0 is the farthest. The skyline rises and falls in its own way in every row."""
    rng, unit = canvas.rng, canvas.unit
    base = canvas.py(shore)
    cover = np.zeros(canvas.shape, np.float32)
    colour = np.zeros((*canvas.shape, 3), np.float32)
    light = np.zeros((*canvas.shape, 3), np.float32)
    phase = np.zeros(canvas.shape, np.float32)
    row = Row(colour, cover, light, phase)
    peaks = rng.uniform(0.05, 0.95, 2)
    gap = (0.0, 0.05, 0.16, 0.42)[index]
    x = -10.0
    while x < canvas.columns + 10:
        width = unit * rng.uniform(*_WIDE[index])
        if rng.random() < gap:
            x += width * rng.uniform(0.4, 1.2)
            continue
        u = (x - canvas.left) / canvas.width
        rise = 0.45 + 0.75 * float(np.exp(-((np.abs(peaks - u).min() / 0.16) ** 2)))
        low, high = _TALL[index]
        height = unit * (low + (high - low) * rng.beta(1.3, 2.2)) * rise
        _tower(canvas, row, index, (x, base, width, height), light_side)
        x += width * rng.uniform(0.86, 1.12)
    _finish(canvas, row, index, shore)
    return row


def _tower(canvas: Canvas, row: Row, index: int, box: tuple[float, float, float, float], side: float) -> None:
    rng = canvas.rng
    x, base, width, height = box
    steps = 1 + int(rng.random() < 0.45) + int(rng.random() < 0.2)
    tone = rng.uniform(0.7, 1.25)
    for step in range(steps):
        inset = width * 0.16 * step
        bottom = base if step == 0 else base - height * (0.62 + 0.22 * step)
        top = base - height * (0.84 + 0.16 * step) if step < steps - 1 or steps > 1 else base - height
        _block(canvas, row, (x + inset, top, width - 2 * inset, base - top), tone=tone, side=side)
        if step == 0:
            _windows(canvas, row, index, (x, top, width, bottom - top))
    if rng.random() < 0.3:
        _antenna(canvas, row, x + width * rng.uniform(0.35, 0.65), base - height * (0.84 + 0.16 * (steps - 1)), height)
    if index > 0 and rng.random() < (0.0, 0.34, 0.5, 0.7)[index]:
        _sign(canvas, row, (x, base - height * 0.8, width, height * 0.75))


def _span(row: Row, box: tuple[float, float, float, float]) -> tuple[slice, slice]:
    x, y, width, height = (round(v) for v in box)
    rows, columns = row.cover.shape
    return slice(max(y, 0), min(max(y + height, 0), rows)), slice(max(x, 0), min(max(x + width, 0), columns))


def _block(canvas: Canvas, row: Row, box: tuple[float, float, float, float], *, tone: float, side: float) -> None:
    part = _span(row, box)
    size = row.cover[part].shape
    if 0 in size:
        return
    down = np.linspace(0, 1, size[0], dtype=np.float32)[:, None]
    dark = canvas.palette.at(0.03) * np.float32(tone)
    foot = mix(canvas.palette.at(0.18), canvas.air.haze, 0.25)
    face = mix(dark, foot, (down**2 * 0.55) * np.ones(size, np.float32))
    rim = 2 if box[2] > 14 else 1
    edge = canvas.air.light * np.float32(0.2) * (1 - down)[..., None]
    if side > 0:
        face[:, -rim:] += edge
    else:
        face[:, :rim] += edge
    face[:1] += canvas.air.light * np.float32(0.14)
    row.cover[part], row.colour[part] = 1.0, face
    row.light[part], row.phase[part] = 0.0, 0.0


def _windows(canvas: Canvas, row: Row, index: int, box: tuple[float, float, float, float]) -> None:
    """A grid of windows: whole floors, single rooms, dark shafts; each tower has its own light."""
    rng, scale = canvas.rng, canvas.unit / 576
    cell_x, cell_y = (max(v * scale * rng.uniform(0.85, 1.25), 2.0) for v in _CELL[index])
    part = _span(row, (box[0] + cell_x * 0.5, box[1] + cell_y, box[2] - cell_x, box[3] - cell_y))
    rows, columns = row.cover[part].shape
    down, across = int(rows / cell_y), int(columns / cell_x)
    if down < 2 or across < 1:
        return
    density = rng.choice([0.05, 0.16, 0.3, 0.5], p=[0.2, 0.35, 0.3, 0.15])
    lit = rng.random((down, across)) < density * (0.5 + rng.random((down, 1)))
    lit[rng.random(down) < 0.06] = True
    one, two = canvas.palette.accents()
    warm = canvas.palette.at(0.95) * np.array([1.0, 0.86, 0.62], np.float32)
    tints = np.stack([warm, canvas.palette.at(1.0), one, two])
    weights = rng.dirichlet([2.2, 1.0, 0.35, 0.45])
    tint = tints[rng.choice(4, p=weights, size=(down, across))]
    power = (0.25 + 0.75 * rng.random((down, across)) ** 1.6) * lit * (0.55, 0.7, 0.85, 1.0)[index]
    cells = (tint * power[..., None]).astype(np.float32)
    tones = np.where(rng.random((down, across)) < 0.22, 0.02 + 0.46 * rng.random((down, across)), 0.0)
    ys = np.minimum((np.arange(rows) / cell_y).astype(int), down - 1)
    xs = np.minimum((np.arange(columns) / cell_x).astype(int), across - 1)
    pane_y = ((np.arange(rows) % cell_y) < cell_y * rng.uniform(0.45, 0.7)).astype(np.float32)
    pane_x = ((np.arange(columns) % cell_x) < cell_x * rng.uniform(0.55, 0.8)).astype(np.float32)
    pane = pane_y[:, None] * pane_x[None, :]
    row.light[part] = cells[ys][:, xs] * pane[..., None]
    row.phase[part] = tones[ys][:, xs]


def _antenna(canvas: Canvas, row: Row, x: float, top: float, height: float) -> None:
    tall = height * canvas.uniform(0.1, 0.28)
    part = _span(row, (x, top - tall, max(canvas.unit * 0.0022, 1.0), tall))
    row.cover[part], row.colour[part] = 0.85, canvas.palette.at(0.05)
    lamp = _span(row, (x - 1, top - tall - 1, 3, 3))
    row.light[lamp] = np.array([1.0, 0.22, 0.2], np.float32)
    row.phase[lamp] = 0.3 + 0.15 * canvas.rng.random()


def _sign(canvas: Canvas, row: Row, box: tuple[float, float, float, float]) -> None:
    """A tube of light down a wall, a lit roof line, or a panel with strokes like writing."""
    rng = canvas.rng
    x, y, width, height = box
    colour = canvas.palette.accents()[int(rng.random() < 0.5)]
    tone = 0.55 + 0.43 * float(rng.random())
    style = rng.random()
    boxes: list[tuple[float, float, float, float]] = []
    if style < 0.42:
        wide = max(canvas.unit * rng.uniform(0.005, 0.01), 2)
        tall = height * rng.uniform(0.25, 0.6)
        start = x + width * rng.uniform(0.15, 0.8)
        boxes = [(start, y + height * 0.08, wide, tall)]
        if rng.random() < 0.4:
            boxes.append((start + wide * 2.2, y + height * 0.08, wide, tall))
    elif style < 0.62:
        boxes = [(x + 1, y - height * 0.2 / 0.75 + 2, width - 2, max(canvas.unit * 0.003, 1.6))]
    else:
        boxes = _strokes(canvas, x + width * 0.2, y + height * 0.1, width * 0.5, min(height * 0.5, canvas.unit * 0.13))
    for one in boxes:
        part = _span(row, one)
        inside = row.cover[part] > 0
        row.light[part] = np.where(inside[..., None], mix(colour, np.ones(3, np.float32), 0.28), row.light[part])
        row.phase[part] = np.where(inside, tone, row.phase[part])


def _strokes(
    canvas: Canvas, x: float, y: float, width: float, height: float
) -> list[tuple[float, float, float, float]]:
    rng = canvas.rng
    wide = float(np.clip(width, canvas.unit * 0.016, canvas.unit * 0.034))
    thick = max(canvas.unit * 0.003, 1.6)
    signs = []
    for k in range(int(height / (wide * 1.3))):
        top = y + k * wide * 1.3
        for _ in range(int(rng.integers(2, 5))):
            if rng.random() < 0.5:
                signs.append((x, top + wide * rng.choice([0.0, 0.45, 0.9]), wide, thick))
            else:
                signs.append((x + wide * rng.choice([0.0, 0.45, 0.9]), top, thick, wide))
    return signs


def _finish(canvas: Canvas, row: Row, index: int, shore: float) -> None:
    """Haze before the row, soft edges, and the air that glows around strong lights."""
    lift = np.exp(-np.clip(np.float32(shore) - canvas.vv, 0, None) * 5.0) * np.ones_like(canvas.uu)
    haze = _HAZE[index]
    one, two = canvas.palette.accents()
    tint = mix(one, two, np.clip(canvas.uu * np.ones_like(canvas.vv) + canvas.uniform(-0.3, 0.3), 0, 1))
    air = canvas.air.haze * 0.55 + tint * np.float32(0.32)
    row.colour[:] = mix(row.colour, air, (haze * (0.35 + 0.65 * lift)))
    row.light[:] = row.light * np.float32(1 - 0.55 * haze)
    signs = row.light * (row.phase > 0.5)[..., None]
    halo = blurred(signs, canvas.unit * 0.006) * 1.5 + blurred(signs, canvas.unit * 0.028) * 2.2
    street = blurred(row.light * (row.phase <= 0.5)[..., None], canvas.unit * 0.004) * 0.35
    dim = peak(row.light) < 0.02
    row.light[:] = screen(row.light, halo + street)
    near = cv2.dilate(
        np.where(row.phase > 0.5, row.phase, 0).astype(np.float32), np.ones((9, 9), np.uint8), iterations=4
    )
    row.phase[:] = np.where(dim & (peak(halo) > 0.01), np.maximum(near, 0.6), row.phase)
    row.cover[:] = blurred(row.cover, 0.45)
