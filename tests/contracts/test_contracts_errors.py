"""The page on errors says what the code does."""

import re

import pytest
from clavilux_kit import errors
from clavilux_kit.grpc_errors import status_code

from tests.contracts.contracts_read import ROOT

KINDS: list[type[errors.ClaviluxError]] = [errors.ValidationFailed]
KINDS += [kind for kind in errors.ClaviluxError.__subclasses__() if kind is not errors.ValidationFailed]
ROW = re.compile(r"^\| `(?P<code>\w+)` \| (?P<http>[\d, ]+) \| (?P<grpc>\w+) \| (?P<again>yes|no) \|", re.MULTILINE)
ROWS = {row["code"]: row for row in ROW.finditer((ROOT / "docs" / "reference" / "errors.md").read_text())}


def test_the_page_has_every_code_and_no_other() -> None:
    assert list(ROWS) == [kind.code for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=[kind.code for kind in KINDS])
def test_the_page_has_the_right_statuses(kind: type[errors.ClaviluxError]) -> None:
    row = ROWS[kind.code]
    statuses = {kind.http_status, *(narrower.http_status for narrower in kind.__subclasses__())}
    assert {int(status) for status in row["http"].split(",")} == statuses
    assert row["grpc"] == status_code(kind("")).name
    assert (row["again"] == "yes") == kind.retryable
