"""An object of the store as an HTTP answer: whole, in part, or not again."""

import hashlib

from clavilux_kit.errors import NotFound
from clavilux_kit.objects import ObjectStore
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from clavilux_gateway.domain.byte_ranges import UnsatisfiableRange, parse_range

_MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "json": "application/json",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
}


async def serve_object(request: Request, store: ObjectStore, key: str, headers: dict[str, str]) -> Response:
    """Answer a GET or HEAD with an object, minding Range, If-Range and If-None-Match.

    An object never changes once it is there, so its key makes its ETag. Raises NotFound.
    """
    found = await store.stat(key)
    if found is None:
        raise NotFound("The file is no longer there.")
    etag = f'"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}"'
    headers = headers | {"Accept-Ranges": "bytes", "ETag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range") if request.headers.get("if-range", etag) == etag else None
    media_type = _MEDIA_TYPES.get(key.rsplit(".", 1)[-1], "application/octet-stream")
    try:
        part = parse_range(wanted, found.size_bytes)
    except UnsatisfiableRange:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{found.size_bytes}"})
    start, end = (part.start, part.end) if part else (0, found.size_bytes)
    headers["Content-Length"] = str(end - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size_bytes}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(store.stream(key, start=start, end=end), status, headers, media_type)
