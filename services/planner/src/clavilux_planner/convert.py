"""Between the contracts and the domain."""

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

from clavilux.audio.v1 import audio_pb2
from clavilux.common.v1 import common_pb2, picture_pb2
from clavilux.planner.v1 import planner_pb2
from clavilux_kit.errors import ValidationFailed
from google.protobuf import json_format

from clavilux_planner.domain import music, picture, plan
from clavilux_planner.domain.knowledge.looks import PRESETS
from clavilux_planner.service import Planned

_Named = TypeVar("_Named", bound=Enum)


def analysis_from_json(document: bytes) -> music.Analysis:
    """An AudioAnalysis as protobuf JSON. Fields of a newer version are passed over. Raises ValidationFailed."""
    message = audio_pb2.AudioAnalysis()
    try:
        json_format.Parse(document, message, ignore_unknown_fields=True)
    except (json_format.ParseError, UnicodeDecodeError) as error:
        raise ValidationFailed("The analysis cannot be read.", fields={"analysis_key": "no AudioAnalysis"}) from error
    return music.Analysis(
        duration_s=message.duration_s,
        boundaries=tuple(_boundary_from(boundary) for boundary in message.boundaries),
        beats=tuple(music.Beat(beat.time_s, beat.position_in_bar, beat.strength) for beat in message.beats),
        sections=tuple(_section_from(section) for section in message.sections),
        words=tuple(music.Word(word.text, word.start_s, word.end_s) for word in message.lyrics.words),
        mood=_mood_from(message.mood) if message.HasField("mood") else music.Mood(),
        envelope=_envelope_from(message.energy),
    )


def brief_from(request: planner_pb2.PlanRequest) -> plan.Brief:
    """What the user asks for and what may be bought."""
    return plan.Brief(
        prompt=request.user_prompt,
        style_preset=request.options.style_preset,
        seed=request.options.seed,
        offers=tuple(_offer_from(offer) for offer in request.clip_offers),
        max_paid_clips=request.max_paid_clips,
    )


def response_to(planned: Planned) -> planner_pb2.PlanResponse:
    """The plan and its fallbacks; rules cost nothing."""
    return planner_pb2.PlanResponse(
        plan=_plan_to(planned.plan),
        degradations=[
            common_pb2.Degradation(code=d.code, message=d.message, item=d.item) for d in planned.degradations
        ],
    )


def description() -> planner_pb2.DescribeResponse:
    """The rules, which are free, and the names of the style presets."""
    offer = common_pb2.Offer(
        provider="local",
        model=plan.BY_RULES,
        price=common_pb2.Price(),
        typical_s=0.1,
        takes_prompt=True,
        is_default=True,
    )
    return planner_pb2.DescribeResponse(offers=[offer], style_presets=list(PRESETS))


def _boundary_from(boundary: audio_pb2.Boundary) -> music.Boundary:
    anchor = _named(music.Anchor, audio_pb2.BoundaryAnchor.items(), "BOUNDARY_ANCHOR_", boundary.anchor)
    return music.Boundary(boundary.start_s, boundary.end_s, anchor)


def _section_from(section: audio_pb2.Section) -> music.Section:
    return music.Section(
        start_s=section.start_s,
        end_s=section.end_s,
        kind=_named(music.SectionKind, audio_pb2.SectionKind.items(), "SECTION_KIND_", section.kind),
        energy=_named(music.EnergyLevel, audio_pb2.EnergyLevel.items(), "ENERGY_LEVEL_", section.energy),
        label=section.label,
    )


def _mood_from(mood: audio_pb2.Mood) -> music.Mood:
    return music.Mood(mood.primary, mood.secondary, mood.energy, mood.valence)


def _envelope_from(energy: picture_pb2.Energy) -> music.Envelope:
    bands = zip(energy.low, energy.mid, energy.high, strict=False)
    return music.Envelope(energy.rate_hz, tuple((low + mid + high) / 3 for low, mid, high in bands))


