"""Phrases: a text as words, and those of them that the tables of `knowledge.words` know."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from clavilux_planner.domain.knowledge import words

_TOKEN = re.compile(r"#[0-9a-f]{6}(?![^\W_])|#[0-9a-f]{3}(?![^\W_])|[^\W_]+(?:['’][^\W_]+)*", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.,;:!?\n–—…]")
_LONGEST_PHRASE = 3


class Facet(Enum):
    """What a phrase tells of."""

    PLACE = "place"
    TIME = "time"
    WEATHER = "weather"
    LIGHT = "light"
    PERSON = "person"
    COLOUR = "colour"
    MOOD = "mood"
    STYLE = "style"
    MOTION = "motion"


@dataclass(frozen=True)
class Token:
    """A word as written and as it is looked up; clauses are numbered."""

    text: str
    folded: str
    clause: int


@dataclass(frozen=True)
class Cue:
    """A known phrase: `value` is what it stands for in its table, `first` and `length` count tokens."""

    facet: Facet
    value: object
    first: int
    length: int
    clause: int


_Meanings = tuple[tuple[Facet, object], ...]


def _index() -> dict[tuple[str, ...], _Meanings]:
    index: dict[tuple[str, ...], _Meanings] = {}
    for facet, value, phrase in _entries():
        key = tuple(phrase.split())
        index[key] = (*index.get(key, ()), (facet, value))
    return index


def _entries() -> Iterator[tuple[Facet, object, str]]:
    tables: tuple[tuple[Facet, Iterable[tuple[object, tuple[str, ...]]]], ...] = (
        (Facet.PLACE, words.PLACES.items()),
        (Facet.TIME, words.TIMES.items()),
        (Facet.WEATHER, words.WEATHERS.items()),
        (Facet.LIGHT, words.LIGHTS.items()),
        (Facet.PERSON, words.PEOPLE.items()),
        (Facet.MOOD, words.MOODS.items()),
        (Facet.STYLE, words.STYLES.items()),
        (Facet.MOTION, words.MOTIONS.items()),
        (Facet.COLOUR, ((value, (name,)) for name, value in words.COLOURS.items())),
    )
    for facet, table in tables:
        for value, phrases in table:
            yield from ((facet, value, phrase) for phrase in phrases)


_INDEX = _index()


def tokens_of(text: str) -> list[Token]:
    """The words of a text. A clause ends at punctuation and before a connector ("then")."""
    tokens: list[Token] = []
    clause, end = 0, 0
    for match in _TOKEN.finditer(text):
        folded = match.group().casefold()
        if _CLAUSE_END.search(text[end : match.start()]) or folded in words.CONNECTORS:
            clause += 1
        tokens.append(Token(match.group(), folded, clause))
        end = match.end()
    return tokens


def cues_in(tokens: list[Token]) -> Iterator[Cue]:
    """Every known phrase, longest first, in order; one that stands in several tables gives several cues."""
    position = 0
    while position < len(tokens):
        length, meanings = _longest_phrase(tokens, position)
        for facet, value in meanings:
            yield Cue(facet, value, position, length, tokens[position].clause)
        position += length


def _longest_phrase(tokens: list[Token], position: int) -> tuple[int, _Meanings]:
    if tokens[position].text.startswith("#"):
        return 1, ((Facet.COLOUR, _full_hex(tokens[position].folded)),)
    for length in range(min(_LONGEST_PHRASE, len(tokens) - position), 0, -1):
        phrase = [token.folded for token in tokens[position : position + length]]
        for last in _singulars(phrase[-1]):
            if meanings := _INDEX.get((*phrase[:-1], last)):
                return length, meanings
    return 1, ()


def _singulars(word: str) -> Iterator[str]:
    yield word
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]


def _full_hex(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])
