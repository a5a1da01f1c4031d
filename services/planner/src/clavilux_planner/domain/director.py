"""The director: puts song, prompt and knowledge together into one plan."""

from itertools import pairwise

from clavilux_planner.domain import arc, camera, characters, clips, cuts, music, prompts, style
from clavilux_planner.domain.knowledge import staging
from clavilux_planner.domain.lots import Lots
from clavilux_planner.domain.music import Analysis
from clavilux_planner.domain.picture import Character, Scene, Style
from clavilux_planner.domain.plan import BY_RULES, Brief, Clip, Offer, Shot, Transition, VideoPlan
from clavilux_planner.domain.reading import Reading
from clavilux_planner.domain.scenes import Look, Setting, settings_for
from clavilux_planner.domain.slots import Slot


class Director:
    """Writes one plan: reads the song into slots, gives each a scene, a camera and people, and cuts between them."""

    def __init__(
        self, brief: Brief, reading: Reading, preset: str, analysis: Analysis, song_slots: tuple[Slot, ...]
    ) -> None:
        self._reading = reading
        self._slots = song_slots
        self._beats = tuple(sorted(analysis.beats, key=lambda beat: beat.time_s))
        self._lots = Lots(brief.seed, f"{analysis.duration_s:.3f} s {analysis.mood}", brief.prompt)
        heard = music.mood_word(analysis.mood)
        second = analysis.mood.secondary if analysis.mood.secondary in music.MOODS else heard
        self._moods = tuple(dict.fromkeys((*reading.moods, heard, second)))[:2]
        self._preset_name = style.chosen_preset(reading, preset)
        self._preset = style.preset_for(self._preset_name, self._moods[0])

    def plan(self, offer: Offer) -> VideoPlan:
        """The whole plan; clips that are bought are one take each, without further angles."""
        settings, scene_of_each = self._settings()
        places = tuple(setting.scene for setting in settings)
        look = style.style_of(self._preset_name, self._preset, self._moods[0], places[0].palette)
        cast = characters.cast(self._reading.people, self._lots)
        transitions = cuts.transitions_for(self._slots)
        shots = self._shots(scene_of_each, cast, one_take=not offer.is_free)
        made = self._clips(shots, look, settings, transitions)
        return VideoPlan(
            summary=self._summary(look, places),
            style=look,
            scenes=places,
            characters=tuple(one for one in cast if any(one.id in shot.character_ids for shot in shots)),
            shots=shots,
            transitions=transitions,
            clips=made,
            estimate_micros=clips.estimate_micros(offer, made),
            author=BY_RULES,
        )

    def _settings(self) -> tuple[tuple[Setting, ...], tuple[Scene, ...]]:
        """The scenes that are used, in the order of the arc, and the scene of each slot."""
        count = arc.scene_count(len(self._slots), named_places=len(self._reading.places))
        numbers = arc.scene_of_each(self._slots, count)
        used = sorted(set(numbers))
        settings = settings_for(Look(self._moods, self._preset, self._reading), len(used), self._lots)
        by_number = dict(zip(used, settings, strict=True))
        return settings, tuple(by_number[number].scene for number in numbers)

    def _shots(
        self, scene_of_each: tuple[Scene, ...], cast: tuple[Character, ...], *, one_take: bool
    ) -> tuple[Shot, ...]:
        operator = camera.Operator(self._lots)
        shots = []
        for slot, scene in zip(self._slots, scene_of_each, strict=True):
            times_s = camera.angle_times(slot, () if one_take else self._beats)
            there = characters.seen_in(slot, cast)
            template = self._lots.pick(f"action {slot.index}", staging.ACTIONS[bool(there), slot.pace])
            shot = Shot(
                index=slot.index,
                start_s=slot.start_s,
                end_s=slot.end_s,
                scene_id=scene.id,
                character_ids=tuple(character.id for character in there),
                angles=operator.film(slot, scene.id, times_s, is_last=slot is self._slots[-1]),
                action=prompts.action_of(template, there, self._reading.motions if slot.index % 2 == 0 else ()),
                lyric=slot.lyric,
                intensity=slot.intensity,
                clip_index=slot.index,
                section=slot.section.kind.value,
            )
            shots.append(shot)
        return tuple(shots)

    def _clips(
        self,
        shots: tuple[Shot, ...],
        look: Style,
        settings: tuple[Setting, ...],
        transitions: tuple[Transition, ...],
    ) -> tuple[Clip, ...]:
        """One clip for each shot, with handles for the transitions on both of its sides."""
        setting_of = {setting.scene.id: setting for setting in settings}
        unwanted = prompts.negative_prompt(self._reading.unwanted)
        made = []
        for shot, (into, out_of) in zip(shots, pairwise(transitions), strict=True):
            prompt = prompts.clip_prompt(
                style=look,
                scene=setting_of[shot.scene_id].scene,
                action=shot.action,
                angle=shot.angles[0],
                imagined=setting_of[shot.scene_id].words,
            )
            lead_s, tail_s = cuts.handles_s(into)[0], cuts.handles_s(out_of)[1]
            made.append(Clip(shot.clip_index, prompt, unwanted, lead_s, shot.end_s - shot.start_s, tail_s))
        return tuple(made)

    def _summary(self, look: Style, places: tuple[Scene, ...]) -> str:
        where = "; ".join(scene.description for scene in places)
        return f"{look.description[:1].upper()}{look.description[1:]}, {' and '.join(self._moods)}: {where}."
