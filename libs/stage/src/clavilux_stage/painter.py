"""The painter: words and a seed become a layered scene."""

from dataclasses import replace

import numpy as np

from clavilux_stage.canvas import Canvas
from clavilux_stage.figures import figure
from clavilux_stage.layers import Layer, LayeredScene, check_size
from clavilux_stage.palette import Palette, air_of, palette_of
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
    layers, subject = list(site.layers), site.look_at or (site.feet[0], site.feet[1] - 0.2)
    who = canvas.spec.figure or figure_of(canvas.spec.description)
    if who and site.depth is not None and not site.in_front and site.tall < 0.6 and canvas.rng.random() < 0.3:
        # Now and then somebody stands close to us, cut by the frame's edge.
        u = 0.5 + (0.16 if site.feet[0] > 0.5 else -0.16)
        site = replace(site, feet=(u, 1.25), tall=canvas.uniform(0.74, 0.86), depth=0.85)
    if who and site.depth is not None:
        standing = _standing(canvas, site, who)
        layers.insert(len(layers) - site.in_front, standing)
        subject = (site.feet[0], site.feet[1] - 0.72 * site.tall * canvas.unit / canvas.height)
    elif who:
        notes += ("nobody can stand in this place",)
    colour = canvas.air.light
    return LayeredScene(
        width=canvas.width,
        height=canvas.height,
        kind=kind,
        layers=tuple(layers),
        palette=_words(canvas.palette),
        light=site.light,
        light_colour=(float(colour[0]), float(colour[1]), float(colour[2])),
        shine=site.shine,
        subject=subject,
        weather=weather,
        lamps=site.lamps,
        notes=notes,
    )


def _standing(canvas: Canvas, site: Site, who: str) -> Layer:
    light = (
        (site.light[0] - site.feet[0]) * canvas.width / canvas.unit,
        (site.light[1] - site.feet[1]) * canvas.height / canvas.unit + site.tall * 0.6,
    )
    painted = figure(
        who,
        tall=max(site.tall * canvas.unit, 24.0),
        light=light,
        rim=canvas.air.light,
        fill=canvas.palette.accents()[1] if canvas.air.is_night else canvas.air.horizon,
        shadow=canvas.palette.at(0.0) * np.float32(0.5),
        rng=canvas.rng,
    )
    rows, columns = painted.pixels.shape[:2]
    x = round(canvas.px(site.feet[0]) - columns / painted.scale / 2)
    y = round(canvas.py(site.feet[1]) - rows / painted.scale)
    return replace(painted, depth=site.depth or 0.7, x=x, y=y)


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
