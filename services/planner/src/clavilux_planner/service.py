"""The use case: a brief and an analysis become a plan, by rules alone."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from clavilux_kit.errors import BudgetExceeded, Internal, ValidationFailed
from clavilux_kit.telemetry import DEGRADATIONS, get_logger

from clavilux_planner.domain import clips, music, style
from clavilux_planner.domain.director import Director
from clavilux_planner.domain.knowledge import looks
from clavilux_planner.domain.music import Analysis
from clavilux_planner.domain.plan import Brief, Degradation, Offer, VideoPlan
from clavilux_planner.domain.reading import Reading, read
from clavilux_planner.domain.slots import slots_of
from clavilux_planner.domain.validation import violations

PROMPT_AT_LEAST, PROMPT_AT_MOST = 50, 500


@dataclass(frozen=True)
class Planned:
    """A sound plan and the fallbacks that were taken on the way to it."""

    plan: VideoPlan
    degradations: tuple[Degradation, ...]


def plan_video(brief: Brief, analysis: Analysis) -> Planned:
    """Plans a video. The same brief and analysis always give the same plan.

    Raises ValidationFailed for a prompt that is too short or too long, an unknown style preset or an analysis that
    cannot be laid out, BudgetExceeded where more clips would have to be bought than may be.
    """
    preset_name = _check(brief, analysis)
    reading = read(brief.prompt)
    song_slots = slots_of(analysis)
    offer = _offer(brief, len(song_slots))
    plan = Director(brief, reading, preset_name, analysis, song_slots).plan(offer)
    if broken := violations(plan, analysis):
        raise Internal(f"The plan breaks {len(broken)} rules: {'; '.join(broken[:3])}")
    fallbacks = (*_fallbacks(reading, preset_name, offer, brief), *_left_out(reading, plan))
    for fallback in fallbacks:
        DEGRADATIONS.labels(fallback.code).inc()
    codes = [fallback.code for fallback in fallbacks]
    get_logger().info("planned", shots=len(plan.shots), scenes=len(plan.scenes), degradations=codes)
    return Planned(plan, fallbacks)


def _check(brief: Brief, analysis: Analysis) -> str:
    """The name of the wanted preset as the table has it, or empty."""
    length = len(unicodedata.normalize("NFC", brief.prompt))
    if not PROMPT_AT_LEAST <= length <= PROMPT_AT_MOST:
        expected = f"{PROMPT_AT_LEAST} to {PROMPT_AT_MOST} characters are needed, it has {length}"
        raise ValidationFailed("The prompt is too short or too long.", fields={"user_prompt": expected})
    if faults := music.problems(analysis):
        raise ValidationFailed("The analysis cannot be planned on.", fields={"analysis_key": "; ".join(faults)})
    try:
        return style.preset_name(brief.style_preset)
    except KeyError:
        known = f"one of {', '.join(looks.PRESETS)}"
        raise ValidationFailed("There is no such style preset.", fields={"options.style_preset": known}) from None


def _offer(brief: Brief, count: int) -> Offer:
    try:
        return clips.chosen_offer(brief.offers, clips=count, max_paid_clips=brief.max_paid_clips)
    except clips.TooDear as error:
        raise BudgetExceeded(f"The plan cannot be paid: {error}.") from error


def _fallbacks(reading: Reading, preset: str, offer: Offer, brief: Brief) -> tuple[Degradation, ...]:
    taken = []
    if not reading.understood:
        taken.append(
            Degradation("prompt_not_understood", "No word of the prompt is known here: the song's mood decides.")
        )
    elif not reading.places:
        taken.append(Degradation("places_from_mood", "The prompt names no place known here: the mood chose them."))
    if preset and reading.styles and preset != reading.styles[0]:
        words = reading.styles[0].replace("_", " ")
        taken.append(
            Degradation("preset_overruled", f"The prompt asks for {words}, so the preset was not used.", preset)
        )
    if brief.offers and offer is not brief.offers[0]:
        taken.append(
            Degradation("offer_too_dear", f"The clips come from {offer.provider}: the default may not be paid.")
        )
    return tuple(taken)


def _left_out(reading: Reading, plan: VideoPlan) -> Iterator[Degradation]:
    """What the prompt names and the video has no room for."""
    places, figures = {scene.place for scene in plan.scenes}, {one.figure for one in plan.characters}
    for kind in dict.fromkeys(place.kind for place in reading.places):
        if kind not in places:
            yield Degradation("place_left_out", f"The song has too few shots to show this place as well: {kind}.", kind)
    for person in reading.people:
        if person.figure not in figures:
            yield Degradation(
                "person_left_out", f"The video has no room for somebody: {person.description}.", person.figure
            )
