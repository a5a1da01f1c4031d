"""How a video is staged: views of places, what people wear and do, how the camera moves with the energy."""

from enum import Enum

from clavilux_planner.domain.picture import CameraMove, Framing, Light, TimeOfDay, Weather


class Pace(Enum):
    """How fast a shot is cut."""

    SLOW = "slow"
    STEADY = "steady"
    FAST = "fast"


class Temper(Enum):
    """How lively a whole song is, which decides what counts as fast in it."""

    LIVELY = "lively"
    EVEN = "even"
    STILL = "still"


PACES: dict[Temper, tuple[tuple[float, Pace], ...]] = {
    Temper.LIVELY: ((0.4, Pace.FAST), (0.25, Pace.STEADY), (0.0, Pace.SLOW)),
    Temper.EVEN: ((0.6, Pace.FAST), (0.35, Pace.STEADY), (0.0, Pace.SLOW)),
    Temper.STILL: ((0.5, Pace.STEADY), (0.0, Pace.SLOW)),
}
"""From which intensity on a shot has which pace, the fastest first."""

LIVELY_FROM_ENERGY = 0.6
STILL_BELOW_ENERGY = 0.4

VIEWS: dict[str, tuple[str, ...]] = {
    "city": (
        "a long street between tall towers with lit windows",
        "a rooftop above a skyline of glowing signs",
        "a narrow alley with steaming vents and hanging cables",
        "an elevated highway that winds between skyscrapers",
    ),
    "mountains": (
        "a wide valley under layered mountain ridges",
        "a sharp summit above a sea of clouds",
        "a winding pass between dark cliffs",
        "a still lake that mirrors snow-covered peaks",
    ),
    "ocean": (
        "an open ocean with long rolling waves",
        "a rocky shore with breaking surf",
        "a lone island on a glittering horizon",
        "a calm bay with slow shining water",
    ),
    "nebula": (
        "a vast glowing nebula full of stars",
        "a ringed planet before a drift of coloured gas",
        "a bright spiral of stars and cosmic dust",
        "a pair of moons above a luminous cloud",
    ),
    "desert": (
        "endless dunes with sharp crests",
        "a canyon of red rock walls",
        "a cracked plain with lone mesas on the horizon",
        "a winding track through pale sand",
    ),
    "stage": (
        "a concert stage with crossing beams above a crowd",
        "a bare stage with a single shaft of light",
        "a wall of lamps behind an empty drum riser",
        "a packed dance floor under sweeping lasers",
    ),
    "forest": (
        "a forest path between tall trunks",
        "a clearing with shafts of light through the crowns",
        "a dark thicket with floating specks of light",
        "a stream that runs between mossy trees",
    ),
    "abstract": (
        "flowing liquid ribbons of colour",
        "slowly turning geometric shapes",
        "ink clouds that unfold in water",
        "pulsing rings of light in deep space",
    ),
}
"""Views of each kind of place that differ at a glance."""

PLACES_BY_MOOD: dict[str, tuple[str, ...]] = {
    "dark": ("city", "forest", "nebula", "ocean"),
    "calm": ("ocean", "mountains", "forest", "nebula"),
    "bright": ("mountains", "ocean", "desert", "stage"),
    "energetic": ("city", "stage", "nebula", "desert"),
}
"""What goes with an abstract opening where the prompt names no place."""

WITHOUT_SKY = frozenset({"abstract", "nebula", "stage"})
"""Places whose description does not speak of the time of day."""

TIME_WORDS: dict[TimeOfDay, str] = {
    TimeOfDay.DAWN: "at dawn",
    TimeOfDay.DAY: "in broad daylight",
    TimeOfDay.SUNSET: "at sunset",
    TimeOfDay.DUSK: "at dusk",
    TimeOfDay.NIGHT: "at night",
}

WEATHER_WORDS: dict[Weather, str] = {
    Weather.RAIN: "in the rain",
    Weather.SNOW: "in falling snow",
    Weather.FOG: "in drifting fog",
    Weather.DUST: "in blowing dust",
    Weather.EMBERS: "with glowing embers in the air",
}

