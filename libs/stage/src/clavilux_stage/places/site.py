"""What a painter of a place answers with."""

from dataclasses import dataclass

from clavilux_stage.layers import Lamp, Layer


@dataclass(frozen=True)
class Site:
    """A painted place: layers from far to near, and where things are (fractions of the frame).

    `light` is where it shines from and `shine` how strongly it bursts into rays; `feet` is where somebody may stand,
    `tall` how much of the frame's unit they measure and `depth` how near they are (None: nobody fits there).
    The figure goes behind the last `in_front` layers. `weather` is what fits where nothing is asked.
    """

    layers: tuple[Layer, ...]
    light: tuple[float, float]
    shine: float
    feet: tuple[float, float]
    tall: float
    depth: float | None
    in_front: int = 0
    weather: str = "clear"
    lamps: tuple[Lamp, ...] = ()
    look_at: tuple[float, float] | None = None
