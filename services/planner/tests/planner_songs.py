"""Songs and briefs for tests: builders, and strategies for random ones."""

from itertools import pairwise

from clavilux_planner.domain.music import (
    MOODS,
    Analysis,
    Anchor,
    Beat,
    Boundary,
    EnergyLevel,
    Envelope,
    Mood,
    Section,
    SectionKind,
    Word,
)
from clavilux_planner.domain.plan import Brief, Offer
from hypothesis import strategies as st

NEON = "A lonely woman in a red coat walks through a neon city at night, rain falling, then reaches the ocean at dawn."
DESERT = "Golden dunes of an endless desert at sunset, a dancer spinning in the dust, warm orange and #8a1c4a colours."
NONSENSE = "Flibbertigibbet wombaddle quonk zzyx, frabjous brillig toves gyre, snicker-snack vorpal quux."
GERMAN = "Ein alter Herr geht durch verwinkelte Gassen, irgendwo spielt jemand leise Klavier; alles wirkt vertraut."

LIVELY = Mood("energetic", "bright", energy=0.85, valence=0.7)
CALM = Mood("calm", "dark", energy=0.15, valence=0.4)


def steady_song(
    *,
    bars: int = 8,
    bpm: float = 120.0,
    bars_a_shot: int = 2,
    mood: Mood = LIVELY,
    level: EnergyLevel = EnergyLevel.HIGH,
    kinds: tuple[SectionKind, ...] = (SectionKind.VERSE, SectionKind.CHORUS),
) -> Analysis:
    """A song in 4/4 whose beats, bars, shots and equally long sections all begin where they should."""
    beat_s = 60 / bpm
    duration_s = bars * 4 * beat_s
    edges = [shot * bars_a_shot * 4 * beat_s for shot in range(bars // bars_a_shot)] + [duration_s]
    section_s = duration_s / len(kinds) if kinds else 0.0
    return Analysis(
        duration_s=duration_s,
        boundaries=tuple(Boundary(a, b, Anchor.DOWNBEAT) for a, b in pairwise(edges)),
        beats=tuple(Beat(i * beat_s, i % 4 + 1, 0.9 if i % 4 == 0 else 0.4) for i in range(bars * 4)),
        sections=tuple(
            Section(i * section_s, (i + 1) * section_s, kind, level, kind.value) for i, kind in enumerate(kinds)
        ),
        mood=mood,
    )


def brief(prompt: str = NEON, *, style_preset: str = "", seed: int = 7, **bought: object) -> Brief:
    """A brief; `offers` and `max_paid_clips` may be given."""
    offers, paid = bought.get("offers", (Offer("local"),)), bought.get("max_paid_clips", 0)
    assert isinstance(offers, tuple)
    assert isinstance(paid, int)
    return Brief(prompt, style_preset, seed, offers, paid)


_TOLD = ("city at night", "no people", "ocean", "dancer", "#1a2b3c", "noir", "blue", "forest in fog", "child", "then")
_UNIT = st.floats(0, 1)

prompts = st.one_of(
    st.text(min_size=50, max_size=500),
    st.lists(st.sampled_from(_TOLD), min_size=12, max_size=25).map(", ".join),
    st.sampled_from((NEON, DESERT, NONSENSE, GERMAN)),
)


@st.composite
def analyses(draw: st.DrawFn) -> Analysis:
    """Any song: with and without beats, sections, words, mood and envelope; shots from 0.1 s to 9 s."""
    lengths = draw(st.lists(st.floats(0.1, 9.0), min_size=1, max_size=14))
    edges = [0.0]
    for length in lengths:
        edges.append(edges[-1] + length)
    duration_s = edges[-1]
    anchors = draw(st.lists(st.sampled_from(Anchor), min_size=len(lengths), max_size=len(lengths)))
    beat_s = draw(st.floats(0.3, 1.0))
    count = draw(st.sampled_from((0, int(duration_s / beat_s) + 1)))
    jitter = draw(st.floats(0.0, 0.1))
    return Analysis(
        duration_s=duration_s,
        boundaries=tuple(map(Boundary, edges[:-1], edges[1:], anchors)),
        beats=tuple(Beat(i * beat_s + jitter * (i % 3), i % 4 + 1, draw(_UNIT)) for i in range(count)),
        sections=draw(_sections(duration_s)),
        words=(Word("la", duration_s / 2, duration_s / 2),),
        mood=draw(st.builds(Mood, st.sampled_from((*MOODS, "")), st.sampled_from((*MOODS, "")), _UNIT, _UNIT)),
        envelope=Envelope(2.0, tuple(draw(st.lists(_UNIT, max_size=20)))),
    )


@st.composite
def _sections(draw: st.DrawFn, duration_s: float) -> tuple[Section, ...]:
    kinds = draw(st.lists(st.sampled_from(SectionKind), max_size=5))
    step_s = duration_s / max(1, len(kinds))
    levels = draw(st.lists(st.sampled_from(EnergyLevel), min_size=len(kinds), max_size=len(kinds)))
    return tuple(
        Section(i * step_s, (i + 1) * step_s, kind, level)
        for i, (kind, level) in enumerate(zip(kinds, levels, strict=True))
    )
