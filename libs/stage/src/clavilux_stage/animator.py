"""The animator: a painted scene, a camera and the music become frames."""

from collections.abc import Sequence

import cv2
import numpy as np

from clavilux_stage import kernels
from clavilux_stage.beams import Drive, beams
from clavilux_stage.camera import Pose, Shot, pose_at, seen_at, shots_of
from clavilux_stage.compose import composed
from clavilux_stage.grade import Finisher, Look
from clavilux_stage.layers import Layer, LayeredScene, check_size
from clavilux_stage.music import Music
from clavilux_stage.noise import F32, U8
from clavilux_stage.spec import AngleSpec, BeatSpec, SceneSpec, checked
from clavilux_stage.weather import Air
from clavilux_stage.words import weather_of


class Animator:
    """Frames of one clip. `frame(i)` is a function of its arguments alone: any order gives the same pixels.

    `energy` (frames, 3) is low, mid and high, 0 to 1; `intensity` (0 to 1) is how much goes on.
    Raises ValueError for sizes that nobody paints and for a clip without frames.
    """

    def __init__(
        self,
        scene: LayeredScene,
        *,
        spec: SceneSpec,
        frame_count: int,
        fps: float,
        width: int,
        height: int,
        angles: Sequence[AngleSpec],
        beats: Sequence[BeatSpec],
        energy: F32,
        intensity: float,
        seed: int,
    ) -> None:
        check_size(width, height)
        if frame_count < 1 or not fps > 0:
            raise ValueError("a clip has at least one frame and a frame rate above 0")
        self._scene = scene
        self._size = width, height
        self._fps = fps
        self._count = frame_count
        self._intensity = float(np.clip(np.nan_to_num(intensity, nan=0.5), 0, 1))
        self._music = Music(frame_count=frame_count, fps=fps, beats=beats, energy=energy, intensity=self._intensity)
        self._shots = shots_of(
            list(angles), frame_count=frame_count, subject=scene.subject, light=scene.light, seed=seed
        )
        known, _ = checked(spec)
        weather = known.weather or weather_of(known.description) or scene.weather
        self._main = np.array(scene.light_colour, np.float32)
        accent = np.array(_rgb(scene.palette[3]), np.float32)
        self._air = Air(
            weather if weather != "clear" else scene.weather,
            width=scene.width,
            height=scene.height,
            fps=fps,
            colours=(self._main, accent),
            drive=self._music.drive,
            seed=seed,
        )
        self._finisher = Finisher(scene, seed=seed)
        self._phases = np.random.default_rng([seed & 0xFFFFFFFF, 3]).uniform(0, 6.28, 256)
        self._soft: dict[float, tuple[Layer, ...]] = {}

    def frame(self, index: int) -> U8:
        """Frame `index` (height, width, RGB). Raises IndexError outside the clip."""
        if not 0 <= index < self._count:
            raise IndexError(f"the clip has {self._count} frames, there is no {index}")
        scene, music = self._scene, self._music
        shot = next(shot for shot in reversed(self._shots) if shot.start <= index)
        pulse = float(music.pulse[index])
        low, mid, _high = (float(band) for band in music.bands[index])
        pose = pose_at(shot, index, fps=self._fps, pulse=pulse)
        seconds = index / self._fps
        base = composed(
            scene,
            self._layers_of(shot),
            pose,
            seconds=seconds,
            gains=self._gains(index),
            jump=0.35 * low + 0.65 * pulse,
            swell=low,
        )
        kernels.splat(base, self._air.specks(index, pose))
        light = self._finisher.light(base, at=seen_at(pose, *scene.light, 0.0), pulse=pulse, turn=seconds * 0.05)
        veil = self._air.veil(index, self._finisher.small, self._main, pose)
        if veil is not None:
            light = light + veil
        if scene.lamps:
            light = light + self._beams(index, pose)
        look = Look(gain=shot.exposure * (1 + 0.025 * pulse), light=0.92 + 0.16 * mid, warmth=shot.warmth)
        return self._sized(self._finisher.finished(base, light, look, index=index))

    def _sized(self, frame: U8) -> U8:
        if (self._scene.width, self._scene.height) == self._size:
            return frame
        out: U8 = cv2.resize(frame, self._size, interpolation=cv2.INTER_AREA)
        return out

    def _layers_of(self, shot: Shot) -> tuple[Layer, ...]:
        """The layers as this shot's lens draws them: a close one blurs what is far."""
        if shot.zoom < 1.6:
            return self._scene.layers
        if shot.zoom not in self._soft:
            self._soft[shot.zoom] = tuple(_defocused(layer) for layer in self._scene.layers)
        return self._soft[shot.zoom]

    def _gains(self, index: int) -> U8:
        """Brightness of light by phase: below 128 windows flicker with the highs, above signs follow the beat."""
        t = index / self._fps
        pulse = float(self._music.pulse[index])
        _low, mid, high = (float(band) for band in self._music.bands[index])
        phase = np.arange(256)
        slow = np.sin(self._phases + t * (0.6 + 1.4 * (phase % 7) / 7))
        windows = 1.0 + 0.28 * slow * (0.6 + 0.8 * high)
        signs = 0.9 + 0.14 * slow * mid + 0.26 * pulse * (0.6 + 0.4 * np.sin(self._phases * 3))
        gains = np.where(phase == 0, 1.0, np.where(phase < 128, windows, signs))
        out: U8 = np.clip(gains * 128, 0, 255).astype(np.uint8)
        return out

    def _beams(self, index: int, pose: Pose) -> F32:
        low, mid, _high = (float(band) for band in self._music.bands[index])
        drive = Drive(index / self._fps, float(self._music.pulse[index]), low, mid)
        haze = self._air.haze(index, self._finisher.small, pose)
        return beams(self._scene.lamps, self._finisher.small, haze, pose, drive)


def _defocused(layer: Layer) -> Layer:
    sigma = (0.45 - layer.depth) * 7 * layer.pixels.shape[1] / 1280
    if layer.role in ("figure", "crowd") or sigma < 0.5 or layer.depth_bottom is not None:
        return layer
    soft: U8 = cv2.GaussianBlur(layer.pixels, (0, 0), sigma)
    if layer.role in ("glow", "glow_water"):
        soft[..., 3] = layer.pixels[..., 3]
    return Layer(layer.role, layer.depth, soft, layer.x, layer.y, layer.scale, layer.depth_bottom)


def _rgb(word: str) -> tuple[float, float, float]:
    return int(word[1:3], 16) / 255, int(word[3:5], 16) / 255, int(word[5:7], 16) / 255
