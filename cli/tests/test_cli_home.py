"""The folder that holds everything."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from clavilux_cli import environment
from clavilux_cli.doctor import examine
from clavilux_cli.environment import free_port
from clavilux_cli.home import AlreadyRunning, Home, find_home, owned
from clavilux_cli.machine import MachineFailed
from clavilux_cli.session import ForeignMachine


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    home = Home(tmp_path)
    program = (
        f"from clavilux_cli.home import *; from pathlib import Path\nwith owned(Home(Path({str(tmp_path)!r}))): pass"
    )
    with owned(home):
        second = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert "AlreadyRunning" in second.stderr
    with owned(home):
        pass
    assert AlreadyRunning.__doc__


def test_a_secret_is_drawn_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path)
    token = home.secret("token")
    assert len(token) > 40
    assert home.secret("token") == token
    assert stat.S_IMODE((tmp_path / "secrets" / "token").stat().st_mode) == 0o600


def test_the_address_of_a_process_that_is_gone_is_not_given(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.ready_file("gateway").parent.mkdir()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    home.ready_file("gateway").write_text(f'{{"pid": {ended.pid}, "address": "127.0.0.1:1"}}')
    assert home.address("gateway") is None
    assert home.address("audio") is None


async def test_a_machine_of_another_process_is_known_by_its_lock(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert not home.is_held()
    with owned(home):
        assert home.is_held()
    assert not home.is_held()
    with pytest.raises(MachineFailed, match="has stopped"):
        await ForeignMachine("http://127.0.0.1:1", home).watch()


def test_what_a_killed_machine_has_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.ready_file("gateway").parent.mkdir()
    # The number of its process may be another's by now.
    home.ready_file("gateway").write_text(f'{{"pid": {os.getpid()}, "address": "127.0.0.1:1"}}')
    (home.scratch / "clip").mkdir(parents=True)
    with owned(home):
        assert home.address("gateway") is None
        assert list(home.scratch.iterdir()) == []
    told = environment.shared(home, nats_url="nats://", public_url="http://localhost")
    assert told["TMPDIR"] == str(home.scratch)


def test_a_secret_whose_writing_was_cut_off_is_drawn_anew(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "token").touch()
    assert len(Home(tmp_path).secret("token")) > 40


def test_a_proxy_is_not_asked_for_our_own_processes(tmp_path: Path) -> None:
    told = environment.shared(Home(tmp_path), nats_url="nats://", public_url="http://localhost")
    assert told["no_grpc_proxy"] == "127.0.0.1"


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port


def test_the_folder_asked_for_wins(tmp_path: Path) -> None:
    assert find_home(tmp_path).folder == tmp_path


def test_the_doctor_finds_this_environment_well_and_names_a_folder_it_cannot_write(tmp_path: Path) -> None:
    findings = {finding.subject: finding for finding in examine(Home(tmp_path / "data"))}
    assert all(finding.is_well for finding in findings.values() if finding.is_needed)
    full = {finding.subject: finding for finding in examine(Home(Path("/proc/clavilux")))}["data folder"]
    assert not full.is_well
    assert "--data" in full.remedy


@pytest.mark.integration
def test_the_doctor_says_how_to_mend_an_ffmpeg_without_libx264(tmp_path: Path) -> None:
    poor = tmp_path / "ffmpeg"
    poor.write_text("#!/bin/sh\necho ffmpeg version 0.1\n")
    poor.chmod(0o755)
    result = subprocess.run(
        [str(Path(sys.executable).with_name("clavilux")), "doctor", "--data", str(tmp_path)],
        env={"IMAGEIO_FFMPEG_EXE": str(poor), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "--enable-libx264" in result.stdout
    assert "IMAGEIO_FFMPEG_EXE" in result.stdout