LIGHT_WORDS: dict[Light, str] = {
    Light.LOW_KEY: "low-key light with deep shadows",
    Light.HIGH_KEY: "bright high-key light",
    Light.NEON: "neon light",
    Light.GOLDEN_HOUR: "warm golden-hour light",
    Light.MOONLIGHT: "cool moonlight",
    Light.DAYLIGHT: "clear daylight",
    Light.STAGE: "moving stage beams",
}

WARDROBE: dict[str, tuple[str, ...]] = {
    "coat": ("in a long dark coat with the collar up", "in a heavy open coat", "in a belted trench coat"),
    "dress": ("in a long flowing dress", "in a light summer dress", "in a dress with a wide skirt"),
    "hood": ("with a deep hood over the face", "in a hooded cape", "in a loose hooded jacket"),
    "guitarist": ("with an electric guitar held low", "with a worn guitar on a strap", "with a guitar and wild hair"),
    "dancer": ("with arms spread in a turn", "in a fitted costume with long ribbons", "in a short swirling skirt"),
    "child": ("in a small raincoat", "with a striped scarf", "with a paper lantern"),
}

ACTIONS: dict[tuple[bool, Pace], tuple[str, ...]] = {
    (True, Pace.SLOW): ("{who} stands still and looks away", "{who} waits in the light", "{who} turns slowly"),
    (True, Pace.STEADY): ("{who} moves on with the beat", "{who} crosses the picture", "{who} turns to the light"),
    (True, Pace.FAST): ("{who} moves hard on every beat", "{who} breaks into motion", "{who} throws the arms up"),
    (False, Pace.SLOW): ("everything breathes slowly", "light drifts over the scene", "nothing moves but the air"),
    (False, Pace.STEADY): ("the scene sways with the rhythm", "light passes in waves", "depth opens step by step"),
    (False, Pace.FAST): ("light bursts on every beat", "everything surges forward", "the scene pulses and flares"),
}
"""What happens with and without somebody there."""

MOVES: dict[Pace, tuple[CameraMove, ...]] = {
    Pace.SLOW: (
        CameraMove.PUSH_IN,
        CameraMove.PAN_RIGHT,
        CameraMove.STATIC,
        CameraMove.PAN_LEFT,
        CameraMove.TILT_UP,
        CameraMove.PULL_OUT,
    ),
    Pace.STEADY: (
        CameraMove.PUSH_IN,
        CameraMove.ORBIT,
        CameraMove.PAN_LEFT,
        CameraMove.TILT_UP,
        CameraMove.PAN_RIGHT,
        CameraMove.TILT_DOWN,
    ),
    Pace.FAST: (
        CameraMove.HANDHELD,
        CameraMove.PUSH_IN,
        CameraMove.ORBIT,
        CameraMove.WHIP,
        CameraMove.PULL_OUT,
        CameraMove.PAN_RIGHT,
    ),
}

AMOUNTS: dict[Pace, tuple[float, float]] = {Pace.SLOW: (0.2, 0.4), Pace.STEADY: (0.4, 0.6), Pace.FAST: (0.6, 0.9)}
"""How far a move goes, at the least and at the most."""

MOVE_WORDS: dict[CameraMove, str] = {
    CameraMove.STATIC: "static camera",
    CameraMove.PUSH_IN: "camera pushes in",
    CameraMove.PULL_OUT: "camera pulls out",
    CameraMove.PAN_LEFT: "camera pans left",
    CameraMove.PAN_RIGHT: "camera pans right",
    CameraMove.TILT_UP: "camera tilts up",
    CameraMove.TILT_DOWN: "camera tilts down",
    CameraMove.ORBIT: "camera orbits",
    CameraMove.HANDHELD: "handheld camera",
    CameraMove.WHIP: "whip pan",
}

FRAMING_WORDS: dict[Framing, str] = {
    Framing.WIDE: "wide shot",
    Framing.MEDIUM: "medium shot",
    Framing.CLOSE: "close shot",
}
