"""How the process is configured: environment variables with the prefix CLAVILUX_, and OpenAI's own names."""

from __future__ import annotations

from clavilux_kit.settings import ProcessSettings
from pydantic import Field, SecretStr


class Settings(ProcessSettings):
    """The ear's own settings."""

    max_concurrent_calls: int = Field(default=4, ge=1)
    """Calls that are taken in; one listens, the others wait for it or for a transcriber. More are refused."""
    listening_timeout_s: float = Field(default=60.0, gt=0)
    listening_memory_bytes: int = 4 * 1024**3
    """Address space of the process that listens."""
    use_aubio: bool = True
    """Whether aubio is asked for onsets beside librosa. It is GPL-3."""

    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="OPENAI_API_KEY")
    """Words are transcribed only where this is set, the request wants it and its money covers it."""
    openai_base_url: str = Field(default="https://api.openai.com/v1", validation_alias="OPENAI_BASE_URL")
    transcription_model: str = "whisper-1"
    """Any model that gives the times of words."""
    transcription_timeout_s: float = 60.0
    """For one attempt."""
    transcription_price_micros_per_minute: int = Field(default=6_000, ge=1)
    transcription_price_source: str = "openrouter.ai/openai/whisper-1"
    transcription_price_read_on: str = "2026-11-22"
