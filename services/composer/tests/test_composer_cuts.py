"""The cut detector: finds planted cuts to the frame, and takes nothing else for one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from clavilux_composer.domain.cuts import Stretch, StretchKind, find_cuts, find_stretches, match_cuts
from clavilux_composer.domain.picture import FrameLooks, FrameReader
from clavilux_composer.domain.showcase import poster_frame, preview_start
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

Picture = NDArray[np.float64]
WIDTH, HEIGHT = 160, 90


class Place:
    """A landscape of noise with hard edges, larger than the frame, seen through a camera."""

    def __init__(self, seed: int) -> None:
        lots = np.random.default_rng(seed)
        y, x = np.mgrid[0:3:400j, 0:4:600j]
        land = np.zeros_like(x)
        for octave in range(1, 7):
            a, b, phase = lots.uniform(-3, 3), lots.uniform(-3, 3), lots.uniform(0, 6)
            land += np.sin(2.1**octave * (a * x + b * y) + phase) / 1.5**octave
        for _ in range(14):
            left, top = lots.uniform(0, 3.8), lots.uniform(0, 2.8)
            box = (x > left) & (x < left + lots.uniform(0.1, 0.5)) & (y > top) & (y < top + lots.uniform(0.1, 0.9))
            land[box] += lots.uniform(-1.5, 1.5)
        self.land = 110 + 45 * land / land.std()

    def seen(self, x: float = 0.0, y: float = 0.0, zoom: float = 1.0) -> Picture:
        """From 0 to 1 across and down, 1 to 3 times enlarged."""
        width, height = 320 / zoom, 180 / zoom
        columns = (x * (600 - width) + np.linspace(0, width - 1, WIDTH)).clip(0, 599)
        rows = (y * (400 - height) + np.linspace(0, height - 1, HEIGHT)).clip(0, 399)
        left, top = np.floor(columns).astype(int).clip(0, 598), np.floor(rows).astype(int).clip(0, 398)
        across, down = columns - left, (rows - top)[:, None]
        upper = self.land[top][:, left] * (1 - across) + self.land[top][:, left + 1] * across
        lower = self.land[top + 1][:, left] * (1 - across) + self.land[top + 1][:, left + 1] * across
        return np.asarray(upper * (1 - down) + lower * down)


def looks_of(pictures: list[Picture], *, grain: float = 2.0) -> FrameLooks:
    lots = np.random.default_rng(3)
    reader = FrameReader(WIDTH, HEIGHT)
    noisy = [np.clip(p + lots.normal(0, grain, p.shape), 0, 255).astype(np.uint8) for p in pictures]
    for first in range(0, len(noisy), 17):
        reader.feed(b"".join(picture.tobytes() for picture in noisy[first : first + 17]))
    return reader.looks()


def eased(count: int) -> Picture:
    return 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, count))


CITY, COAST, FOREST = Place(1), Place(2), Place(3)


def test_cuts_between_moving_shots_are_found_to_the_frame() -> None:
    pan = [CITY.seen(0.6 * step, 0.4) for step in eased(50)]
    push = [COAST.seen(0.5, 0.5, 1 + 0.4 * step) for step in eased(41)]
    tilt = [FOREST.seen(0.3, 0.8 * step, 1.3) for step in eased(33)]

    assert find_cuts(looks_of(pan + push + tilt)) == (50, 91)


def test_a_cut_to_another_framing_of_the_same_place_is_found() -> None:
    wide = [CITY.seen(0.5, 0.5, 1.0 + 0.002 * frame) for frame in range(40)]
    close = [CITY.seen(0.5, 0.5, 1.7 - 0.002 * frame) for frame in range(40)]

    assert find_cuts(looks_of(wide + close)) == (40,)


def test_shots_of_seven_frames_are_found() -> None:
    places = [CITY, COAST, FOREST, CITY, COAST, FOREST]
    pictures = [place.seen(0.01 * frame) for place in places for frame in range(7)]

    assert find_cuts(looks_of(pictures)) == tuple(range(7, 42, 7))


def test_a_cut_with_a_flash_on_it_is_found() -> None:
    light = [1 + 1.2 * 0.7**frame for frame in range(30)]
    pictures = [CITY.seen(0.01 * frame) for frame in range(30)]
    pictures += [COAST.seen(0.01 * frame) * gain for frame, gain in enumerate(light)]

    assert find_cuts(looks_of(pictures)) == (30,)


def test_a_cut_in_the_dark_is_found() -> None:
    night = [0.15 * CITY.seen(0.002 * frame) for frame in range(30)]
    darker = [0.12 * COAST.seen(0.002 * frame) for frame in range(30)]

    assert find_cuts(looks_of(night + darker, grain=0.5)) == (30,)


def flashes() -> list[Picture]:
    """Beats that multiply the light, decaying."""
    return [CITY.seen(0.003 * f) * (1 + 0.9 * 0.75 ** (f % 15)) for f in range(45)]


def white_out() -> list[Picture]:
    """A frame of pure white on every beat, then a decaying veil."""
    return [CITY.seen(0.003 * f) + 255 * 0.45 ** (f % 15) for f in range(45)]


def strobe() -> list[Picture]:
    """Every third frame is far darker."""
    return [CITY.seen(0.003 * f) * (0.3 if f % 3 == 0 else 1.0) for f in range(36)]


def bloom() -> list[Picture]:
    """A light in a corner that swells on the beat."""
    y, x = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    glow = 200 * np.exp(-((x - 0.7) ** 2 + (y - 0.3) ** 2) * 9)
    return [255 - (255 - CITY.seen(0.003 * f)) * (1 - glow / 255 * 0.8 ** (f % 15)) for f in range(45)]


def whip_pan() -> list[Picture]:
    """Across the whole place within ten frames."""
    still = [CITY.seen(0.0, 0.5)] * 25
    whip = [CITY.seen(float(x), 0.5) for x in eased(10)]
    return still + whip + [CITY.seen(1.0, 0.5)] * 25


def punch_in() -> list[Picture]:
    """A zoom of 1.5 % at once on every beat, easing back."""
    return [CITY.seen(0.4, 0.4, 1 + 0.015 * 0.8 ** (f % 15)) for f in range(45)]


def shake() -> list[Picture]:
    """A hand-held camera."""
    lots = np.random.default_rng(8)
    return [CITY.seen(0.4 + lots.normal(0, 0.004), 0.4 + lots.normal(0, 0.004)) for _ in range(45)]


def crossfade() -> list[Picture]:
    """From one place to another within half a second."""
    weights = np.concatenate([np.zeros(30), np.arange(15) / 15, np.ones(30)])
    return [CITY.seen(0.004 * f) * (1 - w) + COAST.seen(0.004 * f) * w for f, w in enumerate(weights)]


def through_black() -> list[Picture]:
    """Out and in again within half a second, from black and to black at the ends."""
    light = np.concatenate([np.arange(15) / 15, np.ones(20), 1 - np.arange(7) / 7, np.arange(8) / 8, np.ones(20)])
    return [(CITY if f < 42 else COAST).seen(0.004 * f) * gain for f, gain in enumerate(light)]


def rain() -> list[Picture]:
    """Bright streaks at other places in every frame."""
    lots = np.random.default_rng(4)
    pictures = []
    for _ in range(36):
        picture = CITY.seen(0.3, 0.3)
        for _ in range(60):
            row, column = lots.integers(0, HEIGHT - 8), lots.integers(0, WIDTH)
            picture[row : row + 8, column] += 40
        pictures.append(picture)
    return pictures


def black() -> list[Picture]:
    return [np.zeros((HEIGHT, WIDTH))] * 40


@pytest.mark.integration  # needs no server, but a second of arithmetic
@pytest.mark.parametrize(
    "made",
    [flashes, white_out, strobe, bloom, whip_pan, punch_in, shake, crossfade, through_black, rain, black],
    ids=lambda made: made.__name__,
)
def test_what_only_resembles_a_cut_is_none(made: Callable[[], list[Picture]]) -> None:
    assert find_cuts(looks_of(made())) == ()


def test_black_and_frozen_stretches_are_found() -> None:
    moving = [CITY.seen(0.004 * frame) for frame in range(40)]
    pictures = [*moving, *([moving[-1]] * 35), *black(), *moving]

    assert find_stretches(looks_of(pictures, grain=0.0)) == (
        Stretch(40, 35, StretchKind.FROZEN),
        Stretch(75, 40, StretchKind.BLACK),
    )


def test_the_poster_is_sharp_bright_and_outside_of_transitions() -> None:
    blurred = [np.full((HEIGHT, WIDTH), 110.0) + CITY.seen() * 0.05 for _ in range(20)]
    dark = [COAST.seen(0.2) * 0.1 for _ in range(20)]
    sharp = [CITY.seen(0.2) for _ in range(20)]

    assert 53 <= poster_frame(looks_of(blurred + dark + sharp), [(30, 50)], [40]) < 60


def test_the_preview_starts_where_it_is_liveliest() -> None:
    still = [CITY.seen()] * 60
    lively = [COAST.seen(0.02 * frame) for frame in range(30)]
    looks = looks_of(still + lively + still)

    assert abs(preview_start(looks, 30) - 60) <= 1
    assert preview_start(looks, 200) == 0


@settings(max_examples=40)
@given(st.sets(st.integers(0, 300)), st.sets(st.integers(0, 300)))
def test_matching_accounts_for_every_cut_once(planned: set[int], found: set[int]) -> None:
    match = match_cuts(planned, found)

    assert sorted([plan for plan, _ in match.matched] + list(match.missed)) == sorted(planned)
    assert sorted([cut for _, cut in match.matched] + list(match.unplanned)) == sorted(found)
    assert match.worst_frames <= 1


def test_the_distance_to_beats_is_that_of_matched_cuts() -> None:
    match = match_cuts([30, 61, 90], [30, 60, 75])

    assert match.worst_frames == 1
    assert match.worst_beat_distance_s([1.0, 1.95], 30.0) == pytest.approx(0.05)
    assert match.worst_beat_distance_s([], 30.0) == 0.0
