"""POST /upload-audio."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from clavilux_kit.errors import UnsupportedMedia, ValidationFailed
from fastapi import APIRouter, Request
from pydantic import ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from clavilux_gateway.adapters.taken_files import take_song
from clavilux_gateway.auth import CurrentUser
from clavilux_gateway.convert import UPLOAD_URL_S
from clavilux_gateway.models import UploadAccepted, UploadFields
from clavilux_gateway.parts import TheParts
from clavilux_gateway.problems import documented, validation_failed

router = APIRouter(prefix="/api/v1", tags=["uploads"])

_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 16 * 1024


def _body_schema() -> dict[str, Any]:
    """Return the OpenAPI schema of the form, which is read by hand so that nobody is read who is not let in."""
    schema = UploadFields.model_json_schema()
    song = {"type": "string", "format": "binary", "description": "MP3, WAV or FLAC; at most 10 MB, 5 s to 15 min."}
    schema["properties"] = {"audio_file": song} | schema["properties"]
    schema["required"] = ["audio_file", *schema["required"]]
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/upload-audio",
    summary="Send a song and queue its video",
    responses=documented(400, 408, 413, 415),
    openapi_extra=_body_schema(),
)
async def upload_audio(request: Request, user: CurrentUser, parts: TheParts) -> UploadAccepted:
    """Take in a song and what you imagine to it, and queue the job that makes the video.

    What the file is, its content decides, not its name. A refusal stores nothing.
    """
    async with _form(request, within_s=parts.settings.upload_timeout_s) as form:
        upload, fields = _read(form)
        with tempfile.TemporaryDirectory(prefix="clavilux-upload-") as folder:
            target = Path(folder) / "song"
            song = await asyncio.to_thread(take_song, upload.file, upload.filename or "", target)
            queued = await parts.accept_upload(user.id, song, fields.to_wishes())
    return UploadAccepted(
        job_id=queued.job_id,
        audio_url=await parts.store.sign(queued.audio_key, expires_s=UPLOAD_URL_S),
        estimated_time=queued.estimated_time_s,
    )


@asynccontextmanager
async def _form(request: Request, *, within_s: float) -> AsyncIterator[FormData]:
    """Take in the form. Raises UnsupportedMedia for another kind of body, and 408 when it does not come in time."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or options.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise UnsupportedMedia("Send the song as multipart/form-data in UTF-8.")
    try:
        async with asyncio.timeout(within_s):
            form = await request.form(max_files=1, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    except TimeoutError:
        # What is still to come is not waited for.
        sentence = f"The song did not arrive within {within_s:g} seconds."
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, sentence, {"Connection": "close"}) from None
    try:
        yield form
    finally:
        await form.close()


def _read(form: FormData) -> tuple[UploadFile, UploadFields]:
    """Check all fields at once, so that a person is told of all mistakes at once. Raises ValidationFailed."""
    upload = form.get("audio_file")
    texts = {name: value for name, value in form.items() if isinstance(value, str) and name != "audio_file"}
    faults: dict[str, str] = {}
    if not isinstance(upload, UploadFile):
        faults["audio_file"] = "a file is required"
    try:
        fields = UploadFields.model_validate(texts)
    except ValidationError as error:
        faults |= validation_failed(error.errors(include_url=False)).fields
    if faults or not isinstance(upload, UploadFile):
        raise ValidationFailed("Some fields are not valid: " + ", ".join(sorted(faults)) + ".", fields=faults)
    return upload, fields
