"""What every process is told from outside, as environment variables named CLAVILUX_*."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProcessSettings(BaseSettings):
    """Settings that all processes have; each process inherits and adds its own."""

    model_config = SettingsConfigDict(env_prefix="CLAVILUX_", extra="ignore")

    log_level: str = "INFO"
    log_format: Literal["json", "text"] = "json"

    listen: str = "0.0.0.0:50051"  # a container is reached from outside; embedded uses 127.0.0.1:0
    """Address to serve on; port 0 takes a free one."""
    ready_file: Path | None = None
    """Where {"pid", "address"} is written once the process serves; removed when it stops."""
    metrics_listen: str = ""
    """Address of the Prometheus endpoint; empty means none."""
    drain_pause_s: float = 0.5
    """Between "not serving" and refusing calls, so that load balancers notice. Kubernetes wants a few seconds."""
    grace_s: float = 20.0
    """How long calls in flight may go on after SIGTERM."""

    nats_url: str = "nats://127.0.0.1:4222"

    store_url: str = "file:///var/lib/clavilux/objects"
    """`file:///folder` for one machine, `s3://bucket` for many (credentials as AWS_ACCESS_KEY_ID and the like)."""
    s3_endpoint: str = ""
    """The S3 service as processes reach it; empty means AWS or AWS_ENDPOINT_URL."""
    s3_public_endpoint: str = ""
    """The S3 service as browsers reach it, for signed URLs; empty means the same."""
    signing_key: SecretStr = SecretStr("")
    """Signs URLs of the local store; needed only by the process that hands them out."""
    public_url: str = "http://localhost:8000"
    """The gateway as browsers reach it."""
