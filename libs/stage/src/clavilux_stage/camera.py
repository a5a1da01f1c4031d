"""Cameras: how an angle frames and moves, and where each layer then lies."""

from dataclasses import dataclass

import numpy as np

from clavilux_stage.layers import OVERSCAN, Layer
from clavilux_stage.noise import F32
from clavilux_stage.spec import FRAMINGS, MOVES, AngleSpec

_ZOOMS = {"wide": 1.0, "medium": 1.36, "close": 1.84}
_SLACK = 0.012  # of the frame; what a roll and the filter's footprint may need
_EXPOSURES = (1.0, 1.1, 0.93, 1.06)


@dataclass(frozen=True)
class Shot:
    """An angle made ready: its frames [start, stop), where it looks (fractions of the frame from its centre)."""

    start: int
    stop: int
    move: str
    zoom: float
    focus: tuple[float, float]
    mirrored: bool
    amount: float
    lens: float
    exposure: float
    warmth: float
    seed: int


@dataclass(frozen=True)
class Pose:
    """The camera in one frame: zoom, centre (fractions of the frame from the canvas's centre), roll in radians.

    `lens` from 0 (the camera stands nearer: far things grow less) to 1 (a longer lens: all grow alike).
    """

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0
    roll: float = 0.0
    mirrored: bool = False
    lens: float = 0.5


def shots_of(
    angles: list[AngleSpec], *, frame_count: int, subject: tuple[float, float], light: tuple[float, float], seed: int
) -> list[Shot]:
    """One shot for each angle, in order; the first begins at frame 0. Each differs from the one before.

    Unknown moves and framings are read as "static" and "wide".
    """
    starts: dict[int, AngleSpec] = {}
    for angle in sorted(angles, key=lambda a: a.start_frame):
        starts[min(max(int(angle.start_frame), 0), frame_count - 1)] = angle
    if not starts:
        starts[0] = AngleSpec(0, "push_in", "wide", 0.5)
    order = sorted(starts)
    begins = [0, *order[1:]]
    ends = [*begins[1:], frame_count]
    rng = np.random.default_rng([seed & 0xFFFFFFFF, 77])
    first_mirrored = bool(rng.random() < 0.5)
    shots: list[Shot] = []
    for k, (begin, end, key) in enumerate(zip(begins, ends, order, strict=True)):
        angle = starts[key]
        framing = angle.framing if angle.framing in FRAMINGS else "wide"
        again = bool(shots) and shots[-1].zoom == _ZOOMS[framing]
        shots.append(
            Shot(
                start=begin,
                stop=end,
                move=angle.move if angle.move in MOVES else "static",
                zoom=_ZOOMS[framing],
                focus=_focus(framing, subject, light, swing=(-1.0 if k % 2 else 1.0), again=again),
                mirrored=first_mirrored ^ bool(k % 2),
                amount=float(np.clip(np.nan_to_num(angle.amount, nan=0.5), 0, 1)),
                lens=0.75 if framing == "close" else 0.5,
                exposure=_EXPOSURES[k % len(_EXPOSURES)],
                warmth=float(rng.uniform(-0.03, 0.03)),
                seed=int(rng.integers(1 << 30)),
            )
        )
    return shots


def _focus(
    framing: str, subject: tuple[float, float], light: tuple[float, float], *, swing: float, again: bool
) -> tuple[float, float]:
    """Where to look: wide takes the whole, medium goes halfway to the subject, close finds the subject or the light."""
    toward_subject = (subject[0] - 0.5, subject[1] - 0.5)
    if framing == "wide":
        return 0.05 * swing, -0.03 * swing
    if framing == "medium":
        return 0.7 * toward_subject[0] + 0.05 * swing, 0.7 * toward_subject[1] + (0.06 if again else 0.0) * swing
    target = (light[0] - 0.5, light[1] - 0.42) if again else toward_subject
    return target[0] + 0.03 * swing, target[1] - 0.01


