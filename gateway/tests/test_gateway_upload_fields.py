from typing import Any

import pytest
from clavilux_gateway.models import UploadFields
from clavilux_gateway.problems import validation_failed
from pydantic import ValidationError

PROMPT = "A lighthouse in a storm, waves in slow motion, and at last the sun."


def faults(**fields: str) -> dict[str, str]:
    try:
        UploadFields.model_validate({"user_prompt": PROMPT} | fields)
    except ValidationError as error:
        return validation_failed(error.errors()).fields
    return {}


def test_without_options_a_video_is_wide_standard_and_may_cost_20_dollars() -> None:
    wishes = UploadFields.model_validate({"user_prompt": PROMPT}).to_wishes()
    assert wishes.options == {"aspect_ratio": "16:9", "quality": "standard"}
    assert wishes.budget_micros == 20_000_000
    assert wishes.prompt == PROMPT


def test_options_are_kept_as_they_were_sent() -> None:
    sent: dict[str, Any] = {"aspect_ratio": "9:16", "quality": "full", "style": "neon", "seed": "7", "title": "Song"}
    wishes = UploadFields.model_validate({"user_prompt": PROMPT, "artist": " "} | sent).to_wishes()
    assert wishes.options == sent | {"seed": 7}


@pytest.mark.parametrize(
    ("field", "value", "micros"),
    [("budget", "1.50", 1_500_000), ("budget", "0", 0), ("budget", "20", 20_000_000), ("budget_micros", "42", 42)],
)
def test_a_budget_is_dollars_or_micros(field: str, value: str, micros: int) -> None:
    assert UploadFields.model_validate({"user_prompt": PROMPT, field: value}).to_wishes().budget_micros == micros


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("aspect_ratio", "4:3"),
        ("quality", "best"),
        ("seed", "-1"),
        ("seed", "x"),
        ("budget", "20.01"),
        ("budget", "-1"),
        ("budget", "NaN"),
        ("budget", "0.0000001"),
        ("budget_micros", "20000001"),
        ("title", "x" * 121),
        ("style", "a\x00b"),
        ("user_prompt", "too short"),
    ],
)
def test_a_wrong_field_is_named(field: str, value: str) -> None:
    assert set(faults(**{field: value})) == {field}


def test_all_mistakes_are_told_at_once() -> None:
    assert set(faults(user_prompt="no", seed="x", quality="y")) == {"user_prompt", "seed", "quality"}


def test_two_budgets_are_one_too_many() -> None:
    assert faults(budget="1", budget_micros="1")
