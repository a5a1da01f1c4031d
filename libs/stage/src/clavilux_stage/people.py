"""Somebody steps into a painted scene."""

from dataclasses import replace

import numpy as np

from clavilux_stage.figures import figure
from clavilux_stage.layers import Layer, LayeredScene, Stand, unit_of

_ALONE_BELOW = 0.6  # units; who already stands near is not brought nearer


def peopled(scene: LayeredScene, who: str, *, seed: int) -> LayeredScene:
    """The scene with one figure where its painter left room; unchanged, with a note, where nobody fits.

    `who` is one of FIGURES. `seed` decides how near they stand and where they turn; the figure itself is the same in
    every scene, so that it stays the same person through a video.
    """
    if scene.stand is None:
        return replace(scene, notes=(*scene.notes, "nobody can stand in this place"))
    rng = np.random.default_rng([seed & 0xFFFFFFFF, 7])
    unit = unit_of(scene.width, scene.height)
    stand = _placed(scene.stand, unit, rng)
    layers = list(scene.layers)
    layers.insert(len(layers) - stand.in_front, _standing(scene, stand, who, unit, rng))
    subject = (stand.feet[0], stand.feet[1] - 0.72 * stand.tall / scene.height)
    return replace(scene, layers=tuple(layers), subject=subject)


def _placed(stand: Stand, unit: float, rng: np.random.Generator) -> Stand:
    if stand.in_front or stand.tall >= _ALONE_BELOW * unit or rng.random() >= 0.3:
        return stand
    # Now and then somebody stands close to us, cut by the frame's edge.
    u = 0.5 + (0.16 if stand.feet[0] > 0.5 else -0.16)
    return replace(stand, feet=(u, 1.25), tall=float(rng.uniform(0.74, 0.86)) * unit, depth=0.85)


def _standing(scene: LayeredScene, stand: Stand, who: str, unit: float, rng: np.random.Generator) -> Layer:
    u, v = stand.feet
    light = (
        (scene.light[0] - u) * scene.width / unit,
        (scene.light[1] - v) * scene.height / unit + 0.6 * stand.tall / unit,
    )
    rim, fill, shadow = (np.array(colour, np.float32) for colour in (stand.rim, stand.fill, stand.shadow))
    painted = figure(who, tall=stand.tall, light=light, rim=rim, fill=fill, shadow=shadow, rng=rng)
    rows, columns = painted.pixels.shape[:2]
    across, down = scene.canvas
    x = (u - 0.5) * scene.width + across / 2 - columns / 2 / painted.scale
    y = (v - 0.5) * scene.height + down / 2 - rows / painted.scale
    return replace(painted, depth=stand.depth, x=round(x), y=round(y))
