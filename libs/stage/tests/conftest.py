from collections.abc import Callable
from functools import cache

import pytest
from clavilux_stage import LayeredScene, SceneSpec, paint

SceneOf = Callable[[str], LayeredScene]


@pytest.fixture(scope="session")
def scene_of() -> SceneOf:
    """Scenes by kind, 160x90 with a man in them, painted once for all tests."""

    @cache
    def painted(kind: str) -> LayeredScene:
        return paint(SceneSpec("a man", place=kind), width=160, height=90, seed=3)

    return painted
