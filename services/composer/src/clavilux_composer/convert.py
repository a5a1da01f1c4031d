"""Between protobuf and the domain."""

from __future__ import annotations

from fractions import Fraction

from clavilux.common.v1 import common_pb2, picture_pb2
from clavilux.composer.v1 import composer_pb2
from clavilux_kit.errors import ValidationFailed

from clavilux_composer.domain.composition import Composed, Labels, Measurement, Order, VideoFormat
from clavilux_composer.domain.cuts import Stretch, StretchKind
from clavilux_composer.domain.shots import Adjustment, AdjustmentKind
from clavilux_composer.domain.subtitles import Cue
from clavilux_composer.domain.timeline import Join, JoinKind, Slot, Timeline

_JOINS: dict[int, JoinKind] = {
    picture_pb2.TRANSITION_KIND_UNSPECIFIED: JoinKind.CUT,
    picture_pb2.TRANSITION_KIND_CUT: JoinKind.CUT,
    picture_pb2.TRANSITION_KIND_CROSSFADE: JoinKind.CROSSFADE,
    picture_pb2.TRANSITION_KIND_FADE: JoinKind.FADE,
}
_STRETCHES = {
    StretchKind.BLACK: composer_pb2.STRETCH_KIND_BLACK,
    StretchKind.FROZEN: composer_pb2.STRETCH_KIND_FROZEN,
}
_ADJUSTMENTS = {
    AdjustmentKind.TRIMMED: composer_pb2.ADJUSTMENT_KIND_TRIMMED,
    AdjustmentKind.LOOPED: composer_pb2.ADJUSTMENT_KIND_LOOPED,
    AdjustmentKind.CUT_INSTEAD_OF_CROSSFADE: composer_pb2.ADJUSTMENT_KIND_CUT_INSTEAD_OF_CROSSFADE,
    AdjustmentKind.FILLED_WITH_STILL: composer_pb2.ADJUSTMENT_KIND_FILLED_WITH_STILL,
    AdjustmentKind.FILLED_WITH_NEIGHBOUR: composer_pb2.ADJUSTMENT_KIND_FILLED_WITH_NEIGHBOUR,
}
_NO_BURN_IN = {composer_pb2.BURN_IN_UNSPECIFIED, composer_pb2.BURN_IN_NONE}
# 1920x1080 at the default preset on two cores: encoding, reading back, poster and preview.
_TYPICAL_S = 4.0
_TYPICAL_S_PER_OUTPUT_S = 1.2


def order_from(message: composer_pb2.ComposeRequest) -> Order:
    """Reads a request. Raises ValidationFailed for a rate or a transition that means nothing."""
    rate = message.frame_rate
    if rate.denominator < 1:
        raise ValidationFailed("The frame rate has no denominator.", fields={"frame_rate": "has no denominator"})
    return Order(
        request_id=message.request_id,
        job_id=message.job_id,
        song_key=message.song_key,
        song_s=message.song_duration_s,
        timeline=Timeline(
            slots=tuple(_slot_from(slot) for slot in message.slots),
            total_frames=message.total_frames,
            end=_join_from(message.end),
        ),
        video_format=VideoFormat(
            message.size.width_px, message.size.height_px, Fraction(rate.numerator, rate.denominator)
        ),
        beat_times_s=tuple(message.beat_times_s),
        cues=tuple(Cue(cue.start_s, cue.end_s, cue.text) for cue in message.subtitles.cues),
        labels=Labels(message.metadata.title, message.metadata.artist, message.metadata.disclosure),
        output_prefix=message.output_prefix,
        wants_burn_in=message.subtitles.burn_in not in _NO_BURN_IN,
        wants_effects=bool(message.effects),
    )


def _slot_from(slot: composer_pb2.Slot) -> Slot:
    return Slot(
        index=slot.index,
        start=slot.start_frame,
        frames=slot.frame_count,
        clip_key=slot.clip_key,
        still_key=slot.still_key,
        lead_frames=slot.clip_lead_frames,
        begin=_join_from(slot.begin),
        angle_cuts=tuple(slot.angle_cut_frames),
    )


def _join_from(join: composer_pb2.Join) -> Join:
    if join.kind not in _JOINS:
        raise ValidationFailed(f"Transition {join.kind} is unknown.", fields={"kind": "is unknown"})
    return Join(_JOINS[join.kind], join.frame_count)


def response_to(composed: Composed) -> composer_pb2.ComposeResponse:
    """Writes an answer."""
    return composer_pb2.ComposeResponse(
        video_key=composed.video_key,
        poster_key=composed.poster_key,
        preview_key=composed.preview_key,
        subtitle_keys=composed.subtitle_keys,
        measurement=_measurement_to(composed.measurement),
        adjustments=[_adjustment_to(adjustment) for adjustment in composed.adjustments],
        degradations=[
            common_pb2.Degradation(code=note.code, message=note.message, item=note.item)
            for note in composed.degradations
        ],
        size_bytes=composed.size_bytes,
    )


def _measurement_to(measured: Measurement) -> composer_pb2.Measurement:
    return composer_pb2.Measurement(
        video_duration_s=measured.streams.video_s,
        audio_duration_s=measured.streams.audio_s,
        frame_count=measured.frame_count,
        planned_cut_frames=measured.planned_cut_frames,
        found_cut_frames=measured.found_cut_frames,
        matched_cuts=measured.matched_cuts,
        worst_cut_frames=measured.worst_cut_frames,
        worst_beat_distance_s=measured.worst_beat_distance_s,
        audio_offset_s=measured.audio_offset_s,
        loudness_lufs=measured.loudness_lufs,
        song_loudness_lufs=measured.song_loudness_lufs,
        stretches=[_stretch_to(stretch) for stretch in measured.stretches],
    )


def _stretch_to(stretch: Stretch) -> composer_pb2.Stretch:
    return composer_pb2.Stretch(start_frame=stretch.start, frame_count=stretch.frames, kind=_STRETCHES[stretch.kind])


def _adjustment_to(adjustment: Adjustment) -> composer_pb2.Adjustment:
    return composer_pb2.Adjustment(
        slot_index=adjustment.slot_index, kind=_ADJUSTMENTS[adjustment.kind], amount=adjustment.amount
    )


def offers_to() -> composer_pb2.DescribeResponse:
    """The one offer: this machine, for nothing."""
    offer = common_pb2.Offer(
        provider="local",
        model="ffmpeg-x264",
        price=common_pb2.Price(),
        aspect_ratios=["16:9", "9:16", "1:1"],
        typical_s=_TYPICAL_S,
        typical_s_per_output_s=_TYPICAL_S_PER_OUTPUT_S,
        is_default=True,
    )
    return composer_pb2.DescribeResponse(offers=[offer])
