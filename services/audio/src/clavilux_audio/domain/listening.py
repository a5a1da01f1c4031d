"""From evidence to what is heard: the way of a song through the ear."""

from __future__ import annotations

from clavilux_audio.domain import beats, downbeats, onsets
from clavilux_audio.domain.boundaries import UNSURE
from clavilux_audio.domain.energy import envelope
from clavilux_audio.domain.evidence import Evidence
from clavilux_audio.domain.mood import mood
from clavilux_audio.domain.song import Beat, Degradation, Heard, Tempo
from clavilux_audio.domain.structure import sections


def heard(evidence: Evidence) -> Heard:
    """Return what is heard in a song: onsets, beats, bars, sections, mood and energy."""
    found = onsets.merged(evidence.onset_guesses_s, evidence.attack)
    pulse = beats.tracked(evidence, found)
    in_bar = downbeats.positions(pulse, evidence)
    beat_list = tuple(
        Beat(float(time_s), position, round(float(strength), 4))
        for time_s, position, strength in zip(pulse.times_s, in_bar, pulse.strengths, strict=True)
    )
    metre = downbeats.BEATS_PER_BAR if beat_list else 0
    return Heard(
        duration_s=evidence.duration_s,
        tempo=Tempo(round(pulse.bpm, 3), round(pulse.confidence, 4), metre),
        beats=beat_list,
        onsets=found,
        sections=sections(evidence, beat_list),
        mood=mood(evidence, bpm=pulse.bpm, onsets_per_s=len(found) / evidence.duration_s),
        energy=envelope(evidence),
        degradations=_unsure(pulse),
    )


def _unsure(pulse: beats.Pulse) -> tuple[Degradation, ...]:
    if pulse.confidence >= UNSURE:
        return ()
    if pulse.bpm:
        return (Degradation("tempo_grid", "The beat is not sure; clips follow an even grid of the tempo instead."),)
    return (Degradation("tempo_grid", "No beat was heard; clips begin with what is heard, or at even distances."),)
