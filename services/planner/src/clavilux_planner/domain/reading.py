"""Reads the user's prompt: places, times of day, weather, light, people, colours, style.

Words are looked up in the tables of `knowledge.words`, longest phrase first. What stands in one clause with a place
belongs to that place, and so does what is said before the next place comes; what is said before the first and after
the last place holds for the whole video; what follows "no" or "without" must not be seen.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from clavilux_planner.domain.knowledge import words
from clavilux_planner.domain.palette import lighter
from clavilux_planner.domain.phrases import Cue, Facet, Token, cues_in, tokens_of
from clavilux_planner.domain.picture import Light, TimeOfDay, Weather

_NEGATION_REACH = 3
_ADJECTIVES_AT_MOST = 4
_CLOTHES_AT_MOST = 6

_Value = TypeVar("_Value", TimeOfDay, Weather, Light)


@dataclass(frozen=True)
class PlaceCue:
    """A place that the prompt names, with what belongs to it alone; `words` are its clause as the user wrote it."""

    kind: str
    time_of_day: TimeOfDay | None
    weather: Weather | None
    light: Light | None
    words: str


@dataclass(frozen=True)
class PersonCue:
    """Somebody the prompt names; `description` is in the user's own words."""

    figure: str
    description: str


@dataclass(frozen=True)
class Reading:
    """What was understood of a prompt.

    Times, weathers and lights are those that belong to no single place, `accents` colours that somebody wears.
    """

    places: tuple[PlaceCue, ...]
    times: tuple[TimeOfDay, ...]
    weathers: tuple[Weather, ...]
    lights: tuple[Light, ...]
    people: tuple[PersonCue, ...]
    colours: tuple[str, ...]
    accents: tuple[str, ...]
    moods: tuple[str, ...]
    styles: tuple[str, ...]
    motions: tuple[str, ...]
    unwanted: tuple[str, ...]
    words: str

    @property
    def understood(self) -> bool:
        """Whether any word of the prompt was recognised."""
        seen = (self.places, self.times, self.weathers, self.lights, self.people)
        return any((*seen, self.colours, self.accents, self.moods, self.styles, self.motions))


def read(prompt: str) -> Reading:
    """What a prompt asks for; everything empty where no word is known. Never fails."""
    text = unicodedata.normalize("NFC", prompt)
    tokens = tokens_of(text)
    cues = [cue for cue in cues_in(tokens) if not _is_negated(tokens, cue)]
    places = [cue for cue in cues if cue.facet is Facet.PLACE]
    free = [cue for cue in cues if _owner(places, cue) is None]
    people, described = _people(tokens, cues)
    return Reading(
        places=_places(tokens, cues, places),
        times=_values(free, Facet.TIME, TimeOfDay),
        weathers=_values(free, Facet.WEATHER, Weather),
        lights=_values(free, Facet.LIGHT, Light),
        people=people,
        colours=_colours(tokens, [cue for cue in cues if cue.first not in described]),
        accents=_colours(tokens, [cue for cue in cues if cue.first in described]),
        moods=_names(cues, Facet.MOOD),
        styles=_names(cues, Facet.STYLE),
        motions=_names(cues, Facet.MOTION),
        unwanted=tuple(dict.fromkeys(_unwanted(tokens))),
        words=" ".join(token.text for token in tokens if not _clause_is_negated(tokens, token.clause)),
    )


def _is_negated(tokens: list[Token], cue: Cue) -> bool:
    before = tokens[max(0, cue.first - _NEGATION_REACH) : cue.first]
    return any(token.folded in words.NEGATIONS and token.clause == cue.clause for token in before)


def _clause_is_negated(tokens: list[Token], clause: int) -> bool:
    return any(token.clause == clause and token.folded in words.NEGATIONS for token in tokens)


def _unwanted(tokens: list[Token]) -> Iterator[str]:
    for position, token in enumerate(tokens):
        if token.folded in words.NEGATIONS:
            after = tokens[position + 1 : position + 1 + _NEGATION_REACH]
            named = [other.folded for other in after if other.clause == token.clause]
            if phrase := " ".join(word for word in named if word not in words.ARTICLES):
                yield phrase


