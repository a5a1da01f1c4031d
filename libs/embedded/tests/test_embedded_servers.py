"""The embedded servers start, keep what they are given, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import nats
import pytest
from clavilux_embedded import StartFailed, open_nats, open_postgres, start, stop

pytestmark = pytest.mark.integration


async def test_postgres_keeps_its_data_between_starts_and_listens_on_no_port(tmp_path: Path) -> None:
    for step in ("CREATE TABLE kept (n INT)", "INSERT INTO kept VALUES (1)"):
        with open_postgres(tmp_path / "cluster", log=tmp_path / "log") as server:
            connection = await asyncpg.connect(server.dsn())
            await connection.execute(step)
            assert await connection.fetchval("SHOW listen_addresses") == ""
            await connection.close()
    assert server.process.poll() is not None
    assert not server.socket_folder.exists()


async def test_postgres_works_in_a_folder_that_only_its_owner_may_enter(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with open_postgres(private / "cluster", log=tmp_path / "log") as server:
        connection = await asyncpg.connect(server.dsn())
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


@pytest.mark.parametrize("name", ["with space", "a,b'c%20d&e?f#g\"h", "long" * 30])
async def test_servers_work_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    with (
        open_postgres(folder / "postgres", log=tmp_path / "log") as postgres,
        open_nats(folder / "nats", log=tmp_path / "log") as bus,
    ):
        connection = await asyncpg.connect(postgres.dsn())
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
        await (await nats.connect(bus.url)).close()
    assert not postgres.socket_folder.exists()


def test_what_a_killed_run_has_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    (folder / ".initdb" / "cluster").mkdir(parents=True)
    program = (
        "import sys, time; from pathlib import Path; from clavilux_embedded import open_postgres\n"
        f"with open_postgres(Path({str(folder / 'cluster')!r}), log=Path({str(tmp_path / 'log')!r})) as server:\n"
        "    print(server.socket_folder, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        left = Path(killed.stdout.readline().strip())
        killed.kill()
    assert left.exists()
    with open_postgres(folder / "cluster", log=tmp_path / "log"):
        assert not left.exists()
    assert sorted(found.name for found in folder.iterdir()) == ["cluster"]


async def test_nats_refuses_who_does_not_have_the_token(tmp_path: Path) -> None:
    with open_nats(tmp_path / "jetstream", log=tmp_path / "log") as server:
        client = await nats.connect(server.url)
        await client.jetstream().add_stream(name="KEPT", subjects=["kept"])
        await client.close()
        stranger = socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
        stranger.sendall(b'CONNECT {"verbose":true}\r\nPING\r\n')
        stranger.settimeout(5)
        heard = b""
        while b"-ERR" not in heard and (more := stranger.recv(4096)):
            heard += more
        stranger.close()
        assert b"Authorization Violation" in heard


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StartFailed, match="log ended with"), open_postgres(cluster, log=tmp_path / "log"):
        pass


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from clavilux_embedded import start\n"
        f"child = start([sys.executable, '-c', 'import time; time.sleep(60)'], log=Path({str(tmp_path / 'log')!r}))\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child_pid = int(parent.stdout.readline())
    os.kill(child_pid, 0)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while _runs(child_pid):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)


def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = start([sys.executable, "-c", deaf], log=tmp_path / "log")
    while "deaf" not in (tmp_path / "log").read_text():
        time.sleep(0.02)
    stop(child, patience_s=0.2)
    assert child.returncode == -signal.SIGKILL


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
