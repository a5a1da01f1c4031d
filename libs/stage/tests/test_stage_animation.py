from collections.abc import Callable

import cv2
import numpy as np
import pytest
from clavilux_stage import KINDS, MOVES, WEATHERS, AngleSpec, Animator, BeatSpec, LayeredScene, SceneSpec, warm
from numpy.typing import NDArray

_SIZE = (160, 90)
SceneOf = Callable[[str], LayeredScene]
_FLAT = np.full((60, 3), 0.4, np.float32)


def _animator(
    scene: LayeredScene,
    *,
    angles: tuple[AngleSpec, ...] = (AngleSpec(0, "static", "wide", 0.5),),
    beats: tuple[BeatSpec, ...] = (),
    weather: str = "",
    energy: NDArray[np.float32] = _FLAT,
    size: tuple[int, int] = _SIZE,
    seed: int = 1,
) -> Animator:
    return Animator(
        scene,
        spec=SceneSpec("", weather=weather),
        frame_count=60,
        fps=30.0,
        width=size[0],
        height=size[1],
        angles=angles,
        beats=beats,
        energy=energy,
        intensity=0.8,
        seed=seed,
    )


def _luma(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _change(animator: Animator, index: int) -> float:
    return float(np.abs(_luma(animator.frame(index)) - _luma(animator.frame(index - 1))).mean())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.integration  # some seconds of painting, no server
def test_a_new_angle_is_a_cut_and_a_beat_is_not(scene_of: SceneOf, kind: str) -> None:
    angles = (
        AngleSpec(0, "push_in", "wide", 0.6),
        AngleSpec(20, "pan_left", "medium", 0.6),
        AngleSpec(40, "orbit", "close", 0.6),
    )
    beats = tuple(BeatSpec(frame, 1.0, frame == 30.0) for frame in (10.0, 20.0, 30.0, 40.0, 50.0))
    animator = _animator(scene_of(kind), angles=angles, beats=beats)
    cuts = min(_change(animator, 20), _change(animator, 40))
    between = max(_change(animator, index) for index in (9, 10, 11, 28, 29, 30, 31, 49, 50))
    assert cuts > 3 * between


@pytest.mark.parametrize("framing", ["wide", "medium", "close"])
def test_two_angles_of_the_same_framing_are_a_cut_too(scene_of: SceneOf, framing: str) -> None:
    angles = tuple(AngleSpec(start, "static", framing, 0.5) for start in (0, 20, 40))
    animator = _animator(scene_of("city"), angles=angles)
    assert min(_change(animator, 20), _change(animator, 40)) > 3 * max(_change(animator, 10), _change(animator, 30))


def test_frames_are_the_same_in_any_order_and_in_any_animator(scene_of: SceneOf) -> None:
    scene = scene_of("city")
    angles = (AngleSpec(0, "handheld", "wide", 1.0), AngleSpec(30, "whip", "close", 1.0))
    first, second = (_animator(scene, angles=angles, weather="rain") for _ in range(2))
    forward = [first.frame(index) for index in (0, 31, 45)]
    backward = [second.frame(index) for index in (45, 31, 0)][::-1]
    assert all(np.array_equal(one, other) for one, other in zip(forward, backward, strict=True))
    assert not np.array_equal(forward[0], _animator(scene, angles=angles, weather="rain", seed=2).frame(0))


def test_a_beat_brightens_and_dies_away(scene_of: SceneOf) -> None:
    beats = (BeatSpec(15.0, 1.0, is_downbeat=True),)
    scene = scene_of("ocean")
    with_beat, without = _animator(scene, beats=beats), _animator(scene)
    gain = [float(_luma(with_beat.frame(k)).mean() - _luma(without.frame(k)).mean()) for k in (10, 15, 20, 45)]
    assert abs(gain[0]) < 0.2
    assert gain[1] > gain[2] > gain[3]
    assert 0.5 < gain[1] < 20
    assert abs(gain[3]) < 0.3


@pytest.mark.parametrize("move", [*MOVES, "moonwalk"])
def test_no_camera_sees_beyond_the_canvas(scene_of: SceneOf, move: str) -> None:
    white = LayeredScene.from_bytes(scene_of("ocean").to_bytes())
    plain = white.layers[0].pixels.copy()
    plain[...] = 255
    from_white = LayeredScene(
        white.width, white.height, "flat", (type(white.layers[0])("near", 1.0, plain),), white.palette, shine=0.0
    )
    animator = _animator(from_white, angles=(AngleSpec(0, move, "wide", 1.0),))
    assert min(int(animator.frame(index).min()) for index in (0, 20, 59)) > 100


@pytest.mark.parametrize("weather", [*WEATHERS, ""])
def test_the_air_moves_in_every_weather(scene_of: SceneOf, weather: str) -> None:
    animator = _animator(scene_of("city"), weather=weather)
    assert animator.frame(3).shape == (_SIZE[1], _SIZE[0], 3)
    assert not np.array_equal(animator.frame(3), animator.frame(4))


@pytest.mark.parametrize("energy", [np.zeros((0, 3)), np.full((7, 3), np.nan), np.full((200, 3), 9.0), np.zeros(5)])
def test_broken_energy_and_beats_do_not_stop_the_show(scene_of: SceneOf, energy: NDArray[np.float64]) -> None:
    beats = (BeatSpec(float("nan"), 1.0, is_downbeat=False), BeatSpec(-400.0, 7.0, is_downbeat=True))
    angles = (AngleSpec(900, "?", "?", float("nan")), AngleSpec(-5, "static", "wide", 3.0))
    animator = _animator(scene_of("stage"), energy=energy.astype(np.float32), beats=beats, angles=angles)
    assert animator.frame(59).std() > 3


def test_a_scene_of_another_size_is_fitted(scene_of: SceneOf) -> None:
    assert _animator(scene_of("abstract"), size=(321, 181)).frame(0).shape == (181, 321, 3)


def test_a_clip_without_that_frame_says_so(scene_of: SceneOf) -> None:
    animator = _animator(scene_of("abstract"))
    with pytest.raises(IndexError, match="60 frames"):
        animator.frame(60)


def test_kernels_can_be_warmed_beforehand() -> None:
    warm()
