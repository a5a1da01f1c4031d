"""How the process is configured: environment variables with the prefix CLAVILUX_, and Replicate's own token."""

from __future__ import annotations

import os

from clavilux_kit.settings import ProcessSettings
from pydantic import Field, SecretStr


class Settings(ProcessSettings):
    """The painter's own settings."""

    max_concurrent_calls: int = Field(default=16, ge=1)
    """Calls that are taken in; a call beyond is refused before it starts and goes to another replica."""
    pictures_at_once: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    """Pictures painted at a time; calls beyond wait their turn."""

    allow_paid: bool = False
    """Nothing is bought unless this is set as well as the token."""
    replicate_api_token: SecretStr = Field(default=SecretStr(""), validation_alias="REPLICATE_API_TOKEN")
    replicate_base_url: str = "https://api.replicate.com"
    replicate_output_hosts: tuple[str, ...] = ("replicate.delivery",)
    """Outputs are fetched from these hosts and their subdomains only."""
    replicate_output_bytes: int = 20_000_000
    replicate_poll_s: float = 0.5
    replicate_timeout_s: float = 30.0
    """For one prediction, waiting for a machine included; the provider is told as well."""

    image_model: str = "black-forest-labs/flux-schnell"
    image_price_micros: int = 3_000
    image_price_source: str = "replicate.com/pricing"
    image_price_read_on: str = "2026-10-07"
    image_typical_s: float = 2.0

    @property
    def is_paid_allowed(self) -> bool:
        """Whether the paid generator is on."""
        return self.allow_paid and bool(self.replicate_api_token.get_secret_value())
