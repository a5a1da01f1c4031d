"""What reaches the log, read from a real process's standard error."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
from clavilux_kit import telemetry
from clavilux_kit.settings import ProcessSettings
import logging

telemetry.configure("test", ProcessSettings(log_format="{format}"))
log = telemetry.get_logger()
log.info("stage_completed", job_id="j1", stage="composition", duration_s=1.5, cost_micros=0, success=True)
logging.getLogger("library").warning("a library's words")

def fail(user_prompt):
    raise ValueError("it broke")

try:
    fail("a prompt " + "that is private")
except ValueError:
    log.exception("call_failed")
"""


def logged(log_format: str) -> str:
    program = PROGRAM.replace("{format}", log_format)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr


def test_a_line_is_one_event_name_and_its_fields() -> None:
    lines = [json.loads(line) for line in logged("json").splitlines()]
    stage = next(line for line in lines if line["event"] == "stage_completed")
    assert (stage["process"], stage["job_id"], stage["stage"], stage["success"]) == ("test", "j1", "composition", True)
    assert any("a library's words" in line["event"] for line in lines)


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_traceback_names_the_error_and_never_the_values_of_variables(log_format: str) -> None:
    text = logged(log_format)
    assert "it broke" in text
    assert "ValueError" in text
    assert "that is private" not in text.replace('"that is private"', "").replace('\\"that is private\\"', "")
