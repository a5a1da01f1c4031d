from itertools import pairwise

from clavilux_audio.domain.boundaries import boundaries, grid_phase
from clavilux_audio.domain.song import (
    Anchor,
    Beat,
    Energy,
    EnergyLevel,
    Heard,
    Mood,
    Onset,
    Section,
    SectionKind,
    Tempo,
)
from hypothesis import given
from hypothesis import strategies as st


def a_song(
    duration_s: float,
    *,
    beats: tuple[Beat, ...] = (),
    onsets: tuple[Onset, ...] = (),
    section_starts_s: tuple[float, ...] = (),
    bpm: float = 120.0,
    confidence: float = 0.9,
) -> Heard:
    edges = [0.0, *section_starts_s, duration_s]
    return Heard(
        duration_s=duration_s,
        tempo=Tempo(bpm, confidence, 4),
        beats=beats,
        onsets=onsets,
        sections=tuple(Section(a, b, SectionKind.VERSE, EnergyLevel.MEDIUM, "A") for a, b in pairwise(edges)),
        mood=Mood("calm", "", 0.4, 0.5, 0.5),
        energy=Energy(30.0, (), (), ()),
    )


def even_beats(duration_s: float, bpm: float = 120.0, *, first_s: float = 0.0) -> tuple[Beat, ...]:
    count = int((duration_s - first_s) * bpm / 60.0)
    return tuple(Beat(first_s + i * 60.0 / bpm, i % 4 + 1, 0.8) for i in range(count))


DURATIONS = st.floats(5.0, 240.0)


@st.composite
def any_song(draw: st.DrawFn) -> Heard:
    duration_s = draw(DURATIONS)
    times = sorted(draw(st.lists(st.floats(0.0, duration_s), max_size=150)))
    strength = st.floats(0.0, 1.0)
    return a_song(
        duration_s,
        beats=tuple(Beat(t, draw(st.integers(0, 4)), draw(strength)) for t in times[::2]),
        onsets=tuple(Onset(t, draw(strength)) for t in times),
        section_starts_s=tuple(sorted(set(draw(st.lists(st.sampled_from(times), max_size=5))) if times else ())),
        bpm=draw(st.one_of(st.just(0.0), st.floats(60.0, 200.0))),
        confidence=draw(strength),
    )


@given(any_song())
def test_clips_cover_any_song_exactly_in_order_and_with_allowed_lengths(song: Heard) -> None:
    clips = boundaries(song)

    assert clips[0].start_s == 0.0
    assert clips[-1].end_s == song.duration_s
    assert all(before.end_s == after.start_s for before, after in pairwise(clips))
    if song.duration_s >= 8.0:
        assert all(4.0 <= clip.end_s - clip.start_s <= 8.0 for clip in clips)
    if song.duration_s >= 12.0:
        assert len(clips) >= 3
    assert boundaries(song) == clips


@given(DURATIONS.filter(lambda duration_s: duration_s >= 20.0), st.floats(60.0, 200.0))
def test_every_cut_of_a_song_with_a_sure_beat_falls_on_a_beat(duration_s: float, bpm: float) -> None:
    beats = even_beats(duration_s, bpm)

    clips = boundaries(a_song(duration_s, beats=beats, bpm=bpm))

    assert {clip.start_s for clip in clips[1:]} <= {beat.time_s for beat in beats}


def test_cuts_prefer_section_starts_and_downbeats() -> None:
    clips = boundaries(a_song(32.0, beats=even_beats(32.0), section_starts_s=(8.0, 20.0)))

    anchors = {clip.start_s: clip.anchor for clip in clips}
    assert anchors[8.0] is Anchor.SECTION
    assert anchors[20.0] is Anchor.SECTION
    assert set(anchors.values()) == {Anchor.SONG_START, Anchor.SECTION, Anchor.DOWNBEAT}


def test_an_unsure_beat_gets_a_tempo_grid_of_four_beats_in_the_phase_of_the_beats() -> None:
    beats = even_beats(40.0, 100.0, first_s=0.35)

    clips = boundaries(a_song(40.0, beats=beats, bpm=100.0, confidence=0.5))

    for clip in clips[1:]:
        assert clip.anchor is Anchor.TEMPO_GRID
        assert abs((clip.start_s - 0.35) / 2.4 - round((clip.start_s - 0.35) / 2.4)) < 1e-6


def test_a_song_without_beats_is_cut_at_its_onsets() -> None:
    onsets = tuple(Onset(t, 0.9) for t in (5.1, 11.2, 16.9))

    clips = boundaries(a_song(22.0, onsets=onsets, bpm=0.0, confidence=0.0))

    assert [(clip.start_s, clip.anchor) for clip in clips[1:]] == [(onset.time_s, Anchor.ONSET) for onset in onsets]


def test_a_silent_song_is_cut_evenly() -> None:
    clips = boundaries(a_song(30.0, bpm=0.0, confidence=0.0))

    assert {clip.anchor for clip in clips[1:]} == {Anchor.TEMPO_GRID}


def test_a_song_under_eight_seconds_is_one_clip() -> None:
    assert len(boundaries(a_song(7.9, beats=even_beats(7.9)))) == 1


def test_a_song_of_twelve_seconds_has_three_clips() -> None:
    assert [clip.start_s for clip in boundaries(a_song(12.0))] == [0.0, 4.0, 8.0]


@given(st.floats(0.0, 0.99), st.floats(0.3, 1.0))
def test_the_phase_of_a_grid_is_that_of_its_beats(part: float, period_s: float) -> None:
    phase_s = part * period_s

    found = grid_phase([phase_s + i * period_s for i in range(12)], period_s)

    assert min(abs(found - phase_s), period_s - abs(found - phase_s)) < 1e-6
