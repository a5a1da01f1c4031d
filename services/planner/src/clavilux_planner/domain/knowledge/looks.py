"""How things look: palettes for moods, tints for times of day, light, and the style presets."""

from dataclasses import dataclass

from clavilux_planner.domain.picture import Light, Palette, TimeOfDay, Weather

PALETTES: dict[str, tuple[Palette, ...]] = {
    "dark": (
        ("#07080d", "#1b1f2e", "#3a3350", "#7a4b5e", "#d9b8a0"),
        ("#050a0e", "#12262e", "#28505a", "#5f8a8b", "#cfe0d8"),
        ("#0b0609", "#2a0f1c", "#5c1a2c", "#a33a3a", "#f0c9a5"),
        ("#08070f", "#1c1836", "#3d2f6b", "#6d5aa8", "#c9c3e6"),
    ),
    "calm": (
        ("#0e1a26", "#24435a", "#4f7f91", "#9cc3c4", "#f0efe2"),
        ("#1a1626", "#3d3a5c", "#6f6f9c", "#b3aed0", "#f4eef2"),
        ("#13201b", "#2f4d3e", "#5f8668", "#a9c49a", "#f2f0d8"),
        ("#241a1c", "#5a4048", "#9c7276", "#d6aca0", "#f7ecdf"),
    ),
    "bright": (
        ("#1d2a4d", "#2f6fb0", "#5fb8c9", "#f7c35b", "#fff3d6"),
        ("#33204d", "#8a3f8f", "#e56b8a", "#ffb26b", "#fff0d0"),
        ("#17333a", "#1f7a6d", "#67c07a", "#f4d35e", "#fffbe6"),
        ("#2b1d12", "#a3471f", "#f08a3c", "#f9d27a", "#fff7e8"),
    ),
    "energetic": (
        ("#0b0720", "#3a0f6b", "#c2185b", "#ff6f3c", "#ffe66d"),
        ("#04101f", "#0b3d91", "#00a6c8", "#5ff0c0", "#f8f4ff"),
        ("#120a05", "#6a1208", "#d7263d", "#f9a03f", "#fff1c9"),
        ("#0a0618", "#2b0f8a", "#7b2cff", "#f72585", "#ffd6f2"),
    ),
}
"""For each mood, looks that are far from one another."""


@dataclass(frozen=True)
class Tint:
    """What a time of day does to a palette: a share of a colour mixed in, and lightness added."""

    colour: str
    share: float
    lightness: float


TINTS: dict[TimeOfDay, Tint] = {
    TimeOfDay.UNSPECIFIED: Tint("#808080", 0.0, 0.0),
    TimeOfDay.DAWN: Tint("#f2a7b8", 0.22, 0.04),
    TimeOfDay.DAY: Tint("#a8dcff", 0.18, 0.08),
    TimeOfDay.SUNSET: Tint("#ff7a3c", 0.28, 0.0),
    TimeOfDay.DUSK: Tint("#4b2a6b", 0.28, -0.03),
    TimeOfDay.NIGHT: Tint("#0b1a4a", 0.3, -0.06),
}

VARIATIONS: tuple[tuple[float, float], ...] = ((0.0, 0.0), (0.09, 0.03), (-0.09, -0.03), (0.18, 0.05))
"""For each scene in turn: turns of hue and lightness added to what the user did not name."""

HUE_BY_LOT = (-0.05, 0.05)
"""Turns of hue by which a whole video differs from another of its mood."""

LIGHT_BY_PLACE: dict[tuple[str, TimeOfDay], Light] = {
    ("city", TimeOfDay.NIGHT): Light.NEON,
    ("city", TimeOfDay.DUSK): Light.NEON,
    **{("stage", time): Light.STAGE for time in TimeOfDay},
}
"""Light of places that have their own."""

LIGHT_BY_TIME: dict[TimeOfDay, Light] = {
    TimeOfDay.DAWN: Light.GOLDEN_HOUR,
    TimeOfDay.DAY: Light.DAYLIGHT,
    TimeOfDay.SUNSET: Light.GOLDEN_HOUR,
    TimeOfDay.DUSK: Light.LOW_KEY,
    TimeOfDay.NIGHT: Light.MOONLIGHT,
}

LIGHT_BY_MOOD: dict[str, Light] = {
    "dark": Light.LOW_KEY,
    "calm": Light.MOONLIGHT,
    "bright": Light.HIGH_KEY,
    "energetic": Light.NEON,
}
"""Light of the whole video, and of places without a sky."""

