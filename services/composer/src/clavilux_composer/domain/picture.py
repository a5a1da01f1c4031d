"""What each frame of a finished video looks like, read once at low resolution.

All measures are made to tell a cut from what only resembles one: a flash changes the light, a pan moves the picture
a little in every frame, grain changes every pixel; a cut changes the structure at once and for good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]

LAGS = 4
_BLUR_RADIUS = 5
# Grey levels below which local contrast is taken for noise.
_NOISE_LEVELS = 4.0
# Contrast (standard deviation in grey levels) under which a frame has no structure to compare.
_FLAT_LEVELS = 3.0


@dataclass(frozen=True)
class FrameLooks:
    """One value a frame, for n frames.

    Attributes:
        change: shape (LAGS, n); `change[k - 1, t]` is how different the structure of frames t - k and t is, from 0
            (same) to 1 (nothing in common).
        motion: shape (n,); mean absolute difference to the frame before, in grey levels.
        brightness: shape (n,); mean grey level, 0 to 255.
        highlight: shape (n,); grey level that 99 % of the pixels do not pass.
        sharpness: shape (n,); mean absolute gradient, in grey levels a pixel.
    """

    change: Floats
    motion: Floats
    brightness: Floats
    highlight: Floats
    sharpness: Floats

    @property
    def frame_count(self) -> int:
        """Frames read."""
        return int(self.brightness.size)


class FrameReader:
    """Reads frames in pieces, so that a long video needs no more memory than a short one."""

    def __init__(self, width_px: int, height_px: int) -> None:
        """Expects grey frames of `width_px` x `height_px`, both even."""
        self._shape = (height_px, width_px)
        self._pieces: list[tuple[Floats, ...]] = []
        self._last_gray: Gray | None = None
        self._last: _Frames | None = None

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self._shape[0] * self._shape[1]

    def feed(self, data: bytes) -> None:
        """Takes whole frames, one after another, 8 bits a pixel."""
        gray = np.frombuffer(data, dtype=np.uint8).reshape(-1, *self._shape)
        levels = gray.astype(np.float32)
        self._pieces.append(
            (
                self._changes(_Frames.of(_halved(levels))).T,
                self._motion(gray),
                levels.mean(axis=(1, 2)),
                np.percentile(gray.reshape(len(gray), -1), 99, axis=1).astype(np.float32),
                np.abs(np.diff(levels, axis=1)).mean(axis=(1, 2)) + np.abs(np.diff(levels, axis=2)).mean(axis=(1, 2)),
            )
        )

    def looks(self) -> FrameLooks:
        """What was read so far."""
        if not self._pieces:
            nothing = np.zeros(0, np.float32)
            return FrameLooks(np.zeros((LAGS, 0), np.float32), nothing, nothing, nothing, nothing)
        change, motion, brightness, highlight, sharpness = (np.concatenate(p) for p in zip(*self._pieces, strict=True))
        return FrameLooks(change.T, motion, brightness, highlight, sharpness)

    def _motion(self, gray: Gray) -> Floats:
        before = gray[:1] if self._last_gray is None else self._last_gray
        self._last_gray = gray[-1:].copy()
        frames = np.concatenate([before, gray]).astype(np.int16)
        motion: Floats = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2), dtype=np.float32)
        return motion

    def _changes(self, frames: _Frames) -> Floats:
        """Distances of each new frame to the LAGS frames before it, shape (LAGS, new frames)."""
        both = (self._last or _Frames.of(frames.levels[:1].repeat(LAGS, axis=0))).then(frames)
        count = len(frames.levels)
        self._last = both.part(count, count + LAGS)
        return np.stack([_distance(both.part(LAGS - lag, LAGS - lag + count), frames) for lag in range(1, LAGS + 1)])


@dataclass(frozen=True)
class _Frames:
    """Frames as they are compared, n of them: halved grey levels, their structure, and which are flat."""

    levels: Floats
    structure: Floats
    flat: NDArray[np.bool_]

    @classmethod
    def of(cls, levels: Floats) -> _Frames:
        return cls(levels, local_structure(levels), levels.std(axis=(1, 2)) < _FLAT_LEVELS)

    def part(self, first: int, end: int) -> _Frames:
        return _Frames(self.levels[first:end], self.structure[first:end], self.flat[first:end])

    def then(self, others: _Frames) -> _Frames:
        return _Frames(
            np.concatenate([self.levels, others.levels]),
            np.concatenate([self.structure, others.structure]),
            np.concatenate([self.flat, others.flat]),
        )


def local_structure(levels: Floats) -> Floats:
    """Contrast-normalised luma: what is left of a picture when light and local contrast are taken out.

    Args:
        levels: shape (n, height, width), grey levels.

    Returns:
        The same shape; about -2 to 2 where there is structure, near 0 in a flat frame.
    """
    centred = levels - _blurred(levels)
    spread = np.sqrt(np.maximum(_blurred(centred * centred), 0.0))
    structure: Floats = np.divide(centred, spread + _NOISE_LEVELS, dtype=np.float32)
    return structure


def _distance(one: _Frames, other: _Frames) -> Floats:
    """How different frames are, from 0 to 1: 1 - cosine similarity of their structures.

    Where one of the two is flat there is nothing to compare but light: half of the scale counts as 1, so that a
    fade from black changes little in each frame.
    """
    products = np.einsum("nij,nij->n", one.structure, other.structure)
    sizes = np.sqrt(
        np.einsum("nij,nij->n", one.structure, one.structure)
        * np.einsum("nij,nij->n", other.structure, other.structure)
    )
    by_structure = 1.0 - products / np.maximum(sizes, 1e-6)
    by_light = np.abs(one.levels - other.levels).mean(axis=(1, 2)) / 128.0
    distance: Floats = np.clip(np.where(one.flat | other.flat, by_light, by_structure), 0.0, 1.0).astype(np.float32)
    return distance


def _halved(levels: Floats) -> Floats:
    count, height, width = levels.shape
    halved: Floats = levels.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4), dtype=np.float32)
    return halved


def _blurred(levels: Floats) -> Floats:
    """Box blur of radius _BLUR_RADIUS with mirrored edges."""
    blurred: Floats = levels
    for axis in (1, 2):
        padding = [(0, 0)] * 3
        padding[axis] = (_BLUR_RADIUS + 1, _BLUR_RADIUS)
        sums = np.cumsum(np.pad(blurred, padding, mode="symmetric"), axis=axis, dtype=np.float32)
        width = 2 * _BLUR_RADIUS + 1
        size = levels.shape[axis]
        upper = np.take(sums, range(width, width + size), axis=axis)
        lower = np.take(sums, range(size), axis=axis)
        blurred = np.divide(upper - lower, width, dtype=np.float32)
    return blurred
