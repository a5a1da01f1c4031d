"""GET /media/{key}: what URLs that our own store has signed lead to."""

from typing import Annotated

from clavilux_kit.errors import Forbidden
from fastapi import APIRouter, Query, Request, Response

from clavilux_gateway.parts import TheParts
from clavilux_gateway.routes.served import serve_object

router = APIRouter(include_in_schema=False)


@router.head("/media/{key:path}")
@router.get("/media/{key:path}")
async def get_media(
    request: Request,
    parts: TheParts,
    key: str,
    expires: Annotated[int, Query(ge=0)],
    signature: Annotated[str, Query(max_length=200)],
) -> Response:
    """Send an object to whoever holds a URL that we signed and that has not run out."""
    if not parts.store.verify(key, expires, signature):
        raise Forbidden("The URL has run out or is not one of ours.")
    # The signature is in the URL, so what a cache keeps is found only by those who have it.
    return await serve_object(request, parts.store, key, {"Cache-Control": "private, max-age=3600"})
