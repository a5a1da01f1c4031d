"""What the orchestrator is told from outside, as environment variables named CLAVILUX_*."""

from __future__ import annotations

import os
import secrets
import socket

from clavilux_kit.settings import ProcessSettings
from pydantic import Field


class Settings(ProcessSettings):
    """Settings of the orchestrator."""

    database_url: str = "postgresql://clavilux_orchestrator@127.0.0.1/clavilux"
    database_connections: int = 10

    audio_target: str = "127.0.0.1:50051"
    planner_target: str = "127.0.0.1:50052"
    references_target: str = "127.0.0.1:50053"
    video_target: str = "127.0.0.1:50054"
    composer_target: str = "127.0.0.1:50055"

    jobs_at_once: int = 3
    """Jobs that this process works on at once; embedded passes 1."""
    most_running: int = 6
    """Jobs that run at once in the whole system, however many processes there are."""
    heartbeat_s: float = 10.0
    lapse_s: float = 30.0
    """A job whose worker was silent for so long is taken up by another."""
    poll_s: float = 2.0
    """How often to look for jobs and commands when no bell rings."""
    unavailable_wait_s: float = 30.0
    """How long a job waits for a service that is away."""

    worker_name: str = Field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")

    @property
    def targets(self) -> dict[str, str]:
        """Where each service is."""
        return {
            "audio": self.audio_target,
            "planner": self.planner_target,
            "references": self.references_target,
            "video": self.video_target,
            "composer": self.composer_target,
        }
