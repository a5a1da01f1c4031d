import numpy as np
import pytest
from clavilux_stage import LayeredScene, SceneSpec, paint
from hypothesis import given, settings
from hypothesis import strategies as st

_SCENE = paint(SceneSpec("a concert", figure="guitarist", weather="frogs"), width=96, height=64, seed=4)
_DATA = _SCENE.to_bytes()


def test_a_scene_survives_being_bytes() -> None:
    again = LayeredScene.from_bytes(_DATA)
    assert np.array_equal(again.flat(), _SCENE.flat())
    for one, other in zip(again.layers, _SCENE.layers, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
    assert (again.notes, again.palette, again.lamps) == (_SCENE.notes, _SCENE.palette, _SCENE.lamps)
    assert (again.light, again.subject, again.weather) == (_SCENE.light, _SCENE.subject, _SCENE.weather)


def test_a_header_may_not_ask_for_more_than_a_scene_needs() -> None:
    for old, new in ((b'"width":96', b'"width":9999'), (b'"layers":[', b'"layers":[[],'), (b'"shine":', b'"shone":')):
        assert old in _DATA
        with pytest.raises(ValueError, match=r"."):
            LayeredScene.from_bytes(_DATA.replace(old, new, 1))


@pytest.mark.parametrize("data", [b"", b"CLXSTAGE1", b"\x89PNG\r\n\x1a\n" * 9, _DATA[: len(_DATA) // 2], _DATA[:40]])
def test_cut_and_foreign_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        LayeredScene.from_bytes(data)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(_DATA) - 1), st.binary(min_size=1, max_size=6))
def test_damaged_bytes_are_read_or_refused_but_never_crash(at: int, noise: bytes) -> None:
    damaged = _DATA[:at] + noise + _DATA[at + len(noise) :]
    try:
        scene = LayeredScene.from_bytes(damaged)
    except ValueError:
        return
    assert scene.layers


@given(st.binary(max_size=300))
def test_a_header_of_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        LayeredScene.from_bytes(b"CLXSTAGE1" + len(noise).to_bytes(4, "little") + noise)
