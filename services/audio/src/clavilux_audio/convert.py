"""Between the contract and the domain."""

from __future__ import annotations

from collections.abc import Iterable

from clavilux.audio.v1 import audio_pb2
from clavilux.common.v1 import common_pb2, picture_pb2
from clavilux_kit.errors import ValidationFailed

from clavilux_audio.domain.money import Offer
from clavilux_audio.domain.song import ANALYSER_VERSION, Analysis, Boundary, Energy, Lyrics, Section, TimedText
from clavilux_audio.service import AnalysisRequest


def request_from(message: audio_pb2.AnalyzeRequest) -> AnalysisRequest:
    """Read a request. Raises ValidationFailed, with the fields at fault."""
    missing = {name: "is missing" for name in ("request_id", "song_key") if not getattr(message, name)}
    if missing:
        raise ValidationFailed("The song cannot be analysed as asked.", fields=missing)
    return AnalysisRequest(
        request_id=message.request_id,
        song_key=message.song_key,
        lyrics_key=message.lyrics_key,
        transcribe=message.options.transcribe,
        language=message.options.language,
        max_cost_micros=message.max_cost_micros,
    )


def response_to(analysis: Analysis) -> audio_pb2.AnalyzeResponse:
    """Write an answer."""
    return audio_pb2.AnalyzeResponse(
        analysis=_analysis_to(analysis),
        costs=[
            common_pb2.Cost(provider=cost.provider, model=cost.model, cost_micros=cost.cost_micros)
            for cost in analysis.costs
        ],
        degradations=[
            common_pb2.Degradation(code=fallback.code, message=fallback.message) for fallback in analysis.degradations
        ],
    )


def description_to(offers: Iterable[Offer]) -> audio_pb2.DescribeResponse:
    """Write the offers. A transcriber's output is counted in seconds of song."""
    return audio_pb2.DescribeResponse(
        analyser_version=ANALYSER_VERSION,
        offers=[
            common_pb2.Offer(
                provider=offer.provider,
                model=offer.model,
                price=common_pb2.Price(
                    per_output_second_micros=-(-offer.per_minute_micros // 60),
                    source=offer.price_source,
                    read_on=offer.price_read_on,
                ),
                typical_s=3.0,
                typical_s_per_output_s=0.1,
                is_default=True,
            )
            for offer in offers
        ],
    )


def _analysis_to(analysis: Analysis) -> audio_pb2.AudioAnalysis:
    heard = analysis.heard
    return audio_pb2.AudioAnalysis(
        duration_s=heard.duration_s,
        analyser_version=ANALYSER_VERSION,
        tempo=audio_pb2.Tempo(
            bpm=heard.tempo.bpm, confidence=heard.tempo.confidence, beats_per_bar=heard.tempo.beats_per_bar
        ),
        beats=[
            picture_pb2.Beat(time_s=beat.time_s, position_in_bar=beat.position_in_bar, strength=beat.strength)
            for beat in heard.beats
        ],
        sections=[_section_to(section) for section in heard.sections],
        lyrics=_lyrics_to(analysis.lyrics),
        mood=audio_pb2.Mood(
            primary=heard.mood.primary,
            secondary=heard.mood.secondary,
            energy=heard.mood.energy,
            valence=heard.mood.valence,
            confidence=heard.mood.confidence,
        ),
        boundaries=[_boundary_to(boundary) for boundary in analysis.boundaries],
        energy=_energy_to(heard.energy),
        onsets=[audio_pb2.Onset(time_s=onset.time_s, strength=onset.strength) for onset in heard.onsets],
    )


def _section_to(section: Section) -> audio_pb2.Section:
    return audio_pb2.Section(
        start_s=section.start_s,
        end_s=section.end_s,
        kind=audio_pb2.SectionKind.Value(f"SECTION_KIND_{section.kind.name}"),
        energy=audio_pb2.EnergyLevel.Value(f"ENERGY_LEVEL_{section.energy.name}"),
        label=section.label,
    )


def _boundary_to(boundary: Boundary) -> audio_pb2.Boundary:
    return audio_pb2.Boundary(
        start_s=boundary.start_s,
        end_s=boundary.end_s,
        anchor=audio_pb2.BoundaryAnchor.Value(f"BOUNDARY_ANCHOR_{boundary.anchor.name}"),
    )


def _lyrics_to(lyrics: Lyrics) -> audio_pb2.Lyrics:
    return audio_pb2.Lyrics(
        words=[_word_to(word) for word in lyrics.words],
        lines=[audio_pb2.Line(text=line.text, start_s=line.start_s, end_s=line.end_s) for line in lyrics.lines],
        source=audio_pb2.LyricsSource.Value(f"LYRICS_SOURCE_{lyrics.source.name}"),
        language=lyrics.language,
    )


def _word_to(word: TimedText) -> audio_pb2.Word:
    return audio_pb2.Word(text=word.text, start_s=word.start_s, end_s=word.end_s)


def _energy_to(energy: Energy) -> picture_pb2.Energy:
    return picture_pb2.Energy(rate_hz=energy.rate_hz, low=energy.low, mid=energy.mid, high=energy.high)
