"""How prompts are read."""

import pytest
from clavilux_planner.domain.picture import Light, TimeOfDay, Weather
from clavilux_planner.domain.reading import read
from hypothesis import given
from hypothesis import strategies as st

from services.planner.tests.planner_songs import NEON, NONSENSE


def test_what_stands_beside_a_place_belongs_to_it() -> None:
    city, ocean = read(NEON).places
    assert (city.kind, city.time_of_day, city.weather, city.light) == (
        "city",
        TimeOfDay.NIGHT,
        Weather.RAIN,
        Light.NEON,
    )
    assert (ocean.kind, ocean.time_of_day, ocean.weather, ocean.light) == ("ocean", TimeOfDay.DAWN, None, None)


def test_what_stands_alone_holds_for_the_whole_video() -> None:
    reading = read("Snow falls. A forest and a mountain lake.")
    assert reading.weathers == (Weather.SNOW,)
    assert [place.kind for place in reading.places] == ["forest", "mountains", "ocean"]


def test_one_clause_can_name_two_places_at_two_times() -> None:
    first, second = read("from the city at night to the desert at dawn").places
    assert (first.time_of_day, second.time_of_day) == (TimeOfDay.NIGHT, TimeOfDay.DAWN)


def test_one_place_at_two_times_is_two_places() -> None:
    assert [place.time_of_day for place in read("the city by day, the city at midnight").places] == [
        TimeOfDay.DAY,
        TimeOfDay.NIGHT,
    ]


@pytest.mark.parametrize(
    ("prompt", "figure", "description"),
    [
        ("a lonely woman in a red coat walks home", "coat", "a lonely woman in a red coat"),
        ("An old man at the sea", "coat", "an old man"),
        ("the tall dancer", "dancer", "the tall dancer"),
        ("children play in the garden", "child", "children"),
        ("a man with a guitar on the beach", "guitarist", "a man with a guitar"),
        ("a woman in the city", "dress", "a woman"),
        ("a hooded figure under lamps", "hood", "a hooded figure"),
    ],
)
def test_somebody_is_described_in_the_users_own_words(prompt: str, figure: str, description: str) -> None:
    (person,) = read(prompt).people
    assert (person.figure, person.description) == (figure, description)


def test_a_couple_is_two_people() -> None:
    assert {person.figure for person in read("a couple on a beach").people} == {"coat", "dress"}


def test_what_follows_no_or_without_is_unwanted() -> None:
    reading = read("An empty desert, no people, without rain, blue light.")
    assert reading.people == ()
    assert reading.weathers == ()
    assert reading.unwanted == ("people", "rain")
    assert reading.colours == ("#2563eb",)


def test_colours_are_read_by_name_by_shade_and_as_hex() -> None:
    assert read("gold, #ABC and #123456").colours == ("#e0a526", "#aabbcc", "#123456")
    (dark,), (plain,) = read("dark blue").colours, read("blue").colours
    assert dark != plain
    assert read("#zzz, #12345 and colourful").colours == ()


def test_what_somebody_wears_is_an_accent_and_no_colour_of_the_picture() -> None:
    reading = read("a woman in a red coat, green hills")
    assert reading.colours == ("#2e9e4f",)
    assert reading.accents == ("#d62839",)


@pytest.mark.parametrize(
    ("prompt", "style"),
    [("neo-noir", "neo_noir"), ("a watercolor", "watercolour"), ("black and white", "black_and_white"), ("VHS", "vhs")],
)
def test_styles_are_named_in_words(prompt: str, style: str) -> None:
    assert read(prompt).styles == (style,)


def test_the_longest_phrase_wins() -> None:
    reading = read("at golden hour")
    assert reading.colours == ()
    assert reading.times == (TimeOfDay.SUNSET,)


def test_nonsense_is_not_understood() -> None:
    assert not read(NONSENSE).understood


@given(st.text(max_size=500))
def test_reading_never_fails(prompt: str) -> None:
    assert read(prompt) == read(prompt)
