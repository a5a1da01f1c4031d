"""What a person reads when something is wrong: a sentence and an exit code, never a traceback."""

import os
from pathlib import Path

import pytest
from clavilux_cli.display import LineDisplay
from clavilux_cli.doctor import data_folder
from clavilux_cli.home import Home
from clavilux_cli.main import app
from clavilux_cli.progress import JobProgress
from rich.console import Console
from typer.testing import CliRunner

PROMPT = "A lighthouse in a storm, waves in slow motion, and at last the sun comes out."


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.split())


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert run("up", "--data", str(tmp_path / "file")) == (1, f"File exists: {tmp_path / 'file'}")


def test_a_folder_in_brackets_is_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "[").touch()
    exit_code, said = run("up", "--data", str(tmp_path / "[" / "bold]"))
    assert exit_code == 1
    assert "[/bold]" in said


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_cannot_be_is_refused(tmp_path: Path, port: str) -> None:
    exit_code, said = run("up", "--data", str(tmp_path), "--port", port)
    assert exit_code == 2
    assert "port" in said


def test_a_place_where_no_video_can_be_written_is_found_before_one_is_made(tmp_path: Path) -> None:
    song = tmp_path / "song.mp3"
    song.touch()
    order = ("render", str(song), "--prompt", PROMPT, "--data", str(tmp_path / "data"), "-o")
    assert run(*order, str(song / "video.mp4"))[0] == 1
    assert run(*order, str(tmp_path))[0] == 2
    assert not (tmp_path / "data").exists()


def test_news_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    display = LineDisplay(Console(markup=False))
    display.show(JobProgress(news="Painting [/a] scene"))
    assert "Painting [/a] scene" in capsys.readouterr().out


@pytest.mark.skipif(os.geteuid() != 0, reason="takes another user's place")
def test_the_doctor_bears_a_folder_it_may_not_look_into(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    os.seteuid(65534)
    try:
        finding = data_folder(Home(private / "data"))
    finally:
        os.seteuid(0)
    assert str(private) in finding.detail
