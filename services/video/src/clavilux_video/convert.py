"""Between protobuf and the domain."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from clavilux.common.v1 import common_pb2, picture_pb2
from clavilux.video.v1 import video_pb2
from clavilux_kit.errors import ValidationFailed
from clavilux_stage import AngleSpec, BeatSpec, SceneSpec, figure_of

from clavilux_video.domain.clip import LONGEST_S, Clip, ClipRequest
from clavilux_video.domain.money import Offer
from clavilux_video.domain.timing import band_by_frame, frame_at

DEFAULT_ANGLE = AngleSpec(start_frame=0, move="push_in", framing="wide", amount=0.5)


def request_from(message: video_pb2.GenerateClipRequest) -> ClipRequest:
    """Read a request. Raises ValidationFailed, with the fields at fault."""
    rate = _rate_from(message.frame_rate)
    frame_count = message.lead_frames + message.slot_frames + message.tail_frames
    return ClipRequest(
        request_id=message.request_id,
        job_id=message.job_id,
        clip_index=message.clip_index,
        scene=scene_from(message),
        angles=_angles_from(message.angles, rate),
        beats=tuple(_beat_from(beat, rate) for beat in message.beats if math.isfinite(beat.time_s)),
        energy=_energy_from(message.energy, frame_count, rate),
        intensity=message.intensity,
        lead_frames=message.lead_frames,
        slot_frames=message.slot_frames,
        tail_frames=message.tail_frames,
        rate=rate,
        width_px=message.size.width_px,
        height_px=message.size.height_px,
        # Generators of random numbers take no negative seeds.
        seed=message.seed & (2**63 - 1),
        output_key=message.output_key,
        scene_image_key=message.scene_image_key,
        scene_layers_key=message.scene_layers_key,
        prompt=message.prompt,
        negative_prompt=message.negative_prompt,
        max_cost_micros=message.max_cost_micros,
    )


def scene_from(message: video_pb2.GenerateClipRequest) -> SceneSpec:
    """The scene as the painter reads it: the shot's light before the scene's before the style's."""
    scene, style = message.scene, message.style
    return SceneSpec(
        description=scene.description,
        place=scene.place,
        time_of_day=_word(picture_pb2.TimeOfDay.items(), scene.time_of_day, "TIME_OF_DAY_"),
        weather=_word(picture_pb2.Weather.items(), scene.weather, "WEATHER_"),
        mood=scene.mood,
        palette=tuple(scene.palette or style.palette),
        light=_word(picture_pb2.Light.items(), message.light or scene.light or style.light, "LIGHT_"),
        figure=_figure_from(message.characters),
    )


def response_to(clip: Clip) -> video_pb2.GenerateClipResponse:
    """Write an answer."""
    return video_pb2.GenerateClipResponse(
        clip_key=clip.key,
        duration_s=clip.probed.duration_s,
        frame_count=clip.probed.frame_count,
        frame_rate=picture_pb2.FrameRate(
            numerator=clip.probed.rate.numerator, denominator=clip.probed.rate.denominator
        ),
        lead_frames=clip.lead_frames,
        tail_frames=clip.tail_frames,
        angle_cut_frames=clip.take.angle_cut_frames,
        provider=clip.take.provider,
        model=clip.take.model,
        attempts=clip.take.attempts,
        costs=[
            common_pb2.Cost(provider=cost.provider, model=cost.model, cost_micros=cost.cost_micros)
            for cost in clip.take.costs
        ],
        degradations=[
            common_pb2.Degradation(code=fallback.code, message=fallback.message, item=fallback.item)
            for fallback in clip.degradations
        ],
    )


def offers_to(offers: Iterable[Offer]) -> video_pb2.DescribeResponse:
    """Write the offers, the default first."""
    return video_pb2.DescribeResponse(
        offers=[_offer_to(offer, is_default=index == 0) for index, offer in enumerate(offers)]
    )


def _offer_to(offer: Offer, *, is_default: bool) -> common_pb2.Offer:
    return common_pb2.Offer(
        provider=offer.provider,
        model=offer.model,
        price=common_pb2.Price(
            per_item_micros=offer.price.per_item_micros, source=offer.price.source, read_on=offer.price.read_on
        ),
        clip_lengths=[
            common_pb2.LengthRange(min_s=shortest, max_s=longest) for shortest, longest in offer.clip_lengths_s
        ],
        aspect_ratios=offer.aspect_ratios,
        typical_s=offer.typical_s,
        typical_s_per_output_s=offer.typical_s_per_output_s,
        takes_prompt=offer.takes_prompt,
        takes_image=offer.takes_image,
        is_default=is_default,
    )


def _rate_from(rate: picture_pb2.FrameRate) -> Fraction:
    if rate.numerator < 1 or rate.denominator < 1:
        raise ValidationFailed("The clip cannot be made as asked.", fields={"frame_rate": "must be positive"})
    return Fraction(rate.numerator, rate.denominator)


def _angles_from(angles: Iterable[picture_pb2.Angle], rate: Fraction) -> tuple[AngleSpec, ...]:
    angles = tuple(angles)
    if not all(math.isfinite(angle.start_s) for angle in angles):
        raise ValidationFailed("The clip cannot be made as asked.", fields={"angles": "start_s must be a number"})
    read = tuple(
        AngleSpec(
            start_frame=frame_at(angle.start_s, rate),
            move=_word(picture_pb2.CameraMove.items(), angle.move, "CAMERA_MOVE_") or DEFAULT_ANGLE.move,
            framing=_word(picture_pb2.Framing.items(), angle.framing, "FRAMING_") or DEFAULT_ANGLE.framing,
            amount=_unit(angle.amount),
        )
        for angle in angles
    )
    return read or (DEFAULT_ANGLE,)


def _beat_from(beat: picture_pb2.Beat, rate: Fraction) -> BeatSpec:
    return BeatSpec(
        frame=beat.time_s * float(rate),
        strength=_unit(beat.strength),
        is_downbeat=beat.position_in_bar == 1,
    )


def _energy_from(
    energy: picture_pb2.Energy, frame_count: int, rate: Fraction
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    rate_hz = energy.rate_hz if energy.rate_hz > 0 else float(rate)
    # Sizes that are refused below take no memory here.
    frame_count = min(max(frame_count, 0), math.ceil(LONGEST_S * rate))
    low, mid, high = (
        tuple(band_by_frame(band, rate_hz=rate_hz, frame_count=frame_count, rate=rate).tolist())
        for band in (tuple(energy.low), tuple(energy.mid), tuple(energy.high))
    )
    return low, mid, high


def _figure_from(characters: Iterable[picture_pb2.Character]) -> str:
    """The first character's figure: where its own word is missing, the one that its description names."""
    for character in characters:
        return character.figure or figure_of(character.description) or "coat"
    return ""


def _unit(value: float) -> float:
    """A number as 0 to 1; what is no number is 0."""
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0


def _word(words: Iterable[tuple[str, int]], value: int, prefix: str) -> str:
    """`CAMERA_MOVE_PUSH_IN` as "push_in"; an unspecified value, or one of a later version, as ""."""
    name = {number: name for name, number in words}.get(value, "")
    word = name.removeprefix(prefix).lower()
    return "" if word == "unspecified" else word
