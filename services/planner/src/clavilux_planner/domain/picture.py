"""The vocabulary of pictures: what a plan is written in. The names of enum members are those of the contracts."""

from dataclasses import dataclass
from enum import Enum, auto


class Light(Enum):
    """How a picture is lit."""

    UNSPECIFIED = auto()
    LOW_KEY = auto()
    HIGH_KEY = auto()
    NEON = auto()
    GOLDEN_HOUR = auto()
    MOONLIGHT = auto()
    DAYLIGHT = auto()
    STAGE = auto()


class TimeOfDay(Enum):
    """When it is in a scene."""

    UNSPECIFIED = auto()
    DAWN = auto()
    DAY = auto()
    SUNSET = auto()
    DUSK = auto()
    NIGHT = auto()


class Weather(Enum):
    """What falls or hangs in a scene's air."""

    UNSPECIFIED = auto()
    CLEAR = auto()
    RAIN = auto()
    SNOW = auto()
    FOG = auto()
    DUST = auto()
    EMBERS = auto()


class CameraMove(Enum):
    """How a camera moves."""

    STATIC = auto()
    PUSH_IN = auto()
    PULL_OUT = auto()
    PAN_LEFT = auto()
    PAN_RIGHT = auto()
    TILT_UP = auto()
    TILT_DOWN = auto()
    ORBIT = auto()
    HANDHELD = auto()
    WHIP = auto()


class Framing(Enum):
    """How near a camera is."""

    WIDE = auto()
    MEDIUM = auto()
    CLOSE = auto()


class TransitionKind(Enum):
    """How one shot gives way to the next."""

    CUT = auto()
    CROSSFADE = auto()
    FADE = auto()


Palette = tuple[str, ...]
"""Five colours as "#rrggbb", from shadow to light."""


@dataclass(frozen=True)
class Style:
    """The look of every picture of a video."""

    preset: str
    description: str
    technique: str
    palette: Palette
    light: Light


@dataclass(frozen=True)
class Scene:
    """A place that shots return to."""

    id: str
    description: str
    place: str
    time_of_day: TimeOfDay
    weather: Weather
    mood: str
    palette: Palette
    light: Light


@dataclass(frozen=True)
class Character:
    """Somebody who is the same in every shot."""

    id: str
    description: str
    figure: str


@dataclass(frozen=True)
class Angle:
    """One camera from `start_s` (seconds from the song's first sample) to the next angle or the end of the shot."""

    start_s: float
    move: CameraMove
    framing: Framing
    amount: float
