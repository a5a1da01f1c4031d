"""A song through every process, and the finished file read back without our own code."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
CLAVILUX = Path(sys.executable).with_name("clavilux")
PROMPT = "A neon city at night in the rain, then mountains at dawn and a calm ocean under violet clouds."
SONG_S = 18
FRAME_S = 1 / 30


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("song")
    compose = [sys.executable, str(ROOT / "samples" / "compose.py"), "electronic", "--seconds", str(SONG_S)]
    subprocess.run([*compose, "-o", str(folder), "--format", "mp3"], check=True)
    return folder / "electronic.mp3"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def video(song: Path, home: Path) -> Path:
    output = home / "video.mp4"
    command = [str(CLAVILUX), "render", str(song), "--prompt", PROMPT, "--seed", "7", "-o", str(output), "--port", "0"]
    result = subprocess.run(
        command, env=os.environ | {"CLAVILUX_DATA": str(home / "data")}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    print(result.stdout)  # noqa: T201 - shown by pytest when a test of this file fails
    return output


def test_the_video_is_full_hd_h264_and_aac_at_30_frames_and_as_long_as_the_song(video: Path, song: Path) -> None:
    with av.open(str(video)) as file:
        picture, sound = file.streams.video[0], file.streams.audio[0]
        frames = sum(1 for _ in file.decode(picture))
        assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert (picture.codec_context.width, picture.codec_context.height) == (1920, 1080)
        assert picture.average_rate == 30
        assert abs(_seconds(picture) - SONG_S) <= 0.1
        assert abs(_seconds(sound) - SONG_S) <= 0.1
    assert frames == round(_decoded_seconds(song) * 30)


def test_at_least_five_cuts_are_seen_in_the_file_and_each_is_within_a_frame_of_a_composed_beat(
    video: Path, song: Path
) -> None:
    beats_s = np.loadtxt(song.with_suffix(".beats"))[:, 0]
    cuts_s = _cut_frames(video) * FRAME_S
    assert len(cuts_s) >= 5, cuts_s
    distances_s = np.abs(cuts_s[:, None] - beats_s[None, :]).min(axis=1)
    assert distances_s.max() <= FRAME_S, dict(zip(cuts_s.round(3), distances_s.round(3), strict=True))


def test_nothing_is_left_running_after_a_render(video: Path, home: Path) -> None:
    assert _processes_of(home / "data") == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_machine_however_it_is_stopped(how: signal.Signals, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with (tmp_path / "up.log").open("wb") as log:
        up = subprocess.Popen([str(CLAVILUX), "up", "--data", str(data), "--port", "0"], stdout=log, stderr=log)
    _wait_until((data / "run" / "gateway.json").exists, timeout_s=120)
    assert len(_processes_of(data)) >= 9  # Postgres, NATS, five services, orchestrator, gateway
    up.send_signal(how)
    up.wait(60)
    _wait_until(lambda: _processes_of(data) == [], timeout_s=10)


def _cut_frames(video: Path) -> NDArray[np.int_]:
    """Frames whose picture has another structure than the one before; light and slow movement do not count.

    Deliberately not the composer's detector: a defect of that one must not hide itself here.
    """
    with av.open(str(video)) as file:
        pictures = np.stack(
            [
                frame.reformat(width=64, height=36, format="gray").to_ndarray().astype(np.float64)
                for frame in file.decode(video=0)
            ]
        )
    pictures -= pictures.mean(axis=(1, 2), keepdims=True)
    norms = np.sqrt((pictures**2).sum(axis=(1, 2))) + 1e-6
    likeness = (pictures[1:] * pictures[:-1]).sum(axis=(1, 2)) / (norms[1:] * norms[:-1])
    change = 1 - likeness
    usual = np.array([np.median(change[max(0, i - 15) : i + 16]) for i in range(len(change))])
    return np.flatnonzero((change > 0.08) & (change > 6 * usual)) + 1


def _seconds(stream: av.VideoStream | av.AudioStream) -> float:
    assert stream.duration is not None
    assert stream.time_base is not None
    return float(stream.duration * stream.time_base)


def _decoded_seconds(song: Path) -> float:
    with av.open(str(song)) as file:
        rate = file.streams.audio[0].rate
        return sum(frame.samples for frame in file.decode(audio=0)) / rate


def _processes_of(data: Path) -> list[int]:
    """Processes that were told of this data folder, or have it on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            found += [int(entry.name)] if _mentions(entry, data) else []
    return found


def _mentions(process: Path, data: Path) -> bool:
    try:
        told = (process / "environ").read_bytes() + b"\0" + (process / "cmdline").read_bytes()
    except OSError:  # it ended meanwhile, or is not ours
        return False
    return str(data).encode() in told


def _wait_until(condition: Callable[[], bool], *, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.1)
