"""From protobuf to the domain and back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from clavilux.common.v1 import picture_pb2 as picture
from clavilux.video.v1 import video_pb2
from clavilux_kit.errors import ValidationFailed
from clavilux_stage import FIGURES, FRAMINGS, LIGHTS, MOVES, TIMES, WEATHERS, AngleSpec, BeatSpec
from clavilux_video import convert
from clavilux_video.domain.clip import Clip, ProbedClip, Take
from clavilux_video.domain.money import Cost, Degradation, Offer, Price
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper


def a_message(**changes: Any) -> video_pb2.GenerateClipRequest:
    values: dict[str, Any] = {
        "request_id": "r1",
        "job_id": "j1",
        "clip_index": 2,
        "scene": picture.Scene(description="dunes", place="desert", time_of_day=picture.TIME_OF_DAY_DUSK),
        "style": picture.Style(palette=["#000000"] * 5, light=picture.LIGHT_NEON),
        "angles": [
            picture.Angle(start_s=0, move=picture.CAMERA_MOVE_PUSH_IN, framing=picture.FRAMING_WIDE, amount=0.5),
            picture.Angle(start_s=0.5, move=picture.CAMERA_MOVE_ORBIT, framing=picture.FRAMING_CLOSE, amount=7.0),
        ],
        "beats": [picture.Beat(time_s=0.25, position_in_bar=1, strength=0.8), picture.Beat(time_s=float("nan"))],
        "energy": picture.Energy(rate_hz=30, low=[0.5] * 20, mid=[0.25] * 20, high=[1.0] * 20),
        "intensity": 0.5,
        "lead_frames": 4,
        "slot_frames": 12,
        "tail_frames": 4,
        "frame_rate": picture.FrameRate(numerator=30, denominator=1),
        "size": picture.Size(width_px=160, height_px=90),
        "seed": -5,
        "output_key": "video-clips/j1/clip_3.abc.mp4",
    }
    return video_pb2.GenerateClipRequest(**(values | changes))


def test_a_request_is_read_in_frames_and_words() -> None:
    request = convert.request_from(a_message())
    assert request.angles == (AngleSpec(0, "push_in", "wide", 0.5), AngleSpec(15, "orbit", "close", 1.0))
    assert request.angle_cut_frames == (15,)
    assert request.beats == (BeatSpec(7.5, 0.8, is_downbeat=True),)
    assert request.energy[1] == (0.25,) * 20
    assert request.scene.time_of_day == "dusk"
    assert request.scene.weather == ""
    assert request.scene.palette == ("#000000",) * 5
    assert request.seed >= 0


def test_the_shots_light_stands_before_the_scenes_and_the_styles() -> None:
    assert convert.request_from(a_message()).scene.light == "neon"
    assert convert.request_from(a_message(light=picture.LIGHT_STAGE)).scene.light == "stage"


@pytest.mark.parametrize(
    ("enum", "prefix", "words"),
    [
        (picture.CameraMove, "CAMERA_MOVE_", MOVES),
        (picture.Framing, "FRAMING_", FRAMINGS),
        (picture.Light, "LIGHT_", LIGHTS),
        (picture.TimeOfDay, "TIME_OF_DAY_", TIMES),
        (picture.Weather, "WEATHER_", WEATHERS),
    ],
)
def test_the_contracts_words_are_the_painters(enum: EnumTypeWrapper, prefix: str, words: tuple[str, ...]) -> None:
    names = {name.removeprefix(prefix).lower() for name in enum.keys()}  # noqa: SIM118  # not a dict
    assert names - {"unspecified"} == set(words)


def test_no_angle_means_one_gentle_camera() -> None:
    assert convert.request_from(a_message(angles=[])).angles == (convert.DEFAULT_ANGLE,)


def test_a_value_of_a_later_contract_counts_as_unspecified() -> None:
    message = a_message(scene=picture.Scene(description="dunes"))
    message.scene.MergeFromString(b"\x28\x63")  # weather = 99
    assert convert.request_from(message).scene.weather == ""


def test_a_character_without_a_figure_is_read_from_its_description() -> None:
    message = a_message(characters=[picture.Character(description="an old guitarist")])
    assert convert.request_from(message).scene.figure == "guitarist"
    nobody = a_message(characters=[picture.Character(description="zzz")])
    assert convert.request_from(nobody).scene.figure in FIGURES


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("frame_rate", {"frame_rate": picture.FrameRate(numerator=30)}),
        ("angles", {"angles": [picture.Angle(start_s=float("inf"))]}),
        ("slot_frames", {"slot_frames": 2**31 - 1}),
    ],
)
def test_nonsense_is_refused_with_its_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        convert.request_from(a_message(**changes))
    assert field in refusal.value.fields


def test_an_answer_says_what_is_there_what_it_cost_and_what_was_given_up() -> None:
    take = Take("replicate", "wan", is_exact=False, angle_cut_frames=(15,), costs=(Cost("replicate", "wan", 60_000),))
    probed = ProbedClip(81, Fraction(16), 5.0625, 832, 480)
    clip = Clip("k", probed, 4, 2, take, (Degradation("text_only", "No picture.", "clip_3"),))
    response = convert.response_to(clip)
    assert (response.frame_count, response.frame_rate.numerator, response.tail_frames) == (81, 16, 2)
    assert response.costs[0].cost_micros == 60_000
    assert response.degradations[0].item == "clip_3"
    assert list(response.angle_cut_frames) == [15]


def test_the_first_offer_is_the_default() -> None:
    paid = Offer("replicate", "wan", Price(60_000, "a list", "2026-11-22"), clip_lengths_s=((5.0, 5.0),))
    offers = convert.offers_to([paid, Offer("local", "stage-1")]).offers
    assert [offer.is_default for offer in offers] == [True, False]
    assert offers[0].price.per_item_micros == 60_000
    assert offers[0].clip_lengths[0].max_s == 5.0