def pose_at(shot: Shot, frame: int, *, fps: float, pulse: float) -> Pose:
    """The camera at a frame: an eased move, a breath of handheld life and a beat's nudge (`pulse` 0 to 1)."""
    length = max(shot.stop - shot.start, 1)
    u = (frame - shot.start + 0.5) / length
    seconds = length / fps
    reach = shot.amount * min(1.0, 0.08 + seconds / 5)
    eased = _ease(u)
    away = eased - 0.5
    zoom, x, y, roll = shot.zoom, shot.focus[0], shot.focus[1], 0.0
    if shot.move == "push_in":
        zoom *= 1 + 0.16 * reach * eased
    elif shot.move == "pull_out":
        zoom *= 1 + 0.16 * reach * (1 - eased)
    elif shot.move in ("pan_left", "pan_right", "orbit"):
        way = -1.0 if shot.move == "pan_left" else 1.0
        x += way * (-1 if shot.mirrored else 1) * 0.16 * reach * away
        zoom *= 1 + (0.05 * reach * eased if shot.move == "orbit" else 0.02)
        roll = 0.004 * reach * away if shot.move == "orbit" else 0.0
    elif shot.move in ("tilt_up", "tilt_down"):
        y += (-1.0 if shot.move == "tilt_up" else 1.0) * 0.15 * reach * away
        zoom *= 1.03
    elif shot.move == "whip":
        # Arrives fast from the side and settles.
        x += 0.2 * reach * np.exp(-u * seconds * 5.0) * (1 if shot.seed % 2 else -1)
    drift = 0.0055 * (0.4 + shot.amount) if shot.move == "handheld" else 0.0012
    sway = _sway(shot.seed, frame / fps)
    return Pose(
        zoom=zoom * (1 + 0.01 * pulse),
        x=x + drift * sway[0],
        y=y + drift * sway[1],
        roll=roll + drift * 0.5 * sway[2],
        mirrored=shot.mirrored,
        lens=shot.lens,
    )


def _ease(u: float) -> float:
    """An S that starts and ends softly but never stands still for long: half linear, half smootherstep."""
    s = u * u * u * (u * (6 * u - 15) + 10)
    return 0.45 * u + 0.55 * s


def _sway(seed: int, t: float) -> tuple[float, float, float]:
    rng = np.random.default_rng(seed)
    phase, pace = rng.uniform(0, 6.28, (3, 3)), rng.uniform(0.6, 1.2, (3, 3)) * np.array([0.9, 2.3, 4.1])
    size = np.array([1.0, 0.5, 0.2])
    waves = (size * np.sin(phase + pace * t)).sum(axis=1)
    return float(waves[0]), float(waves[1]), float(waves[2])


def matrix_of(pose: Pose, layer: Layer, *, width: int, height: int) -> F32:
    """The affine (2, 3), float32, from frame pixels to the layer's own pixels."""
    depth = layer.depth
    bottom = layer.depth if layer.depth_bottom is None else layer.depth_bottom
    zoom = zoom_at(pose, (depth + bottom) / 2)
    x, y = _offset(pose, depth, zoom)
    lean = _offset(pose, bottom, zoom)[0] - x
    flip = -1.0 if pose.mirrored else 1.0
    cos, sin = np.cos(pose.roll) / zoom, np.sin(pose.roll) / zoom
    canvas_x, canvas_y = round(width * OVERSCAN / 2), round(height * OVERSCAN / 2)
    # A leaning floor: its offset grows from the layer's top row to its bottom row.
    rows = max(layer.pixels.shape[0] / layer.scale, 1.0)
    shear = lean * width / rows
    linear = np.array([[cos * flip, -sin * flip], [sin, cos]])
    centre = np.array([canvas_x + x * width, canvas_y + y * height])
    shift = centre - linear @ np.array([width / 2, height / 2])
    matrix = np.concatenate([linear, shift[:, None]], axis=1)
    matrix[0] += shear * matrix[1]
    matrix[0, 2] -= shear * layer.y
    matrix[:, 2] -= (layer.x, layer.y)
    out: F32 = (matrix * layer.scale).astype(np.float32)
    return out


def zoom_at(pose: Pose, depth: float) -> float:
    """How much the frame enlarges what is at a depth."""
    share = pose.lens + (1 - pose.lens) * (0.35 + 0.65 * depth)
    return 1 + (pose.zoom - 1) * share


def _offset(pose: Pose, depth: float, zoom: float) -> tuple[float, float]:
    share = pose.lens * 0.6 + (1 - pose.lens * 0.6) * (0.2 + 0.8 * depth)
    room = max((OVERSCAN - 1 / zoom) / 2 - _SLACK, 0.0)
    return float(np.clip(pose.x * share, -room, room)), float(np.clip(pose.y * share, -room, room))


def seen_at(pose: Pose, u: float, v: float, depth: float) -> tuple[float, float]:
    """Where a point of the scene (fractions of the unmoved frame) is seen (fractions of this frame)."""
    zoom = zoom_at(pose, depth)
    x, y = _offset(pose, depth, zoom)
    flip = -1.0 if pose.mirrored else 1.0
    return 0.5 + flip * (u - 0.5 - x) * zoom, 0.5 + (v - 0.5 - y) * zoom
