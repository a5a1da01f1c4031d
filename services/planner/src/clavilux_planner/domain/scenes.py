"""Scenes: places from the prompt, or from the mood where it names none; no two of one video look the same."""

from dataclasses import dataclass, replace
from typing import TypeVar

from clavilux_planner.domain.knowledge import looks, staging
from clavilux_planner.domain.knowledge.looks import Preset
from clavilux_planner.domain.lots import Lots
from clavilux_planner.domain.palette import apart_from, graded
from clavilux_planner.domain.picture import Light, Palette, Scene, TimeOfDay, Weather
from clavilux_planner.domain.reading import PlaceCue, Reading

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Look:
    """What all scenes of a video share: its moods (one or two), its style and the reading of its prompt."""

    moods: tuple[str, ...]
    preset: Preset
    reading: Reading

    @property
    def palette_mood(self) -> str:
        """The mood whose palettes and times of day are used."""
        return self.preset.palettes or self.moods[0]


@dataclass(frozen=True)
class Setting:
    """A scene and what the user said of it."""

    scene: Scene
    words: str


def settings_for(look: Look, count: int, lots: Lots) -> tuple[Setting, ...]:
    """`count` scenes, "scene_1" first. They differ in place or in time of day and view, and always in palette."""
    scenes: list[Scene] = []
    settings = []
    for index, cue in enumerate(_places(look, count, lots)):
        timed = replace(cue, time_of_day=cue.time_of_day or _time_of(cue, look, index, scenes))
        scenes.append(_scene(timed, look, index, scenes, lots))
        settings.append(Setting(scenes[-1], cue.words or look.reading.words))
    return tuple(settings)


def _places(look: Look, count: int, lots: Lots) -> list[PlaceCue]:
    """The named places, then the same again (at other times); an abstract and fitting places where none is named."""
    named = list(look.reading.places[:count])
    if named:
        again = [replace(cue, time_of_day=None, light=None) for cue in look.reading.places]
        return [*named, *(again[i % len(again)] for i in range(count - len(named)))]
    fitting = lots.shuffled("places", staging.PLACES_BY_MOOD[look.moods[0]])
    kinds = ["abstract", *fitting][:count]
    return [PlaceCue(kind, None, None, None, "") for kind in kinds]


def _time_of(cue: PlaceCue, look: Look, index: int, scenes: list[Scene]) -> TimeOfDay:
    """The prompt's time, in turn where it names several; for a place that returns, one that it has not had."""
    wanted = look.reading.times
    had = {scene.time_of_day for scene in scenes if scene.place == cue.kind}
    had |= {place.time_of_day for place in look.reading.places if place.kind == cue.kind and place.time_of_day}
    usual = looks.TIMES_BY_MOOD[look.palette_mood]
    times = (*_turned(wanted, index), *_turned(usual, index))
    return next((time for time in times if time not in had), times[0])


def _scene(cue: PlaceCue, look: Look, index: int, scenes: list[Scene], lots: Lots) -> Scene:
    time_of_day = cue.time_of_day or TimeOfDay.UNSPECIFIED
    mood = look.moods[index % len(look.moods)]
    weather = cue.weather or next(iter(look.reading.weathers), None)
    weather = weather or looks.WEATHER_BY_MOOD.get((mood, cue.kind), Weather.CLEAR)
    views = lots.shuffled(f"views of {cue.kind}", staging.VIEWS[cue.kind])
    views = [view for view in views if not any(word in view for word in look.reading.unwanted)] or views
    view = views[sum(scene.place == cue.kind for scene in scenes) % len(views)]
    return Scene(
        id=f"scene_{index + 1}",
        description=_description(view, cue.kind, time_of_day, weather),
        place=cue.kind,
        time_of_day=time_of_day,
        weather=weather,
        mood=mood,
        palette=_palette(time_of_day, look, index, scenes, lots),
        light=_light(cue, time_of_day, mood, look),
    )


def _turned(items: tuple[_Item, ...], steps: int) -> tuple[_Item, ...]:
    """The items from another one on, round and round."""
    start = steps % len(items) if items else 0
    return items[start:] + items[:start]


def _description(view: str, place: str, time_of_day: TimeOfDay, weather: Weather) -> str:
    when = "" if place in staging.WITHOUT_SKY else staging.TIME_WORDS.get(time_of_day, "")
    return " ".join(filter(None, (view, when, staging.WEATHER_WORDS.get(weather, ""))))


def _palette(time_of_day: TimeOfDay, look: Look, index: int, scenes: list[Scene], lots: Lots) -> Palette:
    bases = lots.shuffled("palettes", looks.PALETTES[look.palette_mood])
    turns, lightness = looks.VARIATIONS[index % len(looks.VARIATIONS)]
    palette = graded(
        bases[index % len(bases)],
        tint=looks.TINTS[time_of_day],
        preset=look.preset,
        variation=(turns + lots.between("hue", *looks.HUE_BY_LOT), lightness),
        named=_turned(look.reading.colours, index),
        accents=look.reading.accents,
    )
    return apart_from(palette, [scene.palette for scene in scenes])


def _light(cue: PlaceCue, time_of_day: TimeOfDay, mood: str, look: Look) -> Light:
    said = cue.light or next(iter(look.reading.lights), None)
    if said:
        return said
    if own := looks.LIGHT_BY_PLACE.get((cue.kind, time_of_day)):
        return own
    if look.preset.light is not Light.UNSPECIFIED:
        return look.preset.light
    if cue.kind in staging.WITHOUT_SKY:
        return looks.LIGHT_BY_MOOD[mood]
    return looks.LIGHT_BY_TIME.get(time_of_day, looks.LIGHT_BY_MOOD[mood])
