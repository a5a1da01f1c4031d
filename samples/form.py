"""A song's plan in time, and by that where exactly its beats and sections are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desk import Stereo


@dataclass(frozen=True)
class Bar:
    """One bar of four beats: the part it belongs to, its number in that part (from 0) and how many the part has."""

    part: str
    number: int
    of: int
    start_s: float
    beat_s: float

    @property
    def is_last(self) -> bool:
        """Whether the next bar belongs to another part."""
        return self.number == self.of - 1

    def at(self, beats: float) -> float:
        """Return the time of a beat of this bar, counted from 0; fractions lie between beats."""
        return self.start_s + beats * self.beat_s


@dataclass(frozen=True)
class Form:
    """Bars in 4/4 one after another from 0 s, then one last note on the beat after them."""

    bpm: float
    length_s: float
    parts: tuple[tuple[str, int], ...]

    @classmethod
    def fitted(cls, bpm: float, length_s: float, weights: tuple[tuple[str, int], ...]) -> Form:
        """Share the whole bars that a length has room for among the parts, at least one each, by largest remainder.

        Raises ValueError where there are fewer bars than parts.
        """
        bars = int((length_s - 0.5) * bpm / 240.0)
        if bars < len(weights):
            raise ValueError(f"a song of {length_s} s has {bars} bars, too few for {len(weights)} parts")
        free, total = bars - len(weights), sum(weight for _, weight in weights)
        shares = [free * weight / total for _, weight in weights]
        counts = [1 + int(share) for share in shares]
        by_remainder = sorted(range(len(weights)), key=lambda i: (int(shares[i]) - shares[i], i))
        for i in by_remainder[: bars - sum(counts)]:
            counts[i] += 1
        return cls(bpm, length_s, tuple((label, count) for (label, _), count in zip(weights, counts, strict=True)))

    @property
    def beat_s(self) -> float:
        """Length of a beat in seconds."""
        return 60.0 / self.bpm

    @property
    def end_s(self) -> float:
        """Where the last note is struck."""
        return 4 * self.beat_s * sum(count for _, count in self.parts)

    @property
    def ring_s(self) -> float:
        """How long the last note may ring."""
        return self.length_s - self.end_s

    def bars(self) -> Iterator[Bar]:
        """Yield every bar in order."""
        played = 0
        for part, count in self.parts:
            for number in range(count):
                yield Bar(part, number, count, (played + number) * 4 * self.beat_s, self.beat_s)
            played += count

    def beats(self) -> list[tuple[float, int]]:
        """Return (seconds, position in the bar) of every beat, the last note included."""
        return [*((bar.at(i), i + 1) for bar in self.bars() for i in range(4)), (self.end_s, 1)]

    def sections(self) -> list[tuple[float, float, str]]:
        """Return (start, end, label) of every part; the last one rings out to the end of the song."""
        starts = [bar.start_s for bar in self.bars() if bar.number == 0]
        ends = [*starts[1:], self.length_s]
        return [(start, end, label) for start, end, (label, _) in zip(starts, ends, self.parts, strict=True)]


@dataclass(frozen=True)
class Song:
    """A finished song: its form and its sound, shape (2, samples)."""

    form: Form
    sound: Stereo
