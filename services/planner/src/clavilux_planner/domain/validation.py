"""What holds for every plan, whoever wrote it. A plan that breaks a rule is never sent."""

from collections.abc import Iterator
from itertools import pairwise

from clavilux_planner.domain.camera import APART_S, FROM_END_S
from clavilux_planner.domain.cuts import handles_s
from clavilux_planner.domain.music import Analysis
from clavilux_planner.domain.palette import PALETTE_SIZE, is_colour, luminance
from clavilux_planner.domain.picture import TransitionKind
from clavilux_planner.domain.plan import Shot, VideoPlan
from clavilux_planner.domain.prompts import WORDS_AT_MOST

SCENES_AT_MOST = 4
_SAME_S = 1e-6
_TOLERANCE_S = 1 / 60


def violations(plan: VideoPlan, analysis: Analysis) -> list[str]:
    """Every rule that the plan breaks, as a sentence; empty for a sound plan."""
    return [
        *_cover(plan, analysis),
        *_order(plan),
        *_references(plan),
        *_colours(plan),
        *(fault for shot in plan.shots for fault in _angles(shot, analysis)),
        *_framings(plan),
        *_transitions(plan),
        *_clips(plan),
    ]


def _cover(plan: VideoPlan, analysis: Analysis) -> Iterator[str]:
    shots = plan.shots
    if len(shots) != len(analysis.boundaries):
        yield f"{len(shots)} shots for {len(analysis.boundaries)} boundaries"
        return
    for shot, boundary in zip(shots, analysis.boundaries, strict=True):
        if max(abs(shot.start_s - boundary.start_s), abs(shot.end_s - boundary.end_s)) > _TOLERANCE_S:
            yield f"shot {shot.index} does not lie on its boundary"
    if shots[0].start_s != 0.0 or abs(shots[-1].end_s - analysis.duration_s) > _TOLERANCE_S:
        yield "the shots do not reach from the song's start to its end"


def _order(plan: VideoPlan) -> Iterator[str]:
    for before, after in pairwise(plan.shots):
        if before.end_s != after.start_s:
            yield f"there is a gap or an overlap before shot {after.index}"
    for position, shot in enumerate(plan.shots):
        if shot.index != position or shot.end_s <= shot.start_s or not 0 <= shot.intensity <= 1:
            yield f"shot {position} has a wrong index, length or intensity"


def _references(plan: VideoPlan) -> Iterator[str]:
    scenes = [scene.id for scene in plan.scenes]
    characters = [character.id for character in plan.characters]
    if not 1 <= len(scenes) <= SCENES_AT_MOST:
        yield f"{len(scenes)} scenes"
    if len({*scenes}) < len(scenes) or len({*characters}) < len(characters):
        yield "a scene's or a character's id is used twice"
    for unused in {*scenes} - {shot.scene_id for shot in plan.shots}:
        yield f"no shot plays in {unused}"
    for shot in plan.shots:
        if shot.scene_id not in scenes or not {*shot.character_ids} <= {*characters}:
            yield f"shot {shot.index} refers to a scene or a character that does not exist"


def _colours(plan: VideoPlan) -> Iterator[str]:
    for palette in plan.palettes:
        if len(palette) != PALETTE_SIZE or not all(is_colour(colour) for colour in palette):
            yield f"{palette} is no palette"
        elif list(palette) != sorted(palette, key=luminance):
            yield f"{palette} does not go from shadow to light"
    if len({scene.palette for scene in plan.scenes}) < len(plan.scenes):
        yield "two scenes have the same palette"


def _angles(shot: Shot, analysis: Analysis) -> Iterator[str]:
    if not shot.angles or shot.angles[0].start_s != shot.start_s:
        yield f"shot {shot.index} has no angle at its start"
        return
    beats_s = {beat.time_s for beat in analysis.beats}
    for before, after in pairwise(shot.angles):
        if after.start_s not in beats_s:
            yield f"shot {shot.index} cuts to an angle at {after.start_s} s, where there is no beat"
        if after.start_s - before.start_s < APART_S - _SAME_S or after.start_s > shot.end_s - FROM_END_S + _SAME_S:
            yield f"shot {shot.index} cuts too soon at {after.start_s} s"


def _framings(plan: VideoPlan) -> Iterator[str]:
    angles = [angle for shot in plan.shots for angle in shot.angles]
    if any(before.framing is after.framing for before, after in pairwise(angles)):
        yield "a framing comes twice in a row"
    for before, after in pairwise(plan.shots):
        if before.scene_id == after.scene_id and before.angles[0].framing is after.angles[0].framing:
            yield f"shot {after.index} begins like the one before it"


def _transitions(plan: VideoPlan) -> Iterator[str]:
    transitions = plan.transitions
    if [transition.at_s for transition in transitions] != [
        *(shot.start_s for shot in plan.shots),
        plan.shots[-1].end_s,
    ]:
        yield "the transitions are not one for each shot's start and one for the song's end"
        return
    if {transitions[0].kind, transitions[-1].kind} != {TransitionKind.FADE}:
        yield "the song does not begin and end with a fade"
    for (before, after), transition in zip(pairwise(plan.shots), transitions[1:-1], strict=True):
        longest_s = min(before.end_s - before.start_s, after.end_s - after.start_s) / 2
        if not 0 <= transition.duration_s <= longest_s + _SAME_S or (
            (transition.kind is TransitionKind.CUT) != (transition.duration_s == 0)
        ):
            yield f"the transition at {transition.at_s} s has a wrong length"


def _clips(plan: VideoPlan) -> Iterator[str]:
    if [clip.index for clip in plan.clips] != list(range(len(plan.clips))):
        yield "the clips are not numbered in order"
        return
    if {shot.clip_index for shot in plan.shots} != {*range(len(plan.clips))}:
        yield "shots and clips do not belong together"
        return
    if len(plan.transitions) != len(plan.shots) + 1:
        return  # told above
    for clip in plan.clips:
        if not clip.prompt or len(clip.prompt.split()) > WORDS_AT_MOST:
            yield f"the prompt of clip {clip.index} is empty or too long"
    for shot, (into, out_of) in zip(plan.shots, pairwise(plan.transitions), strict=True):
        clip = plan.clips[shot.clip_index]
        needed = (handles_s(into)[0], shot.end_s - shot.start_s, handles_s(out_of)[1])
        if any(
            has + _SAME_S < needs for has, needs in zip((clip.lead_s, clip.slot_s, clip.tail_s), needed, strict=True)
        ):
            yield f"clip {clip.index} is too short for shot {shot.index}"
