"""Our errors on the wire: a gRPC status with google.rpc.ErrorInfo, and back.

ErrorInfo: domain "clavilux", reason = our code, metadata = `spent_micros`, `retryable` and one `field.<name>` for
each input at fault.
"""

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]  # publishes no types

from clavilux_kit.errors import ClaviluxError, Internal, TimedOut, Unavailable, error_for

DOMAIN = "clavilux"

DETAILS_KEY = "grpc-status-details-bin"
"""Where gRPC carries a google.rpc.Status."""

_FIELD = "field."
# A status travels in HTTP/2 trailers, which may have 8 KiB.
_MAX_MESSAGE, _MAX_FIELDS, _MAX_FIELD = 1000, 16, 200

_STATUS = {
    "VALIDATION_ERROR": grpc.StatusCode.INVALID_ARGUMENT,
    "UNAUTHENTICATED": grpc.StatusCode.UNAUTHENTICATED,
    "FORBIDDEN": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_FOUND": grpc.StatusCode.NOT_FOUND,
    "RATE_LIMITED": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "QUOTA_EXCEEDED": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "BUDGET_EXCEEDED": grpc.StatusCode.FAILED_PRECONDITION,
    "GENERATION_ERROR": grpc.StatusCode.ABORTED,
    "COMPOSITION_ERROR": grpc.StatusCode.ABORTED,
    "TIMEOUT": grpc.StatusCode.DEADLINE_EXCEEDED,
    "CANCELLED": grpc.StatusCode.CANCELLED,
    "UNAVAILABLE": grpc.StatusCode.UNAVAILABLE,
    "INTERNAL": grpc.StatusCode.INTERNAL,
}

# What a status means that gRPC itself made, without our ErrorInfo. A server that cancels its calls is going away
# (its grace is over): nobody asked for the work to stop, and the call may be made again.
_ERROR = {
    grpc.StatusCode.DEADLINE_EXCEEDED: (TimedOut, "{method} did not answer in time."),
    grpc.StatusCode.UNAVAILABLE: (Unavailable, "{method} cannot be reached."),
    grpc.StatusCode.CANCELLED: (Unavailable, "{method} is being stopped."),
}


def status_code(error: ClaviluxError) -> grpc.StatusCode:
    """The gRPC status that says most nearly what the error says."""
    return _STATUS[error.code]


def to_status(error: ClaviluxError) -> status_pb2.Status:
    """The error as a google.rpc.Status; very long texts are cut."""
    info = error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN)
    info.metadata["spent_micros"] = str(error.spent_micros)
    info.metadata["retryable"] = str(error.retryable).lower()
    for name, detail in list(error.fields.items())[:_MAX_FIELDS]:
        info.metadata[_FIELD + name] = detail[:_MAX_FIELD]
    packed = any_pb2.Any()
    packed.Pack(info)
    number: int = status_code(error).value[0]
    return status_pb2.Status(code=number, message=error.message[:_MAX_MESSAGE], details=[packed])


def from_rpc_error(error: grpc.aio.AioRpcError, method: str) -> ClaviluxError:
    """The error that a failed call means to its caller. `method` is named where the server's words are not ours."""
    status = _status_of(error)
    if status is not None:
        for detail in status.details:
            info = error_details_pb2.ErrorInfo()
            if detail.Unpack(info) and info.domain == DOMAIN:
                return _from_info(info, status.message)
    kind, message = _ERROR.get(error.code(), (Internal, "{method} failed with " + error.code().name + "."))
    return kind(message.format(method=method))


def _status_of(error: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    for key, value in error.trailing_metadata():
        if key == DETAILS_KEY and isinstance(value, bytes):
            return status_pb2.Status.FromString(value)
    return None


def _from_info(info: error_details_pb2.ErrorInfo, message: str) -> ClaviluxError:
    spent = info.metadata.get("spent_micros", "0")
    return error_for(
        info.reason,
        message,
        fields={key.removeprefix(_FIELD): value for key, value in info.metadata.items() if key.startswith(_FIELD)},
        spent_micros=int(spent) if spent.isdecimal() else 0,
    )
