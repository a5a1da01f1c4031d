"""People before a stage: heads, shoulders and raised arms against the light."""

import cv2
import numpy as np

from clavilux_stage.canvas import Canvas, mix
from clavilux_stage.figures import smooth
from clavilux_stage.layers import Layer
from clavilux_stage.noise import F32, U8, blurred

_SHOULDERS = (
    (0.0, -0.62), (0.3, -0.56), (0.42, -0.36), (0.38, 0.0), (0.42, 0.5), (1.0, 0.78), (1.16, 1.4), (1.2, 4.0),
    (-1.2, 4.0), (-1.16, 1.4), (-1.0, 0.78), (-0.42, 0.5), (-0.38, 0.0), (-0.42, -0.36), (-0.3, -0.56),
)  # fmt: skip


def crowd(canvas: Canvas, *, v: float, size: float, depth: float, tint: tuple[F32, F32], bright: float) -> Layer:
    """One row of people whose heads are about at `v`; `size` is a head's height in units."""
    rng = canvas.rng
    mask: U8 = np.zeros(canvas.shape, np.uint8)
    head = canvas.unit * size
    x = -head
    while x < canvas.columns + head:
        y = canvas.py(v) + head * rng.uniform(-0.45, 0.45)
        scale = head * rng.uniform(0.85, 1.1)
        _person(mask, x, y, scale, rng)
        x += head * rng.uniform(1.3, 2.1)
    cover = blurred(mask.astype(np.float32) / 255, 0.5)
    # The light comes from the stage: what looks up or outward has a bright line.
    deep = blurred(cover, max(head * 0.07, 1.0))
    rim = np.clip((cover - np.roll(deep, int(max(head * 0.09, 2)), axis=0)) * 1.6, 0, 1) * cover
    rim = blurred(rim, 0.6)
    colour = mix(tint[0], tint[1], np.clip(canvas.uu + 0 * canvas.vv + canvas.uniform(-0.2, 0.2), 0, 1))
    middle = 0.4 + 0.6 * np.exp(-(((canvas.uu - 0.5) / 0.42) ** 2))
    body = canvas.palette.at(0.0) * np.float32(0.3)
    return canvas.layer("crowd", depth, body + colour * (rim * bright * middle)[..., None], cover)


def _person(mask: U8, x: float, y: float, head: float, rng: np.random.Generator) -> None:
    turn = rng.uniform(0.9, 1.1)
    points = smooth(np.array(_SHOULDERS, np.float32) * np.array([turn, 1.0], np.float32) * np.float32(head * 0.8))
    _fill(mask, points + np.array([x, y], np.float32))
    raised = rng.random()
    if raised < 0.3:
        _arm(mask, x, y, head, side=float(rng.choice([-1.0, 1.0])), rng=rng)
    elif raised < 0.42:
        _arm(mask, x, y, head, side=-1.0, rng=rng)
        _arm(mask, x, y, head, side=1.0, rng=rng)


def _arm(mask: U8, x: float, y: float, head: float, *, side: float, rng: np.random.Generator) -> None:
    """Shoulder, elbow, hand; the hand is open or a fist."""
    shoulder = np.array([x + side * head * 0.72, y + head * 0.85])
    elbow = shoulder + np.array([side * head * rng.uniform(0.1, 0.55), -head * rng.uniform(0.7, 1.0)])
    hand = elbow + np.array([side * head * rng.uniform(-0.45, 0.25), -head * rng.uniform(0.8, 1.2)])
    for start, stop, thick in ((shoulder, elbow, 0.27), (elbow, hand, 0.2)):
        ends = [tuple(int(c * 16) for c in end) for end in (start, stop)]
        cv2.line(mask, ends[0], ends[1], 255, max(int(head * thick), 1), cv2.LINE_AA, 4)
    fist = tuple(int(c * 16) for c in hand - np.array([0, head * 0.08]))
    cv2.circle(mask, fist, int(head * 0.16 * 16), 255, -1, cv2.LINE_AA, 4)
    if rng.random() < 0.6:
        for spread in (-0.5, -0.15, 0.2, 0.55):
            tip = hand + head * 0.42 * np.array([np.sin(spread), -np.cos(spread)])
            ends = [tuple(int(c * 16) for c in end) for end in (hand, tip)]
            cv2.line(mask, ends[0], ends[1], 255, max(int(head * 0.07), 1), cv2.LINE_AA, 4)


def _fill(mask: U8, points: F32) -> None:
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
