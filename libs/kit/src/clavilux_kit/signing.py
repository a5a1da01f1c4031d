"""Signed URLs: whoever has one may read that one object until it expires."""

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol
from urllib.parse import quote, urlencode

import obstore
from obstore.store import S3Store
from pydantic import SecretStr

from clavilux_kit.errors import Internal


class Signer(Protocol):
    """Makes URLs that can be read by whoever has them, and knows its own again."""

    async def sign(self, key: str, *, expires_s: int) -> str:
        """Return a URL that is good for `expires_s` seconds."""

    def verify(self, key: str, expires: int, signature: str) -> bool:
        """Return whether a URL with these parts is ours and still good."""


class LocalSigner:
    """URLs of the gateway, which serves the files and checks the signature (HMAC-SHA256 over key and expiry)."""

    def __init__(self, public_url: str, secret: SecretStr, *, now: Callable[[], float] = time.time) -> None:
        self._public_url = public_url.rstrip("/")
        self._secret = secret.get_secret_value().encode()
        self._now = now

    async def sign(self, key: str, *, expires_s: int) -> str:
        """Return `{public_url}/media/{key}?expires={unix time}&signature={hex}`. Raises Internal without a secret."""
        if not self._secret:
            raise Internal("No URL can be signed: CLAVILUX_SIGNING_KEY is not set.")
        expires = int(self._now()) + expires_s
        query = urlencode({"expires": expires, "signature": self._signature(key, expires)})
        return f"{self._public_url}/media/{quote(key)}?{query}"

    def verify(self, key: str, expires: int, signature: str) -> bool:
        """Return whether the URL is ours and still good; without a secret none is."""
        genuine = hmac.compare_digest(self._signature(key, expires).encode(), signature.encode())
        return bool(self._secret) and genuine and self._now() < expires

    def _signature(self, key: str, expires: int) -> str:
        return hmac.new(self._secret, f"{expires}\n{key}".encode(), hashlib.sha256).hexdigest()


class S3Signer:
    """URLs of the S3 service itself, at the endpoint that browsers reach. S3 checks them."""

    def __init__(self, public_store: S3Store) -> None:
        self._store = public_store

    async def sign(self, key: str, *, expires_s: int) -> str:
        """Return a presigned GET; S3 allows at most seven days."""
        return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=expires_s))

    def verify(self, key: str, expires: int, signature: str) -> bool:  # noqa: ARG002
        """Return False: such URLs never come to us."""
        return False