def _offer_from(offer: common_pb2.Offer) -> plan.Offer:
    return plan.Offer(
        provider=offer.provider,
        per_item_micros=offer.price.per_item_micros,
        per_output_second_micros=offer.price.per_output_second_micros,
        per_compute_second_micros=offer.price.per_compute_second_micros,
        lengths_s=tuple((length.min_s, length.max_s) for length in offer.clip_lengths),
        typical_s=offer.typical_s,
        typical_s_per_output_s=offer.typical_s_per_output_s,
    )


def _plan_to(video: plan.VideoPlan) -> planner_pb2.VideoPlan:
    return planner_pb2.VideoPlan(
        summary=video.summary,
        style=_style_to(video.style),
        scenes=[_scene_to(scene) for scene in video.scenes],
        characters=[
            picture_pb2.Character(id=one.id, description=one.description, figure=one.figure) for one in video.characters
        ],
        shots=[_shot_to(shot) for shot in video.shots],
        transitions=[_transition_to(transition) for transition in video.transitions],
        clips=[_clip_to(clip) for clip in video.clips],
        estimate_micros=video.estimate_micros,
        author=video.author,
    )


def _style_to(style: picture.Style) -> picture_pb2.Style:
    return picture_pb2.Style(
        preset=style.preset,
        description=style.description,
        technique=style.technique,
        palette=style.palette,
        light=picture_pb2.Light.Value(f"LIGHT_{style.light.name}"),
    )


def _scene_to(scene: picture.Scene) -> picture_pb2.Scene:
    return picture_pb2.Scene(
        id=scene.id,
        description=scene.description,
        place=scene.place,
        time_of_day=picture_pb2.TimeOfDay.Value(f"TIME_OF_DAY_{scene.time_of_day.name}"),
        weather=picture_pb2.Weather.Value(f"WEATHER_{scene.weather.name}"),
        mood=scene.mood,
        palette=scene.palette,
        light=picture_pb2.Light.Value(f"LIGHT_{scene.light.name}"),
    )


def _shot_to(shot: plan.Shot) -> planner_pb2.Shot:
    return planner_pb2.Shot(
        index=shot.index,
        start_s=shot.start_s,
        end_s=shot.end_s,
        scene_id=shot.scene_id,
        character_ids=shot.character_ids,
        angles=[_angle_to(angle) for angle in shot.angles],
        action=shot.action,
        lyric=shot.lyric,
        intensity=shot.intensity,
        clip_index=shot.clip_index,
        section=shot.section,
    )


def _angle_to(angle: picture.Angle) -> picture_pb2.Angle:
    return picture_pb2.Angle(
        start_s=angle.start_s,
        move=picture_pb2.CameraMove.Value(f"CAMERA_MOVE_{angle.move.name}"),
        framing=picture_pb2.Framing.Value(f"FRAMING_{angle.framing.name}"),
        amount=angle.amount,
    )


def _transition_to(transition: plan.Transition) -> planner_pb2.Transition:
    kind = picture_pb2.TransitionKind.Value(f"TRANSITION_KIND_{transition.kind.name}")
    return planner_pb2.Transition(kind=kind, at_s=transition.at_s, duration_s=transition.duration_s)


def _clip_to(clip: plan.Clip) -> planner_pb2.Clip:
    return planner_pb2.Clip(
        index=clip.index,
        prompt=clip.prompt,
        negative_prompt=clip.negative_prompt,
        lead_s=clip.lead_s,
        slot_s=clip.slot_s,
        tail_s=clip.tail_s,
    )


def _named(kind: type[_Named], names: Sequence[tuple[str, int]], prefix: str, number: int) -> _Named:
    """The member of that name; UNSPECIFIED for a number that a newer contract has and this one does not."""
    name = next((name for name, value in names if value == number), "").removeprefix(prefix)
    return kind[name] if name in kind.__members__ else kind["UNSPECIFIED"]
