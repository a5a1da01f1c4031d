"""From words to what can be painted: kinds of place, times of day, weather, figures."""

import re

_PLACES: dict[str, str] = {
    "city": "city cities skyline downtown neon urban metropolis street streets skyscraper skyscrapers tower towers "
    "rooftop rooftops tokyo alley avenue highway cyberpunk traffic buildings harbor harbour bridge town",
    "mountains": "mountain mountains peak peaks alps alpine ridge ridges cliff cliffs valley valleys summit summits "
    "highlands canyon glacier hills hill snowfield",
    "ocean": "ocean oceans sea seas seaside beach beaches shore coast wave waves water lake island islands surf bay "
    "sail harbor lagoon tide pier lighthouse boat",
    "nebula": "nebula nebulae space galaxy galaxies cosmos cosmic planet planets star stars starfield universe orbit "
    "astronaut interstellar outer celestial milky comet",
    "desert": "desert deserts dune dunes sand sands sahara mesa mesas arid oasis wasteland mars badlands outback",
    "stage": "stage concert concerts crowd crowds gig festival arena spotlight spotlights club dancefloor performance "
    "performer performers band audience show venue theater theatre rave laser lasers",
    "forest": "forest forests woods woodland wood tree trees jungle pines pine birch path grove rainforest fireflies "
    "meadow leaves redwood redwoods fairy",
    "abstract": "abstract liquid geometric ink silk fluid kaleidoscope fractal shapes colours colors waveform smoke "
    "particles dreamscape void surreal paint",
}
KINDS: tuple[str, ...] = tuple(_PLACES)
_KIND_OF_WORD = {word: kind for kind in reversed(KINDS) for word in _PLACES[kind].split()}

_TIMES = {
    "dawn": "dawn sunrise daybreak morning",
    "day": "day daylight noon midday afternoon sunny bright",
    "sunset": "sunset sundown golden evening",
    "dusk": "dusk twilight gloaming",
    "night": "night nighttime midnight moonlit moonlight starlit nocturnal neon",
}
_WEATHERS = {
    "rain": "rain rainy raining storm stormy downpour drizzle wet",
    "snow": "snow snowy snowing blizzard winter snowfall",
    "fog": "fog foggy mist misty haze hazy smoke smoky",
    "dust": "dust dusty sandstorm motes pollen",
    "embers": "embers ember fire sparks ashes fireflies flames",
}
_FIGURES = {
    "child": "child boy girl kid children",
    "guitarist": "guitarist guitar bassist rocker",
    "dancer": "dancer dancing dances ballerina ballet",
    "hood": "hood hooded hoodie cloak monk wanderer traveler traveller cloaked",
    "dress": "dress gown woman lady her she princess singer songstress bride",
    "coat": "coat figure man person someone silhouette stranger traveller he his him lonely detective astronaut "
    "walker hiker musician hero heroine people",
}


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def _first(text: str, table: dict[str, str]) -> str:
    tokens = set(_tokens(text))
    return next((name for name, words in table.items() if tokens & set(words.split())), "")


def kind_of(place: str, description: str) -> str:
    """The kind of place that the words mean: `place` decides, then most words of `description`; else "abstract"."""
    for text in (place, description):
        counts: dict[str, int] = {}
        for token in _tokens(text):
            if kind := _KIND_OF_WORD.get(token):
                counts[kind] = counts.get(kind, 0) + 1
        if counts:
            return max(counts, key=lambda kind: counts[kind])
    return "abstract"


def time_of(description: str) -> str:
    """The time of day that a description names, or an empty string."""
    return _first(description, _TIMES)


def weather_of(description: str) -> str:
    """The weather that a description names, or an empty string."""
    return _first(description, _WEATHERS)


def figure_of(description: str) -> str:
    """The figure that a description names, or an empty string where nobody is in it."""
    return _first(description, _FIGURES)
