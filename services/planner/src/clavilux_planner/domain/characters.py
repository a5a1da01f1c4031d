"""Characters: the people the prompt names, and the shots they are in."""

from clavilux_planner.domain.knowledge import staging
from clavilux_planner.domain.lots import Lots
from clavilux_planner.domain.music import SectionKind
from clavilux_planner.domain.picture import Character
from clavilux_planner.domain.reading import PersonCue
from clavilux_planner.domain.slots import Slot

CHARACTERS_AT_MOST = 2


def cast(people: tuple[PersonCue, ...], lots: Lots) -> tuple[Character, ...]:
    """At most CHARACTERS_AT_MOST characters, "char_1" first, dressed by lot where the prompt does not dress them."""
    characters = []
    for number, person in enumerate(people[:CHARACTERS_AT_MOST], start=1):
        clothes = lots.pick(f"clothes of {number}", staging.WARDROBE[person.figure])
        dressed = any(word in person.description.split() for word in ("in", "with", "wearing"))
        description = person.description if dressed else f"{person.description} {clothes}"
        characters.append(Character(f"char_{number}", description, person.figure))
    return tuple(characters)


def seen_in(slot: Slot, characters: tuple[Character, ...]) -> tuple[Character, ...]:
    """Who is in a shot: all in the chorus, the second in the bridge, in turn elsewhere; an intro opens empty."""
    if not characters or (slot.section.kind is SectionKind.INTRO and slot.index == 0):
        return ()
    if slot.section.kind is SectionKind.CHORUS:
        return characters
    if slot.section.kind is SectionKind.BRIDGE:
        return characters[-1:]
    return (characters[slot.index % len(characters)],)
