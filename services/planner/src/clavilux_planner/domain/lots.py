"""Lots: the same seed, song, prompt and purpose always draw the same."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Lots:
    """Draws by lot. Each purpose has its own sequence, so that a new decision does not shift the others."""

    seed: int
    song: str
    prompt: str

    def pick(self, purpose: str, items: Sequence[_Item]) -> _Item:
        """One of the items."""
        return self._for(purpose).choice(items)

    def shuffled(self, purpose: str, items: Sequence[_Item]) -> list[_Item]:
        """All of the items in another order."""
        return self._for(purpose).sample(items, len(items))

    def between(self, purpose: str, low: float, high: float) -> float:
        """A number between the two, to two decimals."""
        return round(self._for(purpose).uniform(low, high), 2)

    def _for(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed}\n{self.song}\n{purpose}\n{self.prompt}")
