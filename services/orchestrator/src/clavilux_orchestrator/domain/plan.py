"""What the orchestrator reads of an analysis and a plan. The documents themselves are passed on whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clavilux_kit.errors import Internal

from clavilux_orchestrator.domain.frames import PlannedJoin, Slot, lay_out
from clavilux_orchestrator.domain.stages import Document


@dataclass(frozen=True)
class Analysis:
    """A song as it was heard."""

    document: Document

    @property
    def duration_s(self) -> float:
        """Length of the decoded song."""
        return float(self.document["duration_s"])

    @property
    def beats(self) -> Sequence[Document]:
        """In order of time; empty where there is no beat."""
        beats: Sequence[Document] = self.document.get("beats", [])
        return beats


@dataclass(frozen=True)
class Shot:
    """What is seen in one slot."""

    index: int
    slot: Slot
    document: Document
    scene: Document
    characters: tuple[Document, ...]
    clip_index: int


@dataclass(frozen=True)
class Plan:
    """A plan laid on the frames of its song."""

    document: Document
    shots: tuple[Shot, ...]
    total_frames: int

    @property
    def clips(self) -> Sequence[Document]:
        """What has to be generated."""
        clips: Sequence[Document] = self.document["clips"]
        return clips

    @property
    def scenes(self) -> tuple[Document, ...]:
        """Scenes that shots play in, in the plan's order."""
        used = {shot.scene["id"] for shot in self.shots}
        return tuple(scene for scene in self.document["scenes"] if scene["id"] in used)

    @property
    def characters(self) -> tuple[Document, ...]:
        """Characters who appear in shots, in the plan's order."""
        used = {character["id"] for shot in self.shots for character in shot.characters}
        return tuple(each for each in self.document.get("characters", []) if each["id"] in used)

    def clip(self, index: int) -> Document:
        """The clip with that index."""
        return next(clip for clip in self.clips if int(clip["index"]) == index)

    def shots_of(self, clip: Document) -> tuple[Shot, ...]:
        """The shots that a clip is for, the longest first."""
        mine = [shot for shot in self.shots if shot.clip_index == int(clip["index"])]
        return tuple(sorted(mine, key=lambda shot: (-shot.slot.frame_count, shot.index)))


def read_plan(document: Document, duration_s: float) -> Plan:
    """Lay a plan on a song of `duration_s` seconds.

    Raises:
        Internal: the plan does not add up; the message says where. It is kept, so trying again would not help.
    """
    try:
        plan = _read(document, duration_s)
    except (KeyError, ValueError) as error:
        raise Internal(f"The plan does not add up: {error}") from error
    idle = [clip["index"] for clip in plan.clips if not plan.shots_of(clip)]
    known = {int(clip["index"]) for clip in plan.clips}
    lost = [shot.index for shot in plan.shots if shot.clip_index not in known]
    if idle or lost:
        raise Internal(f"The plan does not add up: clips without a shot {idle}, shots without a clip {lost}")
    return plan


def _read(document: Document, duration_s: float) -> Plan:
    scenes = {scene["id"]: scene for scene in document["scenes"]}
    characters = {character["id"]: character for character in document.get("characters", [])}
    joins = [PlannedJoin(each["kind"], float(each.get("duration_s", 0.0))) for each in document["transitions"]]
    slots = lay_out([float(shot["start_s"]) for shot in document["shots"]], joins, duration_s)
    shots = tuple(
        Shot(
            index=index,
            slot=slot,
            document=shot,
            scene=scenes[shot["scene_id"]],
            characters=tuple(characters[each] for each in shot.get("character_ids", [])),
            clip_index=int(shot.get("clip_index", 0)),
        )
        for index, (shot, slot) in enumerate(zip(document["shots"], slots, strict=True))
    )
    return Plan(document, shots, slots[-1].end_frame)
