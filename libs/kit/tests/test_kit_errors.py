import pickle

import grpc
import pytest
from clavilux_kit.errors import (
    BudgetExceeded,
    CompositionFailed,
    GenerationFailed,
    Internal,
    PayloadTooLarge,
    ValidationFailed,
    error_for,
    problem,
)
from clavilux_kit.grpc_errors import DETAILS_KEY, from_rpc_error, status_code, to_status
from grpc.aio import AioRpcError, Metadata
from hypothesis import given, settings
from hypothesis import strategies as st

CODES = [
    "VALIDATION_ERROR",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "RATE_LIMITED",
    "QUOTA_EXCEEDED",
    "BUDGET_EXCEEDED",
    "GENERATION_ERROR",
    "COMPOSITION_ERROR",
    "TIMEOUT",
    "CANCELLED",
    "UNAVAILABLE",
    "INTERNAL",
]


def over_the_wire(status: object, code: grpc.StatusCode, message: str) -> AioRpcError:
    trailers = Metadata((DETAILS_KEY, status.SerializeToString()))  # type: ignore[attr-defined]  # has no types
    return AioRpcError(code, Metadata(), trailers, details=message)


@pytest.mark.parametrize("code", CODES)
def test_every_code_comes_back_from_the_wire_as_itself(code: str) -> None:
    sent = error_for(code, "No luck.", spent_micros=1_250_000)
    received = from_rpc_error(over_the_wire(to_status(sent), status_code(sent), sent.message), "video")
    assert type(received) is type(sent)
    assert (received.code, received.message, received.spent_micros) == (code, "No luck.", 1_250_000)


def test_an_unknown_code_is_an_internal_error() -> None:
    assert isinstance(error_for("COFFEE", "No."), Internal)


@settings(max_examples=30)
@given(st.dictionaries(st.text("abc_.", min_size=1, max_size=20), st.text(max_size=80), max_size=8), st.text())
def test_fields_survive_the_wire(fields: dict[str, str], message: str) -> None:
    sent = ValidationFailed(message, fields=fields)
    received = from_rpc_error(over_the_wire(to_status(sent), status_code(sent), message), "video")
    assert received.fields == fields


@settings(max_examples=30)
@given(st.text(max_size=100_000), st.dictionaries(st.text(max_size=40), st.text(max_size=5000), max_size=60))
def test_a_status_fits_into_trailers_however_much_an_error_says(message: str, fields: dict[str, str]) -> None:
    status = to_status(GenerationFailed(message, fields=fields))
    assert len(status.SerializeToString()) * 4 / 3 < 8000


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (grpc.StatusCode.DEADLINE_EXCEEDED, "TIMEOUT"),
        (grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
        (grpc.StatusCode.CANCELLED, "UNAVAILABLE"),
        (grpc.StatusCode.UNIMPLEMENTED, "INTERNAL"),
    ],
)
def test_a_status_that_grpc_made_itself_gets_the_nearest_code(status: grpc.StatusCode, code: str) -> None:
    error = from_rpc_error(AioRpcError(status, Metadata(), Metadata()), "The video service")
    assert error.code == code
    assert "The video service" in error.message


def test_a_foreign_status_detail_is_not_taken_for_ours() -> None:
    status = to_status(BudgetExceeded("No."))
    status.details[0].value = status.details[0].value.replace(b"clavilux", b"somebody")
    assert from_rpc_error(over_the_wire(status, grpc.StatusCode.ABORTED, "No."), "video").code == "INTERNAL"


def test_a_problem_document_names_the_fields_at_fault() -> None:
    error = ValidationFailed("The prompt is too short.", fields={"prompt": "at least 50 characters"})
    assert problem(error, "/api/v1/jobs") == {
        "type": "/problems/validation-error",
        "title": "Bad Request",
        "status": 400,
        "detail": "The prompt is too short.",
        "instance": "/api/v1/jobs",
        "code": "VALIDATION_ERROR",
        "errors": [{"field": "prompt", "detail": "at least 50 characters"}],
    }


def test_a_problem_document_without_fields_has_no_list_of_them() -> None:
    document = problem(PayloadTooLarge("At most 10 MB."), "/api/v1/jobs")
    assert (document["status"], document["code"]) == (413, "VALIDATION_ERROR")
    assert "errors" not in document


def test_an_error_survives_the_way_out_of_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(CompositionFailed("No.", fields={"song": "gone"}, spent_micros=7)))  # noqa: S301
    assert (type(error), error.message, error.fields, error.spent_micros) == (
        CompositionFailed,
        "No.",
        {"song": "gone"},
        7,
    )
