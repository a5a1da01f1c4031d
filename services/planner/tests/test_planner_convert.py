"""What crosses the border between contracts and domain."""

import pytest
from clavilux.audio.v1 import audio_pb2
from clavilux.common.v1 import common_pb2, picture_pb2
from clavilux.planner.v1 import planner_pb2
from clavilux_kit.errors import ValidationFailed
from clavilux_planner import convert
from clavilux_planner.domain.music import Anchor, EnergyLevel, Mood, SectionKind
from clavilux_planner.domain.picture import CameraMove, Framing, Light, TimeOfDay, TransitionKind, Weather
from clavilux_planner.domain.plan import Offer
from clavilux_planner.service import plan_video
from google.protobuf import json_format

from services.planner.tests.planner_songs import NEON, brief, steady_song

ANALYSIS = audio_pb2.AudioAnalysis(
    duration_s=8.0,
    beats=[picture_pb2.Beat(time_s=4.0, position_in_bar=1, strength=0.9)],
    sections=[
        audio_pb2.Section(
            start_s=0, end_s=8, kind=audio_pb2.SECTION_KIND_CHORUS, energy=audio_pb2.ENERGY_LEVEL_HIGH, label="A"
        )
    ],
    lyrics=audio_pb2.Lyrics(words=[audio_pb2.Word(text="hello", start_s=1, end_s=2)]),
    mood=audio_pb2.Mood(primary="dark", energy=0.25, valence=0.75),
    boundaries=[
        audio_pb2.Boundary(start_s=0, end_s=4, anchor=audio_pb2.BOUNDARY_ANCHOR_SONG_START),
        audio_pb2.Boundary(start_s=4, end_s=8, anchor=audio_pb2.BOUNDARY_ANCHOR_DOWNBEAT),
    ],
    energy=picture_pb2.Energy(rate_hz=0.5, low=[0.0, 0.5, 0.75, 1], mid=[0.0, 0.5, 0.75, 1], high=[0.0, 0.5, 0.75, 1]),
)


def test_an_analysis_is_read_from_protobuf_json() -> None:
    analysis = convert.analysis_from_json(json_format.MessageToJson(ANALYSIS).encode())
    assert [boundary.anchor for boundary in analysis.boundaries] == [Anchor.SONG_START, Anchor.DOWNBEAT]
    assert (analysis.sections[0].kind, analysis.sections[0].energy) == (SectionKind.CHORUS, EnergyLevel.HIGH)
    assert analysis.mood == Mood("dark", "", energy=0.25, valence=0.75)
    assert analysis.envelope.values == (0.0, 0.5, 0.75, 1.0)
    assert analysis.beats[0].position_in_bar == 1
    shots = plan_video(brief(), analysis).plan.shots
    assert [shot.lyric for shot in shots] == ["hello", ""]
    assert shots[1].intensity > shots[0].intensity


def test_an_analysis_of_nothing_but_boundaries_is_enough() -> None:
    document = b'{"durationS": 5, "boundaries": [{"endS": 5}]}'
    assert len(plan_video(brief(), convert.analysis_from_json(document)).plan.shots) == 1


def test_an_analysis_of_a_newer_version_is_read_as_far_as_it_is_known() -> None:
    document = b'{"durationS": 5, "boundaries": [{"endS": 5, "anchor": 99}], "swing": 0.6, "mood": {"primary": "odd"}}'
    analysis = convert.analysis_from_json(document)
    assert analysis.boundaries[0].anchor is Anchor.UNSPECIFIED
    assert plan_video(brief(), analysis).plan.scenes


@pytest.mark.parametrize("document", [b"", b"not json", b"[1, 2]", b'{"durationS": "long"}', b"\xff\xfe\x00"])
def test_what_is_no_analysis_is_refused(document: bytes) -> None:
    with pytest.raises(ValidationFailed) as refused:
        convert.analysis_from_json(document)
    assert set(refused.value.fields) == {"analysis_key"}


def test_a_request_becomes_a_brief() -> None:
    request = planner_pb2.PlanRequest(
        user_prompt=NEON,
        options=planner_pb2.PlanOptions(style_preset="vhs", seed=3),
        clip_offers=[
            common_pb2.Offer(
                provider="replicate",
                price=common_pb2.Price(per_item_micros=7),
                clip_lengths=[common_pb2.LengthRange(min_s=4, max_s=6)],
            )
        ],
        max_paid_clips=2,
    )
    read = convert.brief_from(request)
    assert (read.prompt, read.style_preset, read.seed, read.max_paid_clips) == (NEON, "vhs", 3, 2)
    assert read.offers == (Offer("replicate", per_item_micros=7, lengths_s=((4.0, 6.0),)),)


def test_every_word_of_the_domain_is_a_word_of_the_contracts() -> None:
    for members, prefix, contract in (
        (Light, "LIGHT", picture_pb2.Light),
        (TimeOfDay, "TIME_OF_DAY", picture_pb2.TimeOfDay),
        (Weather, "WEATHER", picture_pb2.Weather),
        (CameraMove, "CAMERA_MOVE", picture_pb2.CameraMove),
        (Framing, "FRAMING", picture_pb2.Framing),
        (TransitionKind, "TRANSITION_KIND", picture_pb2.TransitionKind),
        (SectionKind, "SECTION_KIND", audio_pb2.SectionKind),
        (EnergyLevel, "ENERGY_LEVEL", audio_pb2.EnergyLevel),
        (Anchor, "BOUNDARY_ANCHOR", audio_pb2.BoundaryAnchor),
    ):
        assert {f"{prefix}_{name}" for name in members.__members__} | {f"{prefix}_UNSPECIFIED"} == set(contract.keys())


def test_a_plan_arrives_whole() -> None:
    planned = plan_video(brief(), steady_song())
    sent = convert.response_to(planned).plan
    assert [scene.id for scene in sent.scenes] == [scene.id for scene in planned.plan.scenes]
    assert [list(scene.palette) for scene in sent.scenes] == [list(scene.palette) for scene in planned.plan.scenes]
    assert [angle.start_s for shot in sent.shots for angle in shot.angles] == [
        angle.start_s for shot in planned.plan.shots for angle in shot.angles
    ]
    assert sent.transitions[0].kind == picture_pb2.TRANSITION_KIND_FADE
    assert sent.clips[2].slot_s == 4.0
    assert (sent.author, sent.estimate_micros) == ("rules", 0)


def test_what_is_offered_is_free_and_names_the_presets() -> None:
    described = convert.description()
    assert [(offer.provider, offer.is_default) for offer in described.offers] == [("local", True)]
    assert len(described.style_presets) >= 10
