"""Prompts: what a model that makes clips is told about a shot. The local animator needs none of it."""

from clavilux_planner.domain.knowledge import staging
from clavilux_planner.domain.knowledge.words import ALWAYS_UNWANTED
from clavilux_planner.domain.picture import Angle, Character, Scene, Style

WORDS_AT_MOST = 199
_USER_WORDS_AT_MOST = 80


def clip_prompt(*, style: Style, scene: Scene, action: str, angle: Angle, imagined: str) -> str:
    """At most WORDS_AT_MOST words. The style's words are the same in every prompt, the action has the characters'.

    `imagined` are the user's own words; they come last, as a description, and are cut off where they are too many.
    """
    camera = f"{staging.FRAMING_WORDS[angle.framing]}, {staging.MOVE_WORDS[angle.move]}"
    light = staging.LIGHT_WORDS.get(scene.light) or staging.LIGHT_WORDS.get(style.light, "")
    parts = [f"{style.description}, {style.technique}", scene.description, action, camera, light, f"{scene.mood} mood"]
    told = f"{'. '.join(filter(None, parts))}.".split()
    room = min(_USER_WORDS_AT_MOST, WORDS_AT_MOST - len(told))
    return " ".join([*told[:WORDS_AT_MOST], *imagined.split()[: max(0, room)]])


def negative_prompt(unwanted: tuple[str, ...]) -> str:
    """What no picture may show, and what the user does not want to see."""
    return ", ".join((*ALWAYS_UNWANTED, *unwanted))


def action_of(template: str, characters: tuple[Character, ...], motions: tuple[str, ...]) -> str:
    """What happens, with every character described word for word; the prompt's own verbs go before the template."""
    who = " and ".join(character.description for character in characters)
    return f"{who}, {' and '.join(motions)}" if who and motions else template.format(who=who)