def _places(tokens: list[Token], cues: list[Cue], named: list[Cue]) -> tuple[PlaceCue, ...]:
    places: dict[tuple[str, TimeOfDay | None], PlaceCue] = {}
    for place in named:
        own = [cue for cue in cues if _owner(named, cue) is place]
        cue = PlaceCue(
            kind=str(place.value),
            time_of_day=next(iter(_values(own, Facet.TIME, TimeOfDay)), None),
            weather=next(iter(_values(own, Facet.WEATHER, Weather)), None),
            light=next(iter(_values(own, Facet.LIGHT, Light)), None),
            words=" ".join(token.text for token in tokens if token.clause == place.clause),
        )
        # The same place at the same time is one place, however often it is named.
        places.setdefault((cue.kind, cue.time_of_day), cue)
    timed = {kind for kind, time_of_day in places if time_of_day}
    return tuple(cue for cue in places.values() if cue.time_of_day or cue.kind not in timed)


def _owner(places: list[Cue], cue: Cue) -> Cue | None:
    """The place that a cue belongs to: the nearest in its clause, else the last one before it if another follows."""
    together = [place for place in places if place.clause == cue.clause]
    if together:
        return min(together, key=lambda place: (abs(place.first - cue.first), place.first))
    before = [place for place in places if place.clause < cue.clause]
    return before[-1] if before and places[-1].clause > cue.clause else None


def _people(tokens: list[Token], cues: list[Cue]) -> tuple[tuple[PersonCue, ...], set[int]]:
    """The people, and the positions of the words that describe them."""
    taken = {
        position
        for cue in cues
        if cue.facet in {Facet.PLACE, Facet.TIME, Facet.WEATHER}
        for position in range(cue.first, cue.first + cue.length)
    }
    people: dict[str, PersonCue] = {}
    described: set[int] = set()
    worn: set[int] = set()
    for cue in cues:
        if cue.facet is not Facet.PERSON or cue.first in worn:
            continue
        span = _described(tokens, cue, taken)
        clothes = [position for position in span if position >= cue.first + cue.length]
        dressed_as = (words.FIGURES_BY_CLOTHES.get(tokens[position].folded) for position in clothes)
        figure = next(filter(None, dressed_as), str(cue.value))
        is_pair = sum(other.facet is Facet.PERSON and other.first == cue.first for other in cues) > 1
        description = f"{'one of ' if is_pair else ''}{_phrase(tokens, span)}"
        people.setdefault(figure, PersonCue(figure, description))
        worn.update(clothes)
        described.update(span)
    return tuple(people.values()), described


def _described(tokens: list[Token], cue: Cue, taken: set[int]) -> range:
    """Where the noun stands with its adjectives before and its clothes after."""
    start = cue.first
    while start > 0 and cue.first - start < _ADJECTIVES_AT_MOST and tokens[start - 1].clause == cue.clause:
        start -= 1
        if tokens[start].folded in words.ARTICLES:
            break
    else:
        start = cue.first  # no article: what stands before the noun need not belong to it
    end = cue.first + cue.length
    clothes = len(list(_clothes(tokens, end, cue.clause)))
    return range(start, end + clothes if taken.isdisjoint(range(end, end + clothes)) else end)


def _phrase(tokens: list[Token], span: range) -> str:
    """The words as the user wrote them."""
    first, *others = (tokens[position] for position in span)
    article = first.folded if first.folded in words.ARTICLES else first.text
    return " ".join((article, *(token.text for token in others)))


def _clothes(tokens: list[Token], start: int, clause: int) -> Iterator[str]:
    if start >= len(tokens) or tokens[start].folded not in words.CLOTHED_BY:
        return
    for token in tokens[start : start + _CLOTHES_AT_MOST]:
        if token.clause != clause or token.folded in words.CLOTHED_UNTIL:
            return
        yield token.text


def _colours(tokens: list[Token], cues: list[Cue]) -> tuple[str, ...]:
    colours = []
    for cue in cues:
        if cue.facet is Facet.COLOUR:
            shade = words.SHADES.get(tokens[cue.first - 1].folded, 0.0) if cue.first else 0.0
            colours.append(lighter(str(cue.value), shade) if shade else str(cue.value))
    return tuple(dict.fromkeys(colours))


def _values(cues: list[Cue], facet: Facet, kind: type[_Value]) -> tuple[_Value, ...]:
    return tuple(dict.fromkeys(cue.value for cue in cues if cue.facet is facet and isinstance(cue.value, kind)))


def _names(cues: list[Cue], facet: Facet) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(cue.value) for cue in cues if cue.facet is facet))
