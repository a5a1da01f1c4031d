"""The one tree of errors.

ClaviluxError
├── ValidationFailed          VALIDATION_ERROR   400
│   ├── PayloadTooLarge                          413
│   └── UnsupportedMedia                         415
├── Unauthenticated           UNAUTHENTICATED    401
├── Forbidden                 FORBIDDEN          403
├── NotFound                  NOT_FOUND          404
├── RateLimited               RATE_LIMITED       429
├── QuotaExceeded             QUOTA_EXCEEDED     413
├── BudgetExceeded            BUDGET_EXCEEDED    402
├── GenerationFailed          GENERATION_ERROR   502
├── CompositionFailed         COMPOSITION_ERROR  500
├── TimedOut                  TIMEOUT            504
├── Cancelled                 CANCELLED          409
├── Unavailable               UNAVAILABLE        503
└── Internal                  INTERNAL           500

A message is written for people and is shown to them: it names no file, no host and no vendor's exception.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar


class ClaviluxError(Exception):
    """What went wrong, for people and for programs.

    `fields` names the inputs that are at fault and says why; `spent_micros` is what the failed work had cost until
    then, since a failed call may have been billed.
    """

    code: ClassVar[str] = "INTERNAL"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None, spent_micros: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.spent_micros = spent_micros


class ValidationFailed(ClaviluxError):
    """The request itself is wrong; the same request will always be."""

    code = "VALIDATION_ERROR"
    http_status = 400


class PayloadTooLarge(ValidationFailed):
    """More bytes than are taken in."""

    http_status = 413


class UnsupportedMedia(ValidationFailed):
    """Not a kind of file that is taken in."""

    http_status = 415


class Unauthenticated(ClaviluxError):
    """No token, or one that is not valid."""

    code = "UNAUTHENTICATED"
    http_status = 401


class Forbidden(ClaviluxError):
    """A valid token without the right."""

    code = "FORBIDDEN"
    http_status = 403


class NotFound(ClaviluxError):
    """There is no such thing, or it is another user's."""

    code = "NOT_FOUND"
    http_status = 404


class RateLimited(ClaviluxError):
    """Too many requests for now."""

    code = "RATE_LIMITED"
    http_status = 429
    retryable = True


class QuotaExceeded(ClaviluxError):
    """The user's storage is full."""

    code = "QUOTA_EXCEEDED"
    http_status = 413


class BudgetExceeded(ClaviluxError):
    """The next call could pass the limit of money."""

    code = "BUDGET_EXCEEDED"
    http_status = 402


class GenerationFailed(ClaviluxError):
    """A provider could not make what was asked."""

    code = "GENERATION_ERROR"
    http_status = 502
    retryable = True


class CompositionFailed(ClaviluxError):
    """The final video could not be put together."""

    code = "COMPOSITION_ERROR"
    http_status = 500
    retryable = True


class TimedOut(ClaviluxError):
    """It took longer than it may."""

    code = "TIMEOUT"
    http_status = 504
    retryable = True


class Cancelled(ClaviluxError):
    """Somebody asked for it to stop."""

    code = "CANCELLED"
    http_status = 409


class Unavailable(ClaviluxError):
    """A part that is needed does not answer now."""

    code = "UNAVAILABLE"
    http_status = 503
    retryable = True


class Internal(ClaviluxError):
    """Our own mistake; the log has the rest."""

    code = "INTERNAL"
    http_status = 500


_BY_CODE: dict[str, type[ClaviluxError]] = {
    kind.code: kind
    for kind in (
        ValidationFailed,
        Unauthenticated,
        Forbidden,
        NotFound,
        RateLimited,
        QuotaExceeded,
        BudgetExceeded,
        GenerationFailed,
        CompositionFailed,
        TimedOut,
        Cancelled,
        Unavailable,
        Internal,
    )
}


def error_for(
    code: str, message: str, *, fields: Mapping[str, str] | None = None, spent_micros: int = 0
) -> ClaviluxError:
    """The error that a code from the wire stands for; an unknown code is `Internal`."""
    return _BY_CODE.get(code, Internal)(message, fields=fields, spent_micros=spent_micros)


def problem(error: ClaviluxError, instance: str) -> dict[str, object]:
    """The error as the members of an RFC 9457 problem document (`application/problem+json`).

    `instance` is the path of the request. `code` and `errors` are our extension members; `errors` is there only when
    single fields are at fault.
    """
    document: dict[str, object] = {
        "type": f"/problems/{error.code.lower().replace('_', '-')}",
        "title": HTTPStatus(error.http_status).phrase,
        "status": error.http_status,
        "detail": error.message,
        "instance": instance,
        "code": error.code,
    }
    if error.fields:
        document["errors"] = [{"field": name, "detail": detail} for name, detail in error.fields.items()]
    return document
