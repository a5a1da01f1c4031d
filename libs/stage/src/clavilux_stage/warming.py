"""Compiles every kernel once, so that no frame has to wait for it."""

import numpy as np

from clavilux_stage.animator import Animator
from clavilux_stage.painter import paint
from clavilux_stage.spec import AngleSpec, BeatSpec, SceneSpec


def warm() -> None:
    """Paints and animates two thumbnails that between them call every kernel; a second call costs little."""
    for place in ("ocean", "stage"):
        spec = SceneSpec(place, place=place)
        scene = paint(spec, width=96, height=64, seed=0)
        animator = Animator(
            scene,
            spec=spec,
            frame_count=1,
            fps=30.0,
            width=96,
            height=64,
            angles=[AngleSpec(0, "static", "wide", 0.0)],
            beats=[BeatSpec(0.0, 1.0, is_downbeat=True)],
            energy=np.full((1, 3), 0.5, np.float32),
            intensity=0.5,
            seed=0,
        )
        animator.frame(0)
