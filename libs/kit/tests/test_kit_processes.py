"""What only a process of its own can show: logs, metrics, and dying with the parent."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clavilux_kit.lifecycle import announced
from clavilux_kit.lifeline import leashed
from clavilux_kit.settings import ProcessSettings

LOGGING = """
import logging
from pydantic import SecretStr
from clavilux_kit import telemetry
from clavilux_kit.settings import ProcessSettings

settings = ProcessSettings()
telemetry.configure("audio", settings)
log = telemetry.get_logger()
log.info("stage_completed", job_id="j", stage="audio_analysis", duration_s=1.5, cost_micros=0, success=True)
log.info("asked", prompt="a secret wish", token="abc", key=SecretStr("abc"), settings=str(settings))
log.debug("not shown")
logging.getLogger("library").warning("from %s", "elsewhere", extra={"count": 3})
def fail(prompt):
    raise ValueError("why")

try:
    fail("never " + "shown")
except ValueError:
    log.exception("crashed")
"""


def logged(**settings: str) -> str:
    environment = os.environ | {"CLAVILUX_SIGNING_KEY": "top-secret"} | settings
    done = subprocess.run([sys.executable, "-c", LOGGING], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.integration
def test_logs_are_one_json_object_a_line_and_blank_what_is_secret() -> None:
    output = logged(CLAVILUX_LOG_FORMAT="json")
    completed, asked, library, crashed = (json.loads(line) for line in output.splitlines())
    assert (completed["event"], completed["process"], completed["level"]) == ("stage_completed", "audio", "info")
    assert (completed["job_id"], completed["duration_s"], completed["success"]) == ("j", 1.5, True)
    assert (asked["prompt"], asked["token"]) == ("[blanked]", "[blanked]")
    assert (library["event"], library["logger"], library["count"]) == ("from elsewhere", "library", 3)
    assert crashed["exception"][0]["exc_type"] == "ValueError"
    assert not any(secret in output for secret in ("secret wish", "abc", "top-secret", "never shown"))


@pytest.mark.integration
def test_logs_can_be_read_by_people() -> None:
    output = logged(CLAVILUX_LOG_FORMAT="text", CLAVILUX_LOG_LEVEL="warning")
    assert "from elsewhere" in output
    assert "stage_completed" not in output
    assert "ValueError: why" in output
    assert "never shown" not in output


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLAVILUX_READY_FILE", str(tmp_path / "ready.json"))
    monkeypatch.setenv("CLAVILUX_LISTEN", "127.0.0.1:0")
    settings = ProcessSettings()
    assert settings.ready_file == tmp_path / "ready.json"
    assert settings.listen == "127.0.0.1:0"
    assert settings.signing_key.get_secret_value() == ""


def test_the_ready_file_is_there_exactly_while_the_process_serves(tmp_path: Path) -> None:
    ready_file = tmp_path / "run" / "audio.json"
    with announced(ready_file, "127.0.0.1:7"):
        assert json.loads(ready_file.read_text()) == {"pid": os.getpid(), "address": "127.0.0.1:7"}
        assert [path.name for path in ready_file.parent.iterdir()] == ["audio.json"]
    assert not ready_file.exists()


METRICS = """
import socket, urllib.request
from clavilux_kit import telemetry
from clavilux_kit.settings import ProcessSettings

with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
telemetry.configure("audio", ProcessSettings(metrics_listen=f"127.0.0.1:{port}"))
telemetry.JOBS.labels("completed").inc()
telemetry.STAGE_DURATION.labels("composition", "true").observe(3.0)
telemetry.JOB_COST.observe(1_200_000)
telemetry.PROVIDER_ERRORS.labels("replicate", "GENERATION_ERROR").inc()
telemetry.DEGRADATIONS.labels("text_only").inc()
print(urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode())
"""


@pytest.mark.integration
def test_metrics_are_served_under_their_names() -> None:
    done = subprocess.run([sys.executable, "-c", METRICS], capture_output=True, text=True, check=True)
    for line in (
        'pipeline_jobs_total{status="completed"} 1.0',
        'stage_duration_seconds_count{stage="composition",success="true"} 1.0',
        'job_cost_micros_bucket{le="2e+06"} 1.0',
        'provider_errors_total{code="GENERATION_ERROR",provider="replicate"} 1.0',
        'degradations_total{code="text_only"} 1.0',
    ):
        assert line in done.stdout


PARENT = """
import functools, os, subprocess, sys, time
from clavilux_kit.lifeline import die_with_parent
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(60)"],
    preexec_fn=functools.partial(die_with_parent, os.getpid()), stdout=subprocess.DEVNULL,
)
print(child.pid, flush=True)
time.sleep(60)
"""

LEASHING = """
import subprocess, time
from clavilux_kit.lifeline import leashed
print(subprocess.Popen(leashed(["sleep", "60"]), stdout=subprocess.DEVNULL).pid, flush=True)
time.sleep(60)
"""

WORKING = """
import asyncio, os, time
from clavilux_kit.workers import Worker

async def work():
    async with Worker() as worker:
        print(await worker.run(os.getpid, timeout_s=20), flush=True)
        await worker.run(time.sleep, 60, timeout_s=100)

asyncio.run(work())
"""

ORPHAN = """
from clavilux_kit.lifeline import die_with_parent
die_with_parent(1_999_999)
print("survived")
"""


def is_running(pid: int) -> bool:
    """A killed orphan may stay a zombie where nobody reaps it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.integration
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
@pytest.mark.parametrize("script", [PARENT, LEASHING, WORKING])
async def test_a_child_dies_with_a_parent_that_was_killed(script: str) -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    await parent.wait()
    deadline = time.monotonic() + 5
    while is_running(child):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.mark.integration
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
def test_a_child_whose_parent_died_before_it_asked_does_not_live_on() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHAN], capture_output=True, text=True, check=False)
    assert done.returncode < 0
    assert done.stdout == ""


@pytest.mark.integration
def test_a_leashed_command_is_the_command() -> None:
    done = subprocess.run(leashed(["cat", "-"]), input=b"song", capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"song", b"")
    assert subprocess.run(leashed(["false"]), check=False).returncode == 1


SERVING = """
import asyncio
from clavilux_kit.grpc_channel import open_channel
from clavilux_kit.grpc_server import GrpcServer
from clavilux_kit.lifeline import leashed
from clavilux_kit.settings import ProcessSettings
from grpc_health.v1 import health_pb2, health_pb2_grpc

async def serve():
    server = GrpcServer(ProcessSettings(listen="127.0.0.1:0"))
    async with server.running("x") as address, open_channel(address) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        for _ in range(10):
            calls = asyncio.gather(*(check(health_pb2.HealthCheckRequest()) for _ in range(10)))
            process = await asyncio.create_subprocess_exec(*leashed(["true"]))
            await process.wait()
            await calls

asyncio.run(serve())
"""


@pytest.mark.integration
def test_starting_commands_leaves_grpc_alone() -> None:
    done = subprocess.run([sys.executable, "-c", SERVING], capture_output=True, text=True, check=True)
    assert done.stderr == ""
