"""What the gateway is told from outside, as environment variables named CLAVILUX_*."""

from typing import Self
from uuid import UUID

from clavilux_kit.settings import ProcessSettings
from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict


class Settings(ProcessSettings):
    """Settings of the gateway beside those of every process."""

    model_config = SettingsConfigDict(env_prefix="CLAVILUX_", extra="ignore", populate_by_name=True)

    listen: str = Field(
        default="0.0.0.0:8000",  # it is the public face
        validation_alias=AliasChoices("CLAVILUX_GATEWAY_LISTEN", "CLAVILUX_LISTEN"),
    )
    """Address to serve on; port 0 takes a free one."""
    database_url: SecretStr
    """Postgres as the role clavilux_gateway."""
    token: SecretStr = Field(min_length=16)
    """The bearer token of the one user."""
    user_id: UUID = UUID("00000000-0000-4000-8000-000000000001")
    """The row that the token stands for."""
    user_email: str = "owner@localhost"

    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API; none by default, since our own page is served from here."""
    upload_timeout_s: float = 300.0
    """How long an upload may take to arrive; 10 MB need a third of that at 1 Mbit/s."""
    probe_timeout_s: float = 20.0
    """How long decoding an upload may take."""
    estimate_base_s: float = 60.0
    """`estimated_time` of an upload is this ..."""
    estimate_per_song_second_s: float = 2.0
    """... and this for each second of the song."""
    sse_ping_s: int = 15
    """Between two comments that keep an idle stream open."""
    sse_send_timeout_s: float = 30.0
    """How long a client may leave what we send unread before it is dropped."""
    sse_queue_events: int = 1000
    """How many events may wait for one client before it is dropped."""

    @model_validator(mode="after")
    def _signs_what_it_serves(self) -> Self:
        if self.store_url.startswith("file:") and len(self.signing_key.get_secret_value()) < 16:
            raise ValueError("CLAVILUX_SIGNING_KEY must have at least 16 characters when files lie on a local disk")
        return self
