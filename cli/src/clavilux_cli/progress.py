"""What is known of a job from its events, independent of how it is shown."""

from dataclasses import dataclass, field
from typing import Any

from clavilux_cli.client import Event

STAGES = {
    "audio_analysis": "Listening",
    "scene_planning": "Directing",
    "reference_generation": "Painting",
    "video_generation": "Animating",
    "composition": "Cutting",
}


@dataclass
class StageProgress:
    """One stage as far as it is known."""

    status: str = "waiting"
    duration_s: float | None = None
    detail: str = ""
    fraction: float = 0.0


@dataclass
class JobProgress:
    """One job as far as it is known."""

    stages: dict[str, StageProgress] = field(default_factory=lambda: {name: StageProgress() for name in STAGES})
    percent: int = 0
    remaining_s: float | None = None
    clips: int = 0
    clips_total: int = 0
    cost: float = 0.0
    news: str = ""

    def take(self, event: Event) -> None:
        """Takes one event in. Unknown events change nothing: a newer gateway may send more."""
        handler = getattr(self, f"_take_{event.name}", None)
        if handler is not None:
            handler(event.data)

    def _take_snapshot(self, data: dict[str, Any]) -> None:
        self.percent = int(data.get("progress") or 0)
        self.cost = float(data.get("costs", {}).get("total", 0.0))
        for name, stage in data.get("stages", {}).items():
            self._take_stage_update({"stage": name, **stage})

    def _take_stage_update(self, data: dict[str, Any]) -> None:
        stage = self.stages.setdefault(str(data["stage"]), StageProgress())
        is_news = stage.status != data["status"]
        stage.status = str(data["status"])
        if data.get("duration") is not None:
            stage.duration_s = float(data["duration"])
        if data.get("progress"):
            stage.detail = str(data["progress"])
        if stage.status == "completed":
            stage.fraction = 1.0
        if is_news:
            self.news = f"{STAGES.get(str(data['stage']), data['stage'])}: {stage.status}"

    def _take_progress(self, data: dict[str, Any]) -> None:
        self.percent = int(data["progress"])
        remaining = data.get("estimated_remaining")
        self.remaining_s = None if remaining is None else float(remaining)

    def _take_message(self, data: dict[str, Any]) -> None:
        self.news = str(data["text"])
        stage = self.stages.get(str(data.get("stage", "")))
        if stage is not None and data.get("fraction") is not None:
            stage.fraction = float(data["fraction"])

    def _take_clip(self, data: dict[str, Any]) -> None:
        self.clips += 1
        self.clips_total = int(data.get("total", 0))
        stage = self.stages["video_generation"]
        stage.detail = f"{self.clips}/{self.clips_total}"
        stage.fraction = self.clips / max(1, self.clips_total)
        self.news = f"Clip {int(data['index']) + 1} is ready"

    def _take_cost_update(self, data: dict[str, Any]) -> None:
        self.cost = float(data["total"])
