"""Layers into one picture: each is warped by its own depth, then laid or shone over what is behind it."""

import cv2
import numpy as np

from clavilux_stage import kernels
from clavilux_stage.beams import Drive, beams
from clavilux_stage.camera import Pose, matrix_of, seen_at
from clavilux_stage.grade import Finisher, Look
from clavilux_stage.layers import LIGHT_ROLES, Layer, LayeredScene
from clavilux_stage.noise import F32, U8

_RIPPLING = ("water", "glow_water")
_CLOUD_DRIFT = 0.004  # of the frame's width a second


def composed(
    scene: LayeredScene, layers: tuple[Layer, ...], pose: Pose, *, seconds: float, gains: U8, jump: float, swell: float
) -> U8:
    """The scene (height, width, RGB) through a camera, before light and grade.

    `gains` (256,) is the brightness of light by phase (128 is as painted), `jump` (0 to 1) lifts a crowd,
    `swell` (0 to 1) stirs water.
    """
    frame: U8 = np.zeros((scene.height, scene.width, 3), np.uint8)
    for layer in layers:
        matrix = matrix_of(pose, layer, width=scene.width, height=scene.height)
        if layer.role == "clouds":
            matrix[0, 2] += np.float32(scene.width * _CLOUD_DRIFT * seconds * layer.scale)
        elif layer.role == "crowd":
            matrix[1, 2] += np.float32(scene.height * 0.012 * jump * (1 + layer.depth) * layer.scale)
        elif layer.role == "figure":
            _breathe(matrix, layer, seconds)
        _lay(frame, layer, matrix, seconds=seconds, gains=gains, swell=swell)
    return frame


def still(scene: LayeredScene) -> U8:
    """The scene as one picture, without weather or movement."""
    gains = np.full(256, 128, np.uint8)
    base = composed(scene, scene.layers, Pose(), seconds=0.0, gains=gains, jump=0.0, swell=0.3)
    finisher = Finisher(scene, seed=0)
    light = finisher.light(base, at=seen_at(Pose(), *scene.light, 0.0), pulse=0.2, turn=0.0)
    if scene.lamps:
        smoke = np.full((finisher.small[1], finisher.small[0]), 0.5, np.float32)
        light = light + beams(scene.lamps, finisher.small, smoke, Pose(), Drive())
    return finisher.finished(base, light, Look(), index=0)


def _breathe(matrix: F32, layer: Layer, seconds: float) -> None:
    """A standing figure is never quite still: it leans from its feet by a third of a degree."""
    lean = np.float32(0.006 * np.sin(seconds * 1.3) + 0.003 * np.sin(seconds * 2.9))
    feet = np.float32(layer.pixels.shape[0])
    matrix[0] += lean * matrix[1]
    matrix[0, 2] -= lean * feet


def _lay(frame: U8, layer: Layer, matrix: F32, *, seconds: float, gains: U8, swell: float) -> None:
    x0, y0, x1, y1 = _reach(frame, layer, matrix)
    if x0 >= x1 or y0 >= y1:
        return
    local = matrix.copy()
    local[:, 2] += matrix[:, :2] @ np.array([x0, y0], np.float32)
    size = (x1 - x0, y1 - y0)
    if layer.role in _RIPPLING:
        warped = _rippled(layer, local, size, seconds=seconds, swell=swell)
    else:
        border = cv2.BORDER_REFLECT_101 if layer.role == "sky" else cv2.BORDER_CONSTANT
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped = cv2.warpAffine(layer.pixels, local, size, flags=flags, borderMode=border)
    part = frame[y0:y1, x0:x1]
    if layer.role in LIGHT_ROLES:
        kernels.shine(part, warped, gains)
    else:
        kernels.over(part, warped)


def _reach(frame: U8, layer: Layer, matrix: F32) -> tuple[int, int, int, int]:
    """The frame's rectangle that a layer can touch."""
    height, width = frame.shape[:2]
    if layer.role == "sky":
        return 0, 0, width, height
    rows, columns = layer.pixels.shape[:2]
    corners = np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]], np.float64)
    seen = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2].astype(np.float64)).T
    low, high = np.floor(seen.min(axis=0)) - 2, np.ceil(seen.max(axis=0)) + 2
    return max(int(low[0]), 0), max(int(low[1]), 0), min(int(high[0]), width), min(int(high[1]), height)


def _rippled(layer: Layer, matrix: F32, size: tuple[int, int], *, seconds: float, swell: float) -> U8:
    width, height = size
    rows = np.arange(height, dtype=np.float32)
    source = matrix[1, 1] * rows + matrix[1, 2]
    near = np.clip(source / layer.pixels.shape[0], 0, 1)
    span = np.float32(0.25) + near  # waves are longer and slower toward the camera
    shake = np.empty((height, 3), np.float32)
    shake[:, 0] = (0.6 + 2.6 * near) * (0.6 + 0.8 * swell) * layer.pixels.shape[1] / 1280
    shake[:, 1] = source * (0.5 / (0.3 + span)) * 1280 / layer.pixels.shape[1] + seconds * (2.4 - near)
    shake[:, 2] = 0.011 / span * 1280 / layer.pixels.shape[1]
    map_x, map_y = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    kernels.ripple(matrix, shake, map_x, map_y)
    out: U8 = cv2.remap(layer.pixels, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out
