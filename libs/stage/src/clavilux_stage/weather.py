"""What falls, floats and hangs in the air: every speck's place is a function of the frame alone."""

import cv2
import numpy as np

from clavilux_stage.camera import Pose
from clavilux_stage.noise import F32

_COUNTS = {"rain": 520, "snow": 420, "fog": 50, "dust": 170, "embers": 150, "clear": 70, "stage": 120}
_VEILS = {"fog": 0.34, "rain": 0.09, "snow": 0.11, "dust": 0.1, "stage": 0.14}


class Air:
    """Specks of one weather over a whole clip. `drive` (frames,) is how strongly the music moves them, 0 to 1."""

    def __init__(
        self, weather: str, *, width: int, height: int, fps: float, colours: tuple[F32, F32], drive: F32, seed: int
    ) -> None:
        self.weather, self._size, self._fps = weather, (width, height), fps
        self._unit = (width * height) ** 0.5 / 768
        rng = np.random.default_rng([seed & 0xFFFFFFFF, 5])
        count = _COUNTS.get(weather, _COUNTS["clear"])
        self._at = rng.random((count, 2))
        self._near = (0.25 + 0.75 * rng.random(count) ** 2.2).astype(np.float64)
        self._phase = rng.random((count, 3))
        self._drive = drive
        # Music speeds the air up; positions need the sum of all speeds until now.
        self._elapsed = np.concatenate([[0.0], np.cumsum(1 + 0.9 * drive)]) / fps
        main, other = colours
        self._tint = np.where((rng.random(count) < 0.35)[:, None], other, main).astype(np.float32)
        self._mist = _mist(rng)

    def specks(self, index: int, pose: Pose) -> F32:
        """Rows x, y, tail dx, tail dy, radius, r, g, b of a frame, for `kernels.splat`."""
        t = float(self._elapsed[index])
        drive = float(self._drive[min(index, len(self._drive) - 1)])
        painters = {"rain": self._rain, "snow": self._snow, "embers": self._embers}
        rows = painters.get(self.weather, self._motes)(t, drive)
        width, height = self._size
        # Near specks slide more when the camera moves, as near things do.
        rows[:, 0] = _wrapped(rows[:, 0] - pose.x * self._near * 1.2) * width * 1.1 - 0.05 * width
        rows[:, 1] = _wrapped(rows[:, 1] - pose.y * self._near * 1.2) * height * 1.2 - 0.1 * height
        rows[:, 2:5] *= self._unit * (0.8 + 0.2 * pose.zoom)
        out: F32 = rows.astype(np.float32)
        return out

    def _rows(self, x: F32, y: F32, brightness: F32) -> F32:
        rows = np.zeros((len(self._at), 8))
        rows[:, 0], rows[:, 1] = x, y
        rows[:, 5:8] = self._tint * brightness[:, None]
        return rows

    def _rain(self, t: float, drive: float) -> F32:
        speed = 1.5 + 1.3 * self._near
        rows = self._rows(self._at[:, 0] - 0.12 * speed * t, self._at[:, 1] + speed * t, 0.09 + 0.26 * self._near**2)
        length = (16 + 34 * self._near) * (1 + 0.15 * drive)
        rows[:, 2], rows[:, 3], rows[:, 4] = length * 0.14, -length, 0.9 + 0.75 * self._near
        return rows

    def _snow(self, t: float, drive: float) -> F32:
        sway = 0.012 * np.sin(6.28 * (self._phase[:, 0] + t * (0.15 + 0.2 * self._phase[:, 1])))
        x = self._at[:, 0] + sway + 0.03 * t * self._near
        rows = self._rows(
            x, self._at[:, 1] + (0.06 + 0.13 * self._near) * t, 0.35 + 0.5 * (1 - self._near) + 0.1 * drive
        )
        rows[:, 4] = 1.0 + 4.8 * self._near**3
        return rows

    def _embers(self, t: float, drive: float) -> F32:
        swirl = 0.03 * np.sin(6.28 * (self._phase[:, 0] + t * 0.35)) * self._phase[:, 1]
        y = self._at[:, 1] - (0.05 + 0.16 * self._near) * t
        flicker = 0.6 + 0.4 * np.sin(6.28 * (self._phase[:, 2] + t * (1 + 2 * self._phase[:, 1])))
        rows = self._rows(self._at[:, 0] + swirl + 0.02 * t, y, (0.45 + 0.5 * drive) * flicker + 0.1)
        rows[:, 5:8] *= np.array([1.0, 0.62, 0.32])
        rows[:, 2], rows[:, 3], rows[:, 4] = -3 * swirl * 30, 4 * self._near, 1.0 + 1.9 * self._near**2
        return rows

    def _motes(self, t: float, drive: float) -> F32:
        """Dust, pollen and bokeh: few sharp, some near and soft."""
        swirl = 0.02 * np.sin(6.28 * (self._phase[:, 0] + t * 0.11 * (1 + self._phase[:, 1])))
        y = self._at[:, 1] + swirl * 0.7 - 0.008 * t * (1 + self._near)
        twinkle = 0.55 + 0.45 * np.sin(6.28 * (self._phase[:, 2] + t * 0.3))
        soft = self._near > 0.85
        brightness = np.where(soft, 0.07 + 0.06 * drive, 0.2 + 0.45 * drive) * twinkle
        rows = self._rows(self._at[:, 0] + swirl + 0.012 * t * self._near, y, brightness)
        rows[:, 4] = np.where(soft, 9 * self._near, 1.0 + 1.3 * self._near)
        return rows

    def veil(self, index: int, size: tuple[int, int], colour: F32, pose: Pose) -> F32 | None:
        """Drifting mist (rows, columns, RGB), 0 to 255, of a small size, or None in clear air."""
        thick = _VEILS.get(self.weather, 0.0)
        if not thick:
            return None
        floor = np.linspace(0.35, 1.25, size[1], dtype=np.float32)[:, None]
        out: F32 = (self.haze(index, size, pose) * floor)[..., None] * (colour * np.float32(255 * thick))
        return out

    def haze(self, index: int, size: tuple[int, int], pose: Pose) -> F32:
        """How thick the mist is (rows, columns), 0 to 1: two sheets of it that drift apart."""
        t = float(self._elapsed[index])
        total = np.zeros((size[1], size[0]), np.float32)
        rows, columns = self._mist.shape
        for k, pace in enumerate((0.016, -0.011)):
            scale = 0.55 * columns / size[0] * (1 + k)
            shift_x = (t * pace + pose.x * 0.5) * columns
            matrix = np.array([[scale, 0, shift_x], [0, scale, pose.y * rows * 0.4 + 37 * k]], np.float32)
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            total += cv2.warpAffine(self._mist, matrix, size, flags=flags, borderMode=cv2.BORDER_WRAP)
        return total * np.float32(0.5)


def _wrapped(value: F32) -> F32:
    out: F32 = value - np.floor(value)
    return out


def _mist(rng: np.random.Generator) -> F32:
    """A tile (256, 256) of mist, 0 to 1, that repeats without a seam."""
    spectrum = np.fft.rfft2(rng.standard_normal((256, 256)))
    fy, fx = np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256)[None, :]
    spectrum *= 1 / (1 + (np.hypot(fy, fx * 0.6) * 70) ** 2)
    field = np.fft.irfft2(spectrum)
    field = (field - field.mean()) / field.std()
    out: F32 = np.clip(0.42 + 0.3 * field, 0, 1).astype(np.float32)
    return out
