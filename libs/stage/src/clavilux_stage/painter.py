"""The painter: words and a seed become a layered scene."""

import numpy as np

from clavilux_stage.canvas import Canvas
from clavilux_stage.layers import LayeredScene, Stand, check_size
from clavilux_stage.noise import F32
from clavilux_stage.palette import Palette, air_of, palette_of
from clavilux_stage.people import peopled
from clavilux_stage.places import PAINTERS
from clavilux_stage.places.site import Site
from clavilux_stage.spec import SceneSpec, checked
from clavilux_stage.words import figure_of, kind_of, time_of, weather_of

_TIME_OF_LIGHT = {
    "golden_hour": "sunset",
    "moonlight": "night",
    "daylight": "day",
    "high_key": "day",
    "neon": "night",
    "stage": "night",
    "low_key": "dusk",
}
_TIMES_OF_KIND = {
    "city": ("night", "night", "dusk"),
    "stage": ("night",),
    "nebula": ("night",),
    "mountains": ("dawn", "day", "sunset", "dusk"),
    "ocean": ("sunset", "dusk", "dawn", "night"),
    "desert": ("day", "sunset", "dusk", "dawn"),
    "forest": ("dawn", "day", "dusk", "night"),
    "abstract": ("night",),
}
_DARK_KINDS = ("stage", "nebula")


def paint(spec: SceneSpec, *, width: int, height: int, seed: int) -> LayeredScene:
    """Paints a scene. The same spec, size and seed give the same pixels.

    What is unknown or missing in the spec is decided from its words and the seed and told in `notes`.
    Raises ValueError for sizes outside 64 to 4096.
    """
    check_size(width, height)
    known, notes = checked(spec)
    kind = kind_of(known.place, known.description)
    if kind == "abstract" and known.place and known.place.lower() != "abstract":
        notes += (f"no painter for {known.place[:40]!r}: an abstract instead",)
    rng = np.random.default_rng([seed & 0xFFFFFFFF, _number(kind)])
    time = known.time_of_day or _TIME_OF_LIGHT.get(known.light) or time_of(known.description)
    time = time or str(rng.choice(_TIMES_OF_KIND[kind]))
    if kind in _DARK_KINDS:
        time = "night"
    palette, complaints = palette_of(known.palette, _mood(kind, time), rng)
    canvas = Canvas(known, palette, air_of(palette, time), width=width, height=height, rng=rng)
    site = PAINTERS[kind](canvas)
    weather = known.weather or weather_of(known.description) or site.weather
    return _scene(canvas, site, kind=kind, weather=weather, notes=notes + complaints)


def _scene(canvas: Canvas, site: Site, *, kind: str, weather: str, notes: tuple[str, ...]) -> LayeredScene:
    colour = canvas.air.light
    scene = LayeredScene(
        width=canvas.width,
        height=canvas.height,
        kind=kind,
        layers=site.layers,
        palette=_words(canvas.palette),
        light=site.light,
        light_colour=_triple(colour),
        shine=site.shine,
        subject=site.look_at or (site.feet[0], site.feet[1] - 0.2),
        weather=weather,
        lamps=site.lamps,
        stand=_stand(canvas, site),
        notes=notes,
    )
    who = canvas.spec.figure or figure_of(canvas.spec.description)
    return peopled(scene, who, seed=int(canvas.rng.integers(2**31))) if who else scene


def _stand(canvas: Canvas, site: Site) -> Stand | None:
    if site.depth is None:
        return None
    return Stand(
        feet=site.feet,
        tall=max(site.tall * canvas.unit, 24.0),
        depth=site.depth,
        in_front=site.in_front,
        rim=_triple(canvas.air.light),
        fill=_triple(canvas.palette.accents()[1] if canvas.air.is_night else canvas.air.horizon),
        shadow=_triple(canvas.palette.at(0.0) * np.float32(0.5)),
    )


def _triple(colour: F32) -> tuple[float, float, float]:
    return float(colour[0]), float(colour[1]), float(colour[2])


def _mood(kind: str, time: str) -> str:
    if kind == "nebula":
        return "space"
    if kind == "abstract" and time == "night":
        return "fluid"
    if kind in ("city", "stage") and time == "night":
        return "neon"
    if kind == "desert" and time != "night":
        return "desert_day" if time == "day" else "desert_low"
    if kind == "forest" and time in ("dawn", "day"):
        return "forest"
    return time


def _number(word: str) -> int:
    return int.from_bytes(word.encode()[:6], "big")


def _words(palette: Palette) -> tuple[str, ...]:
    return tuple("#{:02x}{:02x}{:02x}".format(*(round(c * 255) for c in colour)) for colour in palette.colours)
