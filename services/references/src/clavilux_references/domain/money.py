"""What is offered, what was spent, what was given up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Degradation:
    """A fallback that was taken; shown to the user."""

    code: str
    message: str
    item: str = ""


@dataclass(frozen=True)
class Cost:
    """One billed call."""

    provider: str
    model: str
    cost_micros: int


@dataclass(frozen=True)
class Price:
    """What one picture costs; all zero is free."""

    per_item_micros: int = 0
    source: str = ""
    read_on: str = ""


@dataclass(frozen=True)
class Offer:
    """What one provider's model can make, for how much and how fast."""

    provider: str
    model: str
    price: Price = Price()
    aspect_ratios: tuple[str, ...] = ("16:9", "9:16", "1:1")
    typical_s: float = 0.0
    takes_prompt: bool = False
    takes_image: bool = False
