"""Clip boundaries: a dynamic programme that cuts a song into clips of 4-8 s where the music wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from clavilux_audio.domain.song import Anchor, Boundary, Heard

SHORTEST_S, LONGEST_S = 4.0, 8.0
BEST_S = 5.5
FEWEST, FEWEST_FROM_S = 3, 12.0
UNSURE = 0.6
"""Below this confidence the beats are not followed; a grid of the tempo is."""
SAME_S = 0.08
"""A section starts on a beat that is this near to it."""
FILLER_STEP_S = 0.5
_LENGTH_COST = 0.12
_COSTS = {Anchor.SECTION: -2.0, Anchor.DOWNBEAT: 0.0, Anchor.TEMPO_GRID: 1.0, Anchor.BEAT: 1.5, Anchor.ONSET: 1.5}
_FILLER_COST = 20.0


@dataclass(frozen=True)
class Candidate:
    """A place for a cut; the less it costs, the better it is."""

    time_s: float
    anchor: Anchor
    cost: float


def boundaries(heard: Heard) -> tuple[Boundary, ...]:
    """Return the clips of a song: in order, without gap or overlap, from 0 to its end.

    Each is 4-8 s long in songs of 8 s and more, and there are at least 3 in songs of 12 s and more. A song under 8 s is
    one clip.
    """
    duration_s = heard.duration_s
    if duration_s < 2 * SHORTEST_S:
        return (Boundary(0.0, duration_s, Anchor.SONG_START),)
    candidates = sorted(_candidates(heard), key=lambda candidate: (candidate.time_s, candidate.cost))
    cuts = _cheapest(candidates, duration_s)
    if cuts is None:
        fillers = [Candidate(float(t), Anchor.TEMPO_GRID, _FILLER_COST) for t in _steps(FILLER_STEP_S, 0.0, duration_s)]
        cuts = _cheapest(sorted([*candidates, *fillers], key=lambda each: (each.time_s, each.cost)), duration_s)
    assert cuts is not None, "half seconds always leave room for clips of 4-8 s"  # noqa: S101
    times = [0.0, *(cut.time_s for cut in cuts), duration_s]
    anchors = [Anchor.SONG_START, *(cut.anchor for cut in cuts)]
    return tuple(Boundary(*clip) for clip in zip(times[:-1], times[1:], anchors, strict=True))


def _candidates(heard: Heard) -> Iterable[Candidate]:
    starts = [section.start_s for section in heard.sections[1:]]
    if heard.tempo.confidence < UNSURE or not heard.beats:
        yield from _grid(heard)
        return
    for beat in heard.beats:
        weakness = 0.5 * (1.0 - beat.strength)
        if any(abs(beat.time_s - start) <= SAME_S for start in starts):
            anchor = Anchor.SECTION
        else:
            anchor = Anchor.DOWNBEAT if beat.position_in_bar == 1 else Anchor.BEAT
        yield Candidate(beat.time_s, anchor, _COSTS[anchor] + weakness)


def _grid(heard: Heard) -> Iterable[Candidate]:
    """Yield every fourth beat of an even tempo, in the phase that fits the beats best; onsets without a tempo."""
    if heard.tempo.bpm <= 0.0:
        yield from (Candidate(o.time_s, Anchor.ONSET, _COSTS[Anchor.ONSET] + 1.0 - o.strength) for o in heard.onsets)
        return
    step_s = 4 * 60.0 / heard.tempo.bpm
    phase_s = grid_phase([beat.time_s for beat in heard.beats], step_s / 4)
    cost = _COSTS[Anchor.TEMPO_GRID]
    yield from (Candidate(float(t), Anchor.TEMPO_GRID, cost) for t in _steps(step_s, phase_s, heard.duration_s))


def grid_phase(times_s: Sequence[float], period_s: float) -> float:
    """Return the time in [0, period) from which an even grid lies nearest to some times (their circular mean)."""
    if not times_s:
        return 0.0
    turns = np.exp(2j * np.pi * np.asarray(times_s) / period_s)
    return float(np.angle(np.mean(turns)) / (2 * np.pi) % 1.0 * period_s)


def _steps(step_s: float, phase_s: float, duration_s: float) -> list[float]:
    count = int((duration_s - phase_s) / step_s) + 1
    return [phase_s + i * step_s for i in range(count)]


def _cheapest(candidates: Sequence[Candidate], duration_s: float) -> list[Candidate] | None:
    """Return the cuts between the song's start and end that cost least together; None where no clips of 4-8 s fit.

    The state is (place, clips so far), clips counted up to the fewest that are wanted.
    """
    inner = [each for each in candidates if SHORTEST_S <= each.time_s <= duration_s - SHORTEST_S]
    places = [Candidate(0.0, Anchor.SONG_START, 0.0), *inner, Candidate(duration_s, Anchor.SONG_START, 0.0)]
    fewest = FEWEST if duration_s >= FEWEST_FROM_S else 1
    best: list[dict[int, tuple[float, int, int]]] = [{0: (0.0, -1, 0)}]
    first = 0
    for j in range(1, len(places)):
        states: dict[int, tuple[float, int, int]] = {}
        while places[j].time_s - places[first].time_s > LONGEST_S:
            first += 1
        for i in range(first, j):
            length_s = places[j].time_s - places[i].time_s
            if length_s < SHORTEST_S:
                break
            step = places[j].cost + _LENGTH_COST * (length_s - BEST_S) ** 2
            for clips, (cost, _, _) in best[i].items():
                _keep_cheaper(states, min(fewest, clips + 1), (cost + step, i, clips))
        best.append(states)
    if fewest not in best[-1]:
        return None
    return _walk_back(places, best, fewest)


def _keep_cheaper(states: dict[int, tuple[float, int, int]], clips: int, found: tuple[float, int, int]) -> None:
    if clips not in states or found[0] < states[clips][0]:
        states[clips] = found


def _walk_back(
    places: Sequence[Candidate], best: Sequence[dict[int, tuple[float, int, int]]], clips: int
) -> list[Candidate]:
    cuts: list[Candidate] = []
    place = len(places) - 1
    while place > 0:
        _, place, clips = best[place][clips]
        if place > 0:
            cuts.append(places[place])
    return cuts[::-1]
