"""What happens around every request: an id, a limit on its body, security headers, a log line, and the last net."""

import re
import time
from uuid import uuid4

import structlog
from clavilux_kit.errors import Internal, PayloadTooLarge
from clavilux_kit.telemetry import get_logger
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clavilux_gateway.domain.songs import MAX_SONG_BYTES
from clavilux_gateway.metrics import HTTP_DURATION, HTTP_REQUESTS
from clavilux_gateway.problems import problem_response

log = get_logger()

UPLOAD_PATH = "/api/v1/upload-audio"
_MAX_UPLOAD_BYTES = MAX_SONG_BYTES + 64 * 1024  # the song, the other fields and what multipart puts around them
_MAX_BODY_BYTES = 64 * 1024

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_CSP = "default-src 'none'; frame-ancestors 'none'"
# The page of the API's documentation runs Swagger's script, which we serve ourselves.
_DOCS_CSP = (
    "default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)


class Surroundings:
    """ASGI middleware, the outermost of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, also when the app could not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, receive, send)
        with structlog.contextvars.bound_contextvars(request_id=visit.request_id):
            try:
                visit.check_length()
                await self._app(scope, visit.receive, visit.send)
            except PayloadTooLarge as error:
                await visit.answer(error)
            except Exception as error:
                log.exception("request_failed", path=scope["path"])
                if visit.status is not None:
                    raise
                await visit.answer(Internal("Something went wrong on our side; the log has the request's id."), error)
            finally:
                visit.note()


class _Visit:
    """One request on its way."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._began_s = time.perf_counter()
        self._received_bytes = 0
        self._limit_bytes = _MAX_UPLOAD_BYTES if scope["path"] == UPLOAD_PATH else _MAX_BODY_BYTES
        self._headers = Headers(scope=scope)
        sent_id = self._headers.get("x-request-id", "")
        self.request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else uuid4().hex
        self.status: int | None = None

    def check_length(self) -> None:
        """Refuse a body that announces itself as too large, before any of it is read."""
        announced = self._headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._limit_bytes:
            raise self._too_large()

    async def receive(self) -> Message:
        """Pass the body on, and stop at the limit whatever was announced."""
        message = await self._receive()
        self._received_bytes += len(message.get("body", b""))
        if self._received_bytes > self._limit_bytes:
            raise self._too_large()
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on with our headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            headers["X-Content-Type-Options"] = "nosniff"
            headers["X-Frame-Options"] = "DENY"
            headers["Referrer-Policy"] = "no-referrer"
            headers["Content-Security-Policy"] = _DOCS_CSP if self._scope["path"] == "/docs" else _CSP
            headers.setdefault("Cache-Control", "no-store")
            HTTP_DURATION.labels(self._method(), self._route()).observe(time.perf_counter() - self._began_s)
        await self._send(message)

    async def answer(self, error: PayloadTooLarge | Internal, cause: Exception | None = None) -> None:
        """Send a problem, if nothing was sent yet."""
        if self.status is not None:
            raise error from cause
        await problem_response(error, self._scope["path"])(self._scope, self._receive, self.send)

    def note(self) -> None:
        """Write the log line and count."""
        path, status = self._scope["path"], self.status or 0
        HTTP_REQUESTS.labels(self._method(), self._route(), status).inc()
        if path not in _QUIET_PATHS:
            duration_s = round(time.perf_counter() - self._began_s, 4)
            log.info("http_request", method=self._scope["method"], path=path, status=status, duration_s=duration_s)

    def _method(self) -> str:
        """Return the method, but not one that a client has made up: each label is kept for ever."""
        return self._scope["method"] if self._scope["method"] in _METHODS else "other"

    def _route(self) -> str:
        """Return the route's template, so that ids do not become labels."""
        return str(getattr(self._scope.get("route"), "path", "none"))

    def _too_large(self) -> PayloadTooLarge:
        if self._limit_bytes == _MAX_UPLOAD_BYTES:
            sentence = f"The song must not be larger than {MAX_SONG_BYTES >> 20} MB."
            return PayloadTooLarge(sentence, fields={"audio_file": sentence})
        return PayloadTooLarge("The body is too large.")
