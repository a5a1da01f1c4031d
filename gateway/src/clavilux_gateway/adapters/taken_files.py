"""Taking a file from the request to a temporary one, counted and hashed on the way."""

import hashlib
from pathlib import Path
from typing import BinaryIO

from clavilux_kit.errors import PayloadTooLarge, ValidationFailed

from clavilux_gateway.domain.songs import MAX_SONG_BYTES, SongFile

_CHUNK_BYTES = 1 << 18


def take_song(source: BinaryIO, filename: str, target: Path) -> SongFile:
    """Copy the song to `target`, which is a new file. Raises ValidationFailed when empty, PayloadTooLarge over 10 MB.

    Blocks on the disk: run it in a thread.
    """
    digest = hashlib.blake2b(digest_size=16)
    size_bytes = 0
    with target.open("xb") as file:
        while chunk := source.read(_CHUNK_BYTES):
            size_bytes += len(chunk)
            if size_bytes > MAX_SONG_BYTES:
                raise too_large()
            digest.update(chunk)
            file.write(chunk)
    if not size_bytes:
        raise ValidationFailed("The song is empty.", fields={"audio_file": "The song is empty."})
    return SongFile(target, filename, size_bytes, digest.hexdigest())


def too_large() -> PayloadTooLarge:
    """Return the error for a song of more than 10 MB."""
    sentence = f"The song must not be larger than {MAX_SONG_BYTES >> 20} MB."
    return PayloadTooLarge(sentence, fields={"audio_file": sentence})
