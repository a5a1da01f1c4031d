"""Colour arithmetic. A palette is five "#rrggbb" colours from shadow to light (CIE relative luminance)."""

import colorsys
import re
from collections.abc import Iterable

from clavilux_planner.domain.knowledge.looks import Preset, Tint
from clavilux_planner.domain.picture import Palette

PALETTE_SIZE = 5
NAMED_AT_MOST = 2
"""More colours than this are not put into one scene: something must be left to tell scenes apart."""

_SHADOW, _LIGHT = 0, PALETTE_SIZE - 1
_DARK_BELOW, _BRIGHT_ABOVE = 0.02, 0.7
_REACH = (0.3, 0.6, 1.0, 1.0, 0.8)
"""How much of a tint or of added lightness each colour takes: shadows stay shadows."""

_HEX = re.compile(r"#[0-9a-f]{6}")
_Rgb = tuple[float, float, float]


def is_colour(text: str) -> bool:
    """Whether the text is a colour of the form "#rrggbb", in lower case."""
    return _HEX.fullmatch(text) is not None


def luminance(colour: str) -> float:
    """Relative luminance from 0 to 1 (ITU-R BT.709 weights on linearised sRGB)."""
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in _rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lighter(colour: str, lightness: float) -> str:
    """The colour with `lightness` (-1 to 1) added in HLS."""
    hue, level, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    return _hex(colorsys.hls_to_rgb(hue, _unit(level + lightness), saturation))


def graded(
    base: Palette,
    *,
    tint: Tint,
    preset: Preset,
    variation: tuple[float, float],
    named: tuple[str, ...] = (),
    accents: tuple[str, ...] = (),
) -> Palette:
    """A palette for one scene: the base in the style's grade, tinted by the time of day and turned by the variation.

    `variation` is (turns of hue, lightness). Of the named colours and then the accents, NAMED_AT_MOST are put in as
    they are; the others take half of the named colours' hue. Accents colour nothing but themselves.
    """
    turns, lightness = variation
    colours = [
        _tinted(_turned(colour, turns, lightness * reach), tint, reach, preset)
        for colour, reach in zip(base, _REACH, strict=True)
    ]
    if named:
        colours = [_mixed(colour, _toned(named[i % len(named)], colour), 0.5) for i, colour in enumerate(colours)]
    return _sorted(_with(colours, (*named, *accents)[:NAMED_AT_MOST]))


def apart_from(palette: Palette, others: list[Palette]) -> Palette:
    """The palette, its lightest and darkest colour nudged until it equals none of the others."""
    step = 0
    candidate = palette
    while candidate in others:
        step += 1
        nudged = (lighter(palette[0], 0.012 * step), *palette[1:-1], lighter(palette[-1], -0.03 * step))
        candidate = _sorted(nudged)
    return candidate


def _with(colours: list[str], named: tuple[str, ...]) -> list[str]:
    """The colours with each named one in the place nearest to it; shadow and light stay unless it is one itself."""
    free = set(range(PALETTE_SIZE))
    for colour in named:
        bright = luminance(colour)
        ends = {end for end, fits in ((_SHADOW, bright < _DARK_BELOW), (_LIGHT, bright > _BRIGHT_ABOVE)) if fits}
        open_to_it = free & (ends or {*range(_SHADOW + 1, _LIGHT)}) or free
        nearest = min(open_to_it, key=lambda slot: (abs(luminance(colours[slot]) - bright), slot))
        colours = [*colours[:nearest], colour, *colours[nearest + 1 :]]
        free.remove(nearest)
    return colours


def _sorted(colours: Iterable[str]) -> Palette:
    return tuple(sorted(colours, key=lambda colour: (luminance(colour), colour)))


def _turned(colour: str, turns: float, lightness: float) -> str:
    hue, level, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    return _hex(colorsys.hls_to_rgb((hue + turns) % 1.0, _unit(level + lightness), saturation))


def _tinted(colour: str, tint: Tint, reach: float, preset: Preset) -> str:
    """The colour at its time of day, with the style's contrast and saturation."""
    mixed = lighter(_mixed(colour, tint.colour, tint.share * reach), tint.lightness * reach)
    hue, level, saturation = colorsys.rgb_to_hls(*_rgb(mixed))
    if preset.contrast > 1:
        steep = level * level * (3 - 2 * level)  # a curve, not a gain: nothing is clipped to black or white
        level += (steep - level) * min(1.0, 2 * (preset.contrast - 1))
    else:
        level = 0.5 + (level - 0.5) * preset.contrast
    return _hex(colorsys.hls_to_rgb(hue, _unit(level), _unit(saturation * preset.saturation)))


def _toned(named: str, colour: str) -> str:
    """The named colour at the lightness of another."""
    hue, _, saturation = colorsys.rgb_to_hls(*_rgb(named))
    return _hex(colorsys.hls_to_rgb(hue, colorsys.rgb_to_hls(*_rgb(colour))[1], saturation))


def _mixed(colour: str, other: str, share: float) -> str:
    red, green, blue = (a + (b - a) * share for a, b in zip(_rgb(colour), _rgb(other), strict=True))
    return _hex((red, green, blue))


def _rgb(colour: str) -> _Rgb:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _hex(rgb: _Rgb) -> str:
    return "#" + "".join(f"{round(_unit(share) * 255):02x}" for share in rgb)


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
