from collections.abc import Callable

import cv2
import numpy as np
import pytest
from clavilux_stage import FIGURES, KINDS, LayeredScene, SceneSpec, from_flat, paint, peopled
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

SceneOf = Callable[[str], LayeredScene]


def _thumb(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    return cv2.resize(picture, (32, 18), interpolation=cv2.INTER_AREA).astype(np.float32)


def _apart(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
    return float(np.abs(_thumb(one) - _thumb(two)).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_paints_layers_from_far_to_near(scene_of: SceneOf, kind: str) -> None:
    scene = scene_of(kind)
    picture = scene.flat()
    assert scene.kind == kind
    assert picture.shape == (90, 160, 3)
    assert picture.dtype == np.uint8
    assert len({layer.depth for layer in scene.layers}) >= 3
    assert scene.layers[0].pixels.shape == (112, 200, 4)
    assert picture.std() > 8
    assert (picture > 250).mean() < 0.2


def test_painting_is_decided_by_the_seed() -> None:
    spec = SceneSpec("a harbour city", time_of_day="night")
    one, same, other = (paint(spec, width=160, height=90, seed=seed).flat() for seed in (5, 5, 6))
    assert np.array_equal(one, same)
    assert _apart(one, other) > 4


def test_kinds_and_palettes_are_told_apart_at_a_glance(scene_of: SceneOf) -> None:
    pictures = [scene_of(kind).flat() for kind in KINDS]
    palette = ("#001a00", "#004d1a", "#1f9950", "#9be59b", "#f2fff2")
    pictures.append(paint(SceneSpec("", place="ocean", palette=palette), width=160, height=90, seed=3).flat())
    for k, one in enumerate(pictures):
        assert all(_apart(one, other) > 8 for other in pictures[k + 1 :])


def test_the_palette_asked_for_is_the_palette_seen() -> None:
    green = ("#001a00", "#004d1a", "#1f9950", "#9be59b", "#f2fff2")
    picture = paint(SceneSpec("waves", palette=green), width=160, height=90, seed=2).flat().astype(float)
    assert picture[..., 1].mean() > 1.15 * max(picture[..., 0].mean(), picture[..., 2].mean())


@pytest.mark.parametrize("who", FIGURES)
def test_somebody_stands_in_the_picture(who: str) -> None:
    scene = paint(SceneSpec("a town", figure=who), width=160, height=90, seed=1)
    assert [layer.role for layer in scene.layers].count("figure") == 1


def test_nobody_stands_in_a_picture_without_people() -> None:
    roles = [layer.role for layer in paint(SceneSpec("a town"), width=160, height=90, seed=1).layers]
    assert "figure" not in roles


@pytest.mark.parametrize(
    "spec",
    [
        SceneSpec(""),
        SceneSpec("x" * 20_000, place="☃" * 500, time_of_day="teatime", weather="frogs", light="?", figure="horse"),
        SceneSpec("sea", palette=("red", "#12", "", "#gggggg", "#12345678")),
        SceneSpec("concert", palette=("#ffffff",) * 5),
        SceneSpec("city", palette=("#000000",) * 5),
        SceneSpec("forest", palette=("#ff0000", "#00ff00")),
        SceneSpec("a concert at night at noon", time_of_day="NIGHT", weather="Rain"),
    ],
)
def test_odd_words_and_colours_still_give_a_picture(spec: SceneSpec) -> None:
    scene = paint(spec, width=128, height=72, seed=1)
    assert scene.flat().std() > 4
    assert len(scene.palette) == 5


def test_what_was_not_understood_is_told() -> None:
    spec = SceneSpec("", place="kitchen", weather="frogs", palette=("#101010", "nothing", "#f0f0f0"))
    notes = " ".join(paint(spec, width=96, height=64, seed=1).notes)
    assert "kitchen" in notes
    assert "frogs" in notes
    assert "1 of 3" in notes
    assert "2 colours instead of 5" in notes


@pytest.mark.parametrize("size", [(63, 100), (100, 63), (4097, 100), (0, 0), (-5, 90)])
def test_sizes_that_nobody_paints_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="64 to 4096"):
        paint(SceneSpec("sea"), width=size[0], height=size[1], seed=1)


@settings(max_examples=3, deadline=None)
@given(st.sampled_from(KINDS), st.integers(64, 200), st.integers(64, 200), st.integers(-(2**63), 2**63 - 1))
def test_any_size_and_seed_gives_a_picture_of_that_size(kind: str, width: int, height: int, seed: int) -> None:
    picture = paint(SceneSpec("a man", place=kind), width=width, height=height, seed=seed).flat()
    assert picture.shape == (height, width, 3)


@pytest.mark.parametrize("shape", [(1, 1), (37, 911), (720, 405), (64, 64)])
def test_any_flat_picture_becomes_a_scene(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    scene = from_flat(image, width=160, height=90)
    assert scene.flat().shape == (90, 160, 3)
    assert len(scene.palette) == 5


def test_a_flat_picture_stays_recognisable() -> None:
    image = np.zeros((180, 320, 3), np.uint8)
    image[:, 160:] = (220, 180, 40)
    picture = from_flat(image, width=160, height=90).flat().astype(float)
    assert picture[:, 100:, 0].mean() > picture[:, :60, 0].mean() + 80


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="flat picture"):
        from_flat(np.zeros((10, 10), np.uint8), width=160, height=90)


def test_somebody_steps_into_a_scene_that_was_stored_without_them() -> None:
    stored = paint(SceneSpec("", place="desert"), width=192, height=108, seed=3).to_bytes()
    empty = LayeredScene.from_bytes(stored)
    joined = peopled(empty, "coat", seed=1)
    assert [layer.role for layer in empty.layers if layer.role == "figure"] == []
    assert [layer.role for layer in joined.layers if layer.role == "figure"] == ["figure"]
    assert np.abs(joined.flat().astype(int) - empty.flat().astype(int)).max() > 40


def test_where_nobody_fits_the_scene_stays_and_says_so() -> None:
    nowhere = from_flat(np.full((90, 160, 3), 90, np.uint8), width=160, height=90)
    same = peopled(nowhere, "coat", seed=1)
    assert same.layers == nowhere.layers
    assert same.notes == ("nobody can stand in this place",)
