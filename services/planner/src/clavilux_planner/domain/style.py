"""Style: the look of every picture of a video."""

import re

from clavilux_planner.domain.knowledge import looks
from clavilux_planner.domain.knowledge.looks import Preset
from clavilux_planner.domain.picture import Light, Palette, Style
from clavilux_planner.domain.reading import Reading

_GAP = re.compile(r"[\W_]+")


def preset_name(wanted: str) -> str:
    """The preset's name as the table has it, however the user spaces it ("Neo-noir"). Raises KeyError for no such."""
    name = _GAP.sub("_", wanted.strip().casefold())
    if name and name not in looks.PRESETS:
        raise KeyError(wanted)
    return name


def chosen_preset(reading: Reading, wanted: str) -> str:
    """The preset that the prompt's own words name, else the wanted one, else none (an empty name)."""
    return next(iter(reading.styles), wanted)


def preset_for(name: str, mood: str) -> Preset:
    """The preset of that name, or the mood's look where there is no name."""
    return looks.PRESETS[name] if name else looks.STYLE_BY_MOOD[mood]


def style_of(name: str, preset: Preset, mood: str, palette: Palette) -> Style:
    """The style of a video whose first scene has this palette."""
    light = preset.light if preset.light is not Light.UNSPECIFIED else looks.LIGHT_BY_MOOD[mood]
    return Style(name, preset.description, preset.technique, palette, light)
