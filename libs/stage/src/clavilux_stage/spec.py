"""What a picture, a camera and a beat are to the painter and the animator."""

from dataclasses import dataclass, replace

TIMES = ("dawn", "day", "sunset", "dusk", "night")
WEATHERS = ("clear", "rain", "snow", "fog", "dust", "embers")
LIGHTS = ("low_key", "high_key", "neon", "golden_hour", "moonlight", "daylight", "stage")
FIGURES = ("coat", "dress", "hood", "guitarist", "dancer", "child")
MOVES = (
    "static",
    "push_in",
    "pull_out",
    "pan_left",
    "pan_right",
    "tilt_up",
    "tilt_down",
    "orbit",
    "handheld",
    "whip",
)
FRAMINGS = ("wide", "medium", "close")


@dataclass(frozen=True)
class SceneSpec:
    """A scene in words. Every empty or unknown field is decided by the description and the seed.

    `palette` is five "#rrggbb" from shadow to light.
    """

    description: str
    place: str = ""
    time_of_day: str = ""
    weather: str = ""
    mood: str = ""
    palette: tuple[str, ...] = ()
    light: str = ""
    figure: str = ""


@dataclass(frozen=True)
class AngleSpec:
    """One camera from `start_frame` to the next angle; `amount` (0 to 1) is how far it travels."""

    start_frame: int
    move: str
    framing: str
    amount: float


@dataclass(frozen=True)
class BeatSpec:
    """A beat at a fractional frame of the clip; `strength` is 0 to 1."""

    frame: float
    strength: float
    is_downbeat: bool


def checked(spec: SceneSpec) -> tuple[SceneSpec, tuple[str, ...]]:
    """The spec with unknown words emptied, and one note for each that was."""
    notes: list[str] = []
    vocabularies = {"time_of_day": TIMES, "weather": WEATHERS, "light": LIGHTS, "figure": FIGURES}
    kept: dict[str, str] = {}
    for field, words in vocabularies.items():
        word = str(getattr(spec, field)).strip().lower()
        if word and word not in words:
            notes.append(f"unknown {field} {word[:40]!r}: left to the painter")
            word = ""
        kept[field] = word
    known = replace(
        spec,
        description=spec.description[:5000],
        time_of_day=kept["time_of_day"],
        weather=kept["weather"],
        light=kept["light"],
        figure=kept["figure"],
    )
    return known, tuple(notes)
