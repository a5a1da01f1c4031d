import pytest
from clavilux_stage import KINDS, kind_of
from clavilux_stage.words import figure_of, time_of, weather_of
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("place", "description", "kind"),
    [
        ("", "a neon city street in the rain", "city"),
        ("mountains", "a lonely beach", "mountains"),
        ("", "Waves roll onto a beach, far away a ship at sea", "ocean"),
        ("", "drifting past a ringed planet in deep space", "nebula"),
        ("", "endless dunes of sand", "desert"),
        ("concert hall", "", "stage"),
        ("", "a path through the woods", "forest"),
        ("", "liquid colours", "abstract"),
        ("kitchen", "", "abstract"),
        ("", "", "abstract"),
    ],
)
def test_words_name_the_kind_of_place(place: str, description: str, kind: str) -> None:
    assert kind_of(place, description) == kind


def test_every_kind_is_recognised_by_its_own_name() -> None:
    assert [kind_of(kind, "") for kind in KINDS] == list(KINDS)


@given(st.text(), st.text())
def test_any_text_gives_a_kind_that_can_be_painted(place: str, description: str) -> None:
    assert kind_of(place, description) in KINDS


def test_a_description_tells_time_weather_and_who_is_there() -> None:
    words = "at midnight a girl walks through falling snow"
    assert (time_of(words), weather_of(words), figure_of(words)) == ("night", "snow", "child")


def test_words_inside_other_words_name_nothing() -> None:
    assert figure_of("a manual for the weather") == ""
    assert kind_of("", "an oceanographer's starling") == "abstract"