TIMES_BY_MOOD: dict[str, tuple[TimeOfDay, ...]] = {
    "dark": (TimeOfDay.NIGHT, TimeOfDay.DUSK, TimeOfDay.DAWN, TimeOfDay.SUNSET),
    "calm": (TimeOfDay.DAWN, TimeOfDay.DUSK, TimeOfDay.DAY, TimeOfDay.NIGHT),
    "bright": (TimeOfDay.DAY, TimeOfDay.SUNSET, TimeOfDay.DAWN, TimeOfDay.DUSK),
    "energetic": (TimeOfDay.NIGHT, TimeOfDay.SUNSET, TimeOfDay.DUSK, TimeOfDay.DAY),
}
"""When it is where nobody says, in the order in which a returning place uses them up."""

WEATHER_BY_MOOD: dict[tuple[str, str], Weather] = {
    ("dark", "city"): Weather.RAIN,
    ("dark", "forest"): Weather.FOG,
    ("dark", "mountains"): Weather.SNOW,
    ("dark", "ocean"): Weather.RAIN,
    ("dark", "desert"): Weather.DUST,
    ("dark", "stage"): Weather.FOG,
    ("calm", "mountains"): Weather.FOG,
    ("calm", "forest"): Weather.FOG,
    ("energetic", "desert"): Weather.DUST,
    ("energetic", "stage"): Weather.EMBERS,
    ("energetic", "city"): Weather.RAIN,
}
"""What is in the air where nobody says; elsewhere it is clear."""


@dataclass(frozen=True)
class Preset:
    """A look with a name.

    `saturation` and `contrast` are factors on the palette; no light means the mood's; `palettes` names the mood whose
    palettes it takes, empty the video's own.
    """

    description: str
    technique: str
    saturation: float = 1.0
    contrast: float = 1.0
    light: Light = Light.UNSPECIFIED
    palettes: str = ""


PRESETS: dict[str, Preset] = {
    "neo_noir": Preset(
        "neo-noir, wet streets, hard shadows", "digital film, deep blacks", 0.7, 1.2, Light.LOW_KEY, "dark"
    ),
    "watercolour": Preset("loose watercolour painting", "pigment blooms on rough paper, soft edges", 0.75, 0.8),
    "documentary_35mm": Preset("35 mm documentary", "35 mm film, soft grain, natural light", 0.85, 0.95),
    "anime": Preset("hand-drawn anime", "clean line art, flat cel shading, painted skies", 1.2, 1.05),
    "claymation": Preset("claymation", "modelled clay, fingerprints, miniature sets, shallow focus", 1.05, 0.95),
    "vaporwave": Preset("vaporwave collage", "pastel gradients, grids, soft scan lines", 1.1, 0.9, Light.NEON),
    "synthwave": Preset(
        "1980s synthwave", "chrome, grid horizons, glowing outlines", 1.3, 1.15, Light.NEON, "energetic"
    ),
    "cyberpunk": Preset(
        "cyberpunk", "anamorphic lens flares, holograms, wet neon reflections", 1.25, 1.15, Light.NEON, "energetic"
    ),
    "ink": Preset("ink wash drawing", "brushed ink on paper, wide empty space", 0.35, 1.2),
    "oil_painting": Preset("impressionist oil painting", "thick visible brush strokes on canvas", 1.1, 1.0),
    "vhs": Preset("1990s home video", "VHS tape, chroma bleed, tracking noise", 0.9, 0.9),
    "risograph": Preset("risograph print", "few spot colours, halftone grain, slight misregistration", 1.15, 1.1),
    "black_and_white": Preset(
        "black-and-white photography", "silver gelatin, strong contrast", 0.0, 1.15, Light.UNSPECIFIED, "dark"
    ),
    "paper_cutout": Preset("layered paper cut-outs", "cut paper, soft drop shadows, stop motion", 1.0, 1.0),
}
"""The names a user can pick."""

STYLE_BY_MOOD: dict[str, Preset] = {
    "dark": Preset("moody cinematic realism", "anamorphic lens, low light, fine grain", 0.9, 1.1),
    "calm": Preset("soft cinematic realism", "slow lens, gentle haze, natural colour", 0.9, 0.9),
    "bright": Preset("vivid cinematic realism", "crisp lens, sunlit colour, clean highlights", 1.1, 1.0),
    "energetic": Preset("high-contrast music-video look", "wide lens, saturated light, crisp motion", 1.2, 1.1),
}
"""The look where neither the user's words nor a preset say one."""
