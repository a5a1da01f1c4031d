"""The rules of plans notice every kind of breakage."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from clavilux_planner.domain.picture import TransitionKind
from clavilux_planner.domain.plan import VideoPlan
from clavilux_planner.domain.validation import violations
from clavilux_planner.service import plan_video

from services.planner.tests.planner_songs import brief, steady_song

Breakage = Callable[[VideoPlan], VideoPlan]


def first_shot(**changes: object) -> Breakage:
    return lambda plan: replace(plan, shots=(replace(plan.shots[0], **changes), *plan.shots[1:]))  # type: ignore[arg-type]  # any field


def first_scene(**changes: object) -> Breakage:
    return lambda plan: replace(plan, scenes=(replace(plan.scenes[0], **changes), *plan.scenes[1:]))  # type: ignore[arg-type]  # any field


def off_beat(plan: VideoPlan) -> VideoPlan:
    first, second = plan.shots[0].angles[:2]
    return first_shot(angles=(first, replace(second, start_s=second.start_s + 0.01)))(plan)


def all_wide(plan: VideoPlan) -> VideoPlan:
    first = plan.shots[0].angles[0]
    return first_shot(angles=(first, *(replace(angle, framing=first.framing) for angle in plan.shots[0].angles[1:])))(
        plan
    )


def cut_of_a_second(plan: VideoPlan) -> VideoPlan:
    into, *others = plan.transitions
    return replace(plan, transitions=(into, replace(others[0], duration_s=1.0), *others[1:]))


def starving_crossfade(plan: VideoPlan) -> VideoPlan:
    into, first, *others = plan.transitions
    fade = replace(first, kind=TransitionKind.CROSSFADE, duration_s=0.5)
    return replace(plan, transitions=(into, fade, *others))


BREAKAGES: dict[str, Breakage] = {
    "a shot is missing": lambda plan: replace(plan, shots=plan.shots[1:]),
    "a shot ends early": first_shot(end_s=3.99),
    "an intensity of 2": first_shot(intensity=2.0),
    "an unknown scene": first_shot(scene_id="scene_9"),
    "an unknown character": first_shot(character_ids=("char_9",)),
    "no angle": first_shot(angles=()),
    "an angle off the beat": off_beat,
    "one framing twice in a row": all_wide,
    "an unknown clip": first_shot(clip_index=99),
    "a palette of words": first_scene(palette=("red", "green", "blue", "black", "white")),
    "a palette of four": first_scene(palette=("#000000", "#111111", "#222222", "#333333")),
    "one id twice": first_scene(id="scene_2"),
    "a transition is missing": lambda plan: replace(plan, transitions=plan.transitions[1:]),
    "a cut that lasts": cut_of_a_second,
    "a crossfade without handles": starving_crossfade,
    "a prompt of 200 words": lambda plan: replace(
        plan, clips=(replace(plan.clips[0], prompt="word " * 200), *plan.clips[1:])
    ),
}


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES.keys())
def test_a_broken_plan_is_noticed(breakage: Breakage) -> None:
    song = steady_song()
    plan = plan_video(brief(), song).plan
    assert violations(plan, song) == []
    assert violations(breakage(plan), song) != []
