"""The object store: songs, pictures, clips and videos, on local disk or in S3.

Keys are paths like "video-clips/{job}/clip_3.{fp}.mp4". An object is created whole and once: nobody sees a part of
it, nothing is overwritten, and of two writers the first wins.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store

from clavilux_kit.errors import Internal, NotFound, Unavailable, ValidationFailed
from clavilux_kit.settings import ProcessSettings
from clavilux_kit.signing import LocalSigner, S3Signer, Signer
from clavilux_kit.telemetry import get_logger

_MAX_KEY_BYTES = 900  # S3 takes 1024; local names get a suffix while they are written
_MAX_SEGMENT_BYTES = 240
_CHUNK_BYTES = 1 << 20
_ONE_PIECE_BYTES = 8 << 20
_LIKE_UNFINISHED = re.compile(r"#\d+$")  # the local store's own names for what is being written
_UNFINISHED = "unfinished"
"""Folder of uploads in many pieces; what a crash leaves there belongs to nobody and is swept."""


@dataclass(frozen=True)
class ObjectInfo:
    """What is known of an object without reading it."""

    key: str
    size_bytes: int
    modified: datetime


class ObjectStore:
    """Objects by key. All methods raise ValidationFailed for a malformed key and Unavailable when the store is away."""

    def __init__(self, store: LocalStore | S3Store, signer: Signer) -> None:
        self._store = store
        self._signer = signer

    async def put(self, key: str, data: bytes) -> bool:
        """Create the object. False when the key is taken; then nothing changes."""
        with _mapped(_checked(key)):
            try:
                await obstore.put_async(self._store, key, data, mode="create")
            except AlreadyExistsError:
                return False
        return True

    async def put_file(self, key: str, path: Path) -> bool:
        """Create the object from a file, which is streamed when it is large. False when the key is taken."""
        if (await asyncio.to_thread(path.stat)).st_size <= _ONE_PIECE_BYTES:
            return await self.put(key, await asyncio.to_thread(path.read_bytes))
        if await self.stat(key) is not None:
            return False
        # Only a whole object can be created conditionally, so a long one is uploaded aside and then given its name.
        unfinished = f"{_UNFINISHED}/{uuid.uuid4().hex}"
        with _mapped(key):
            try:
                await obstore.put_async(self._store, unfinished, path)
                await obstore.copy_async(self._store, unfinished, key, overwrite=False)
            except AlreadyExistsError:
                return False
            finally:
                await self.delete(unfinished)
        return True

    async def get(self, key: str) -> bytes:
        """Read the whole object. Raises NotFound."""
        with _mapped(_checked(key)):
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())

    async def get_file(self, key: str, path: Path) -> None:
        """Write the object to `path`, which appears whole; its folder must exist. Raises NotFound."""
        unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            with unfinished.open("wb") as file:
                async for chunk in self.stream(key):
                    await asyncio.to_thread(file.write, chunk)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    async def stat(self, key: str) -> ObjectInfo | None:
        """Return size and time of the object; None where there is none."""
        with _mapped(_checked(key)):
            try:
                meta = await obstore.head_async(self._store, key)
            except FileNotFoundError:
                return None
        return ObjectInfo(key, meta["size"], meta["last_modified"])

    async def delete(self, key: str) -> None:
        """Remove the object. It is no error if it is gone already."""
        with _mapped(_checked(key)):
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                return

    async def stream(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield bytes from `start` to `end` (exclusive) in chunks; past the object's end there is nothing.

        Raises NotFound before the first chunk.
        """
        info = await self.stat(key)
        if info is None:
            raise NotFound(f"There is no object {key}.")
        stop = info.size_bytes if end is None else min(end, info.size_bytes)
        if start >= stop:
            return
        with _mapped(key):
            result = await obstore.get_async(self._store, key, options={"range": (start, stop)})
            async for chunk in result.stream(min_chunk_size=_CHUNK_BYTES):
                yield chunk

    async def list(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        """Yield the objects in the folder `prefix` and below, in no order; "" is everything."""
        folder = prefix.rstrip("/")
        with _mapped(_checked(folder) if folder else ""):
            async for metas in obstore.list(self._store, folder or None):
                for meta in metas:
                    yield ObjectInfo(meta["path"], meta["size"], meta["last_modified"])

    async def sign(self, key: str, *, expires_s: int) -> str:
        """Return a URL with which anybody can read the object for `expires_s` seconds."""
        with _mapped(_checked(key)):
            return await self._signer.sign(key, expires_s=expires_s)

    def verify(self, key: str, expires: int, signature: str) -> bool:
        """Return whether a URL of the local store with these parts is ours and still good."""
        return self._signer.verify(_checked(key), expires, signature)


def open_store(settings: ProcessSettings) -> ObjectStore:
    """Open the store that the settings name. Raises ValueError for a URL that is neither file:// nor s3://."""
    url = urlsplit(settings.store_url)
    if url.scheme == "file":
        folder = LocalStore(unquote(url.path), mkdir=True, automatic_cleanup=True)
        return ObjectStore(folder, LocalSigner(settings.public_url, settings.signing_key))
    if url.scheme == "s3":
        private = _bucket(url.netloc, settings.s3_endpoint)
        public = _bucket(url.netloc, settings.s3_public_endpoint or settings.s3_endpoint)
        return ObjectStore(private, S3Signer(public))
    raise ValueError(f"CLAVILUX_STORE_URL must start with file:// or s3://, not {url.scheme}://")


def _bucket(name: str, endpoint: str) -> S3Store:
    """Open a bucket. Credentials, region and the rest come from AWS_* variables, as everywhere."""
    return S3Store(
        name,
        # Lets an upload in many pieces be given its name only if that is free.
        copy_if_not_exists="multipart",
        client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(minutes=5)},
        retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=30)},
        config={"endpoint": endpoint} if endpoint else None,
    )


def _checked(key: str) -> str:
    segments = key.split("/")
    wrong = (
        len(key.encode()) > _MAX_KEY_BYTES
        or "\\" in key
        or not key.isprintable()
        or any(segment in {"", ".", ".."} or len(segment.encode()) > _MAX_SEGMENT_BYTES for segment in segments)
        or _LIKE_UNFINISHED.search(key) is not None
    )
    if wrong:
        raise ValidationFailed("An object key is malformed.", fields={"key": "must be a plain relative path"})
    return key


@contextmanager
def _mapped(key: str) -> Iterator[None]:
    """Turn what the store raises into our errors. The store's own words go to the log only."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no object {key}.") from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        get_logger().error("object_store_refused", key=key, error=str(error))
        raise Internal("The object store refuses our credentials.") from error
    except BaseError as error:
        get_logger().error("object_store_failed", key=key, error=str(error))
        raise Unavailable("The object store does not answer.") from error
