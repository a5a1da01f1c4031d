"""What every contract has: comments, money fences on paid calls, visible fallbacks, generated code that fits."""

import subprocess
from pathlib import Path

import pytest

from tests.contracts.contracts_read import PROTOS, ROOT, Method, messages, methods, type_of, uncommented

NEITHER_WORKS_NOR_BUYS = {"Describe", "CancelCall"}
WORK = [method for method in methods() if method.method.name not in NEITHER_WORKS_NOR_BUYS]
PAID = [method for method in WORK if type_of(messages()[method.method.output_type], "costs")]


def named(method: Method) -> str:
    return f"{method.service}.{method.method.name}"


def test_there_are_five_services_each_with_one_kind_of_work() -> None:
    assert sorted(method.service.split(".")[1] for method in WORK) == [
        "audio",
        "composer",
        "planner",
        "references",
        "video",
    ]
    assert sorted(method.service.split(".")[1] for method in PAID) == ["audio", "planner", "references", "video"]


@pytest.mark.parametrize("method", WORK, ids=named)
def test_every_piece_of_work_can_be_asked_for_twice_and_found_in_the_log(method: Method) -> None:
    request = messages()[method.method.input_type]
    assert type_of(request, "request_id") == "string"
    assert type_of(request, "job_id") == "string"


@pytest.mark.parametrize("method", PAID, ids=named)
def test_every_paid_call_has_a_fence_around_its_money(method: Method) -> None:
    assert type_of(messages()[method.method.input_type], "max_cost_micros") == "int64"
    assert type_of(messages()[method.method.output_type], "costs") == ".clavilux.common.v1.Cost[]"


@pytest.mark.parametrize("method", PAID, ids=named)
def test_every_service_that_buys_can_cancel_a_call(method: Method) -> None:
    assert "CancelCall" in {other.method.name for other in methods() if other.service == method.service}


@pytest.mark.parametrize("method", WORK, ids=named)
def test_every_answer_says_which_fallbacks_were_taken(method: Method) -> None:
    answer = messages()[method.method.output_type]
    assert type_of(answer, "degradations") == ".clavilux.common.v1.Degradation[]"


def test_every_service_describes_what_it_offers() -> None:
    services = {method.service for method in methods()}
    assert services == {method.service for method in methods() if method.method.name == "Describe"}


def test_every_message_field_and_call_has_a_comment() -> None:
    assert list(uncommented()) == []


def test_money_is_always_whole_micro_dollars() -> None:
    kinds = {
        f"{name}.{field.name}": type_of(message, field.name)
        for name, message in messages().items()
        for field in message.field
        if field.name.endswith("_micros")
    }
    assert kinds
    assert set(kinds.values()) == {"int64"}


def test_the_committed_code_is_what_the_contracts_generate() -> None:
    _run(ROOT / "scripts" / "protos.sh", "--check", cwd=ROOT)


def test_buf_finds_nothing_to_say() -> None:
    _run(ROOT / ".venv" / "bin" / "buf", "lint", cwd=PROTOS)


def _run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
