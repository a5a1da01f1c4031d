import copy
from typing import Any

import pytest
from clavilux.composer.v1.composer_pb2 import ComposeRequest
from clavilux.video.v1.video_pb2 import GenerateClipRequest
from clavilux_kit.errors import Internal
from clavilux_orchestrator.adapters.grpc_services import request_message
from clavilux_orchestrator.domain.clips import beats_inside, clip_items, energy_inside
from clavilux_orchestrator.domain.composition import composition_item
from clavilux_orchestrator.domain.items import Item
from clavilux_orchestrator.domain.job import Job, Lease, Options
from clavilux_orchestrator.domain.plan import Analysis, read_plan
from clavilux_orchestrator.domain.requests import affordable_clips, analysis_item, image_items, plan_item

Document = dict[str, Any]


def make_job(**options: Any) -> Job:
    return Job(
        lease=Lease("job-1", "w", 1),
        audio_key="audio-uploads/u/job-1/song.mp3",
        audio_hash="0" * 32,
        duration_s=16.0,
        user_prompt="A walk through the night",
        options=Options.read(options, job_id="job-1"),
        budget_micros=20_000_000,
        total_cost_micros=0,
        takings=1,
        running_s=0.0,
    )


def clips_of(analysis: Document, plan: Document, images: Document | None = None) -> tuple[Item, ...]:
    return clip_items(make_job(), read_plan(plan, 16.0), Analysis(analysis), images or {})


def sent(item: Item) -> Any:
    return request_message(item.stage.service, item.stage.method, item.addressed("job-1", 500))


def composed(analysis: Document, plan: Document, clips: Document, images: Document | None = None) -> ComposeRequest:
    laid = read_plan(plan, 16.0)
    message: ComposeRequest = sent(composition_item(make_job(), laid, Analysis(analysis), images or {}, clips))
    return message


def test_every_request_is_what_its_contract_asks_for(analysis_document: Document, plan_document: Document) -> None:
    job, plan = make_job(quality="full", title="Night"), read_plan(plan_document, 16.0)
    images = image_items(job, plan)
    for item in (analysis_item(job), plan_item(job, "k", [{"provider": "local"}], 5), *images):
        message = sent(item)
        assert message.job_id == "job-1"
        assert message.request_id == item.request_id("job-1")
        assert message.max_cost_micros == 500
    assert [item.name for item in images] == ["scene_1", "scene_2", "char_1"]
    assert sent(images[0]).output_prefix == f"reference-images/job-1/scene_1.{images[0].fingerprint}"
    assert (sent(images[2]).size.width_px, sent(images[2]).size.height_px) == (1024, 1024)


def test_a_clip_has_the_handles_of_its_crossfade(analysis_document: Document, plan_document: Document) -> None:
    messages: list[GenerateClipRequest] = [sent(item) for item in clips_of(analysis_document, plan_document)]
    handles = [(each.lead_frames, each.slot_frames, each.tail_frames) for each in messages]
    assert handles == [(0, 120, 0), (0, 120, 8), (7, 120, 0), (0, 120, 0)]


def test_a_clip_hears_its_own_part_of_the_song(analysis_document: Document, plan_document: Document) -> None:
    message = sent(clips_of(analysis_document, plan_document)[2])
    assert len(message.energy.low) == len(message.energy.high) == 127
    assert message.energy.low[7] == pytest.approx(0.0)  # frame 240 is a multiple of 30
    assert [round(beat.time_s * 30) for beat in message.beats] == [7 + 15 * n for n in range(8)]
    assert [round(angle.start_s * 30) for angle in message.angles] == [0, 67]


def test_a_clip_without_pictures_is_made_by_text(analysis_document: Document, plan_document: Document) -> None:
    images = {"scene_2": {"image_key": "i", "layers_key": "l"}}
    first, second, *_ = (sent(item) for item in clips_of(analysis_document, plan_document, images))
    assert (first.scene_image_key, first.scene_layers_key) == ("", "")
    assert (second.scene_image_key, second.scene_layers_key) == ("i", "l")
    assert list(second.character_image_keys) == [""]


def test_a_fingerprint_is_the_same_for_the_same_question(analysis_document: Document, plan_document: Document) -> None:
    once = clips_of(analysis_document, plan_document)
    again = clips_of(copy.deepcopy(analysis_document), copy.deepcopy(plan_document))
    assert [item.fingerprint for item in once] == [item.fingerprint for item in again]
    assert len({item.fingerprint for item in once}) == 4
    assert once[0].fingerprint in sent(once[0]).output_key


def test_a_changed_scene_changes_its_own_clips_only(analysis_document: Document, plan_document: Document) -> None:
    before = [item.fingerprint for item in clips_of(analysis_document, plan_document)]
    plan_document["scenes"][1]["description"] = "a frozen lake"
    after = [item.fingerprint for item in clips_of(analysis_document, plan_document)]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True, False]


