"""How the process is configured: environment variables with the prefix CLAVILUX_, and Replicate's own token."""

from __future__ import annotations

import os

from clavilux_kit.settings import ProcessSettings
from pydantic import Field, SecretStr


class Settings(ProcessSettings):
    """The animator's own settings."""

    max_concurrent_calls: int = Field(default=8, ge=1)
    """Calls that are taken in; a call beyond is refused before it starts and goes to another replica."""
    clips_at_once: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    """Clips rendered at a time; calls beyond wait their turn."""
    clip_timeout_s: float = 120.0
    """For one clip of the local animator; clips of more than 600 frames get 0.2 s a frame."""

    allow_paid: bool = False
    """Nothing is bought unless this is set as well as the token."""
    replicate_api_token: SecretStr = Field(default=SecretStr(""), validation_alias="REPLICATE_API_TOKEN")
    replicate_base_url: str = "https://api.replicate.com"
    replicate_output_hosts: tuple[str, ...] = ("replicate.delivery",)
    """Outputs are fetched from these hosts and their subdomains only."""
    replicate_output_bytes: int = 200_000_000
    replicate_poll_s: float = 2.0
    replicate_timeout_s: float = 300.0
    """For one prediction, waiting for a machine included; the provider is told as well."""

    clip_model: str = "wan-video/wan-2.2-i2v-fast"
    clip_text_model: str = "wan-video/wan-2.2-t2v-fast"
    """For scenes without a picture."""
    clip_frames: int = 81
    clip_frames_per_second: int = 16
    clip_resolution: str = "480p"
    clip_price_micros: int = 60_000
    clip_price_source: str = "third-party price list"
    clip_price_read_on: str = "2026-11-22"
    clip_typical_s: float = 60.0

    @property
    def is_paid_allowed(self) -> bool:
        """Whether the paid generator is on."""
        return self.allow_paid and bool(self.replicate_api_token.get_secret_value())
