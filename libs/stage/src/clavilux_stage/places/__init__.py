"""One painter for each kind of place."""

from collections.abc import Callable

from clavilux_stage.canvas import Canvas
from clavilux_stage.places import abstract, city, desert, forest, mountains, nebula, ocean, stage
from clavilux_stage.places.site import Site

PAINTERS: dict[str, Callable[[Canvas], Site]] = {
    "city": city.paint,
    "mountains": mountains.paint,
    "ocean": ocean.paint,
    "nebula": nebula.paint,
    "desert": desert.paint,
    "stage": stage.paint,
    "forest": forest.paint,
    "abstract": abstract.paint,
}
