"""The first tables: accounts and jobs."""

from __future__ import annotations

from pathlib import Path

from clavilux_schema.script import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL file of this revision."""
    run_script(Path(__file__).with_name("0001_first_light.sql"))
