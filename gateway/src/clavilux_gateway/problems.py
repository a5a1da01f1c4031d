"""Every error as an RFC 9457 problem document, whoever found it."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from clavilux_kit.errors import ClaviluxError, ValidationFailed, problem
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from clavilux_gateway.models import Problem

MEDIA_TYPE = "application/problem+json"


class ProblemResponse(JSONResponse):
    """A response that holds a problem document."""

    media_type = MEDIA_TYPE


def problem_response(error: ClaviluxError, path: str) -> ProblemResponse:
    """Return what a client is told of an error."""
    headers = {"WWW-Authenticate": "Bearer"} if error.http_status == HTTPStatus.UNAUTHORIZED else {}
    if error.http_status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    return ProblemResponse(problem(error, path), error.http_status, headers)


def validation_failed(errors: Iterable[Mapping[str, Any]]) -> ValidationFailed:
    """Return Pydantic's findings as one error that names the fields."""
    fields = {}
    for error in errors:
        place = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
        fields[".".join(place) or "body"] = str(error["msg"]).removeprefix("Value error, ")
    return ValidationFailed("Some fields are not valid: " + ", ".join(sorted(fields)) + ".", fields=fields)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a route that can fail with these statuses, and in the ways every route can."""
    described = {status: HTTPStatus(status).phrase for status in statuses}
    described |= {401: "Missing or wrong token", 500: "Our own mistake", 503: "A part that is needed does not answer"}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": text, "content": content} for status, text in sorted(described.items())
    }
    # Naming a default keeps the framework from documenting its own 422, which we never send.
    return responses | {"default": {"description": "Any other problem", "model": Problem, "content": content}}


def answer_with_problems(app: FastAPI) -> None:
    """Let the app answer all expected errors with problem documents; the middleware answers the others."""
    app.add_exception_handler(ClaviluxError, _answer_ours)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http)


async def _answer_ours(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, ClaviluxError)  # noqa: S101  # registered for this class alone
    return problem_response(error, request.url.path)


async def _answer_validation(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # likewise
    return problem_response(validation_failed(error.errors()), request.url.path)


async def _answer_http(request: Request, error: Exception) -> ProblemResponse:
    """Answer what the framework found: no such route, no such method, a body that is not well formed."""
    assert isinstance(error, HTTPException)  # noqa: S101  # likewise
    status = HTTPStatus(error.status_code)
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 408: "TIMEOUT"}.get(status, "VALIDATION_ERROR")
    document = {
        "type": f"/problems/{code.lower().replace('_', '-')}",
        "title": status.phrase,
        "status": int(status),
        "detail": str(error.detail),
        "instance": request.url.path,
        "code": code,
    }
    return ProblemResponse(document, int(status), error.headers)
