"""What each process on one machine is told through its environment."""

import os
import socket
from collections.abc import Mapping

from clavilux_embedded import EmbeddedPostgres

from clavilux_cli.home import Home

SERVICES = ("audio", "planner", "references", "video", "composer")

# One thread each: the parallelism is in the processes, and libraries that each take all cores only get in their way.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def shared(home: Home, *, nats_url: str, public_url: str) -> dict[str, str]:
    """What every process is told. What the user's own environment sets is kept."""
    ours = {
        "CLAVILUX_LISTEN": "127.0.0.1:0",
        "TMPDIR": str(home.scratch),
        "no_grpc_proxy": "127.0.0.1",  # a proxy of the user's is for the outside
        "CLAVILUX_LOG_FORMAT": "text",
        "CLAVILUX_STORE_URL": home.objects.as_uri(),
        "CLAVILUX_NATS_URL": nats_url,
        "CLAVILUX_SIGNING_KEY": home.secret("signing_key"),
        "CLAVILUX_PUBLIC_URL": public_url,
        # Nobody balances load here, and whatever is cut off is taken up at the next start.
        "CLAVILUX_DRAIN_PAUSE_S": "0",
        "CLAVILUX_GRACE_S": "2",
    }
    return _ONE_THREAD | dict(os.environ) | ours


def orchestrator(postgres: EmbeddedPostgres, targets: Mapping[str, str]) -> dict[str, str]:
    """What the orchestrator is told besides: one job at a time, since a job fills a small machine."""
    addresses = {f"CLAVILUX_{service.upper()}_TARGET": address for service, address in targets.items()}
    return addresses | {
        "CLAVILUX_DATABASE_URL": postgres.dsn("clavilux_orchestrator"),
        "CLAVILUX_JOBS_AT_ONCE": "1",
    }


def gateway(home: Home, postgres: EmbeddedPostgres, *, listen: str) -> dict[str, str]:
    """What the gateway is told besides."""
    return {
        "CLAVILUX_DATABASE_URL": postgres.dsn("clavilux_gateway"),
        "CLAVILUX_GATEWAY_LISTEN": listen,
        "CLAVILUX_TOKEN": home.secret("token"),
    }


def free_port(wanted: int) -> int:
    """`wanted` where it is free on loopback, else some free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No port is free on 127.0.0.1.")