def test_money_and_labels_do_not_change_what_an_item_is(analysis_document: Document, plan_document: Document) -> None:
    item = clips_of(analysis_document, plan_document)[0]
    assert item.addressed("job-1", 5)["request_id"] == item.addressed("job-1", 7)["request_id"]
    assert item.request_id("job-1") != item.request_id("job-2")
    assert item.request_id("job-1") != item.request_id("job-1", take=1)


def test_the_video_is_laid_out_frame_by_frame(analysis_document: Document, plan_document: Document) -> None:
    clips = {
        f"clip_{n}": {
            "clip_key": f"k{n}",
            "lead_frames": 7 if n == 2 else 0,
            "angle_cut_frames": [67 if n == 2 else 60],
        }
        for n in range(4)
    }
    message = composed(analysis_document, plan_document, clips)
    assert [slot.start_frame for slot in message.slots] == [0, 120, 240, 360]
    assert sum(slot.frame_count for slot in message.slots) == message.total_frames == 480
    assert [list(slot.angle_cut_frames) for slot in message.slots] == [[60], [180], [300], [420]]
    assert [slot.clip_lead_frames for slot in message.slots] == [0, 0, 7, 0]
    assert (message.end.kind, message.end.frame_count) == (3, 15)
    assert message.subtitles.cues[0].words[0].text == "hello"
    assert len(message.beat_times_s) == 32


def test_a_missing_clip_leaves_its_slot_to_the_still(analysis_document: Document, plan_document: Document) -> None:
    images = {"scene_1": {"image_key": "still.png", "layers_key": ""}}
    clips = {f"clip_{n}": {"clip_key": f"k{n}", "lead_frames": 0, "angle_cut_frames": []} for n in (1, 2, 3)}
    slot = composed(analysis_document, plan_document, clips, images).slots[0]
    assert (slot.clip_key, slot.still_key, slot.frame_count) == ("", "still.png", 120)


def test_a_shared_clip_is_made_for_its_longest_shot(analysis_document: Document, plan_document: Document) -> None:
    plan_document["shots"][2] |= {"clip_index": 1, "start_s": 7.0}
    del plan_document["clips"][2]
    clip = sent(clips_of(analysis_document, plan_document)[1])
    assert (clip.lead_frames, clip.slot_frames, clip.tail_frames) == (7, 150, 8)
    slots = composed(
        analysis_document,
        plan_document,
        {"clip_1": {"clip_key": "k", "lead_frames": 7, "angle_cut_frames": [97]}},
    ).slots
    assert [list(slots[n].angle_cut_frames) for n in (1, 2)] == [[], [300]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda plan: plan["transitions"].pop(),
        lambda plan: plan["shots"][1].update(scene_id="nowhere"),
        lambda plan: plan["shots"][1].update(clip_index=77),
        lambda plan: plan["clips"].append({"index": 9}),
        lambda plan: plan["shots"].clear(),
        lambda plan: plan["shots"][2].update(start_s=99.0),
    ],
)
def test_a_plan_that_does_not_add_up_is_refused(plan_document: Document, damage: Any) -> None:
    damage(plan_document)
    with pytest.raises(Internal, match="does not add up"):
        read_plan(plan_document, 16.0)


def test_a_beat_just_before_the_cut_opens_the_clip() -> None:
    beats = [{"time_s": 3.99}, {"time_s": 3.95}, {"time_s": 4.5}]
    assert [beat["time_s"] for beat in beats_inside(beats, 120, 30)] == [0.0, 0.5]


def test_energy_is_resampled_to_one_value_a_frame() -> None:
    energy = energy_inside({"rate_hz": 15.0, "low": [0.0, 1.0], "mid": [], "high": [0.5]}, 0, 4)
    assert energy == {"rate_hz": 30.0, "low": [0.0, 0.5, 1.0, 1.0], "mid": [0.0] * 4, "high": [0.5] * 4}


def test_free_clips_are_not_counted_as_paid() -> None:
    assert affordable_clips([], 20_000_000, 900.0) == 0
    assert affordable_clips([{"provider": "local", "price": {}}], 20_000_000, 900.0) == 0


def test_money_or_time_bounds_the_number_of_paid_clips() -> None:
    offer = {"price": {"per_item_micros": "100000", "per_output_second_micros": 50_000}, "typical_s": 60.0}
    assert affordable_clips([offer], 2_000_000, 900.0) == 5
    assert affordable_clips([offer], 20_000_000, 120.0) == 5
    assert affordable_clips([offer], 399_999, 900.0) == 0


def test_a_job_without_a_seed_has_its_own() -> None:
    assert make_job().options.seed == make_job().options.seed > 0
    assert make_job(seed=5).options.seed == 5
    assert make_job(unknown=1, title=None).options.title == ""
