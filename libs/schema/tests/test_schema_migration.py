import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from clavilux_schema import EXPECTED_VERSION, SchemaOutdated, check_version, migrate
from clavilux_schema.main import main


def test_the_expected_version_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "clavilux_schema:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [EXPECTED_VERSION]


def test_the_command_asks_for_its_variable(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("CLAVILUX_DATABASE_URL", raising=False)
    assert main() == 2
    assert "CLAVILUX_DATABASE_URL" in capsys.readouterr().err


@pytest.fixture
async def empty_dsn(postgres: Any) -> AsyncIterator[str]:
    """A database beside the migrated one, with nothing in it."""
    owner = await asyncpg.connect(postgres.dsn())
    await owner.execute("CREATE DATABASE beside")
    parts = urlsplit(postgres.dsn())
    # Not _replace: an empty host would lose its slashes.
    yield urlunsplit((parts.scheme, parts.netloc, "/beside", parts.query, ""))
    await owner.execute("DROP DATABASE beside WITH (FORCE)")
    await owner.close()


@pytest.mark.integration
async def test_an_empty_database_is_refused_with_what_to_run(empty_dsn: str) -> None:
    connection = await asyncpg.connect(empty_dsn)
    with pytest.raises(SchemaOutdated, match=r"no Clavilux tables yet.*python -m clavilux_schema\.main"):
        await check_version(connection)
    await connection.close()


@pytest.mark.integration
async def test_migrations_started_together_wait_for_one_another(empty_dsn: str) -> None:
    environment = {**os.environ, "CLAVILUX_DATABASE_URL": empty_dsn}
    command = (sys.executable, "-m", "clavilux_schema.main")
    processes = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(3)]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    connection = await asyncpg.connect(empty_dsn)
    await check_version(connection)
    await connection.close()


@pytest.mark.integration
async def test_an_older_database_is_refused_and_a_newer_one_is_welcome(empty_dsn: str) -> None:
    await asyncio.to_thread(migrate, empty_dsn)
    connection = await asyncpg.connect(empty_dsn)
    await connection.execute("UPDATE public.alembic_version SET version_num = '0000'")
    with pytest.raises(SchemaOutdated, match="is at revision 0000"):
        await check_version(connection)
    await connection.execute("UPDATE public.alembic_version SET version_num = '9999'")
    await check_version(connection)
    await connection.close()


@pytest.mark.integration
async def test_the_command_migrates(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLAVILUX_DATABASE_URL", empty_dsn)
    assert await asyncio.to_thread(main) == 0
    assert EXPECTED_VERSION in capsys.readouterr().err


@pytest.mark.integration
def test_a_database_that_is_not_there_is_told_of_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLAVILUX_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main() == 1
    assert "could not be migrated" in capsys.readouterr().err


@pytest.mark.integration
@pytest.mark.parametrize("role", ["clavilux_gateway", "clavilux_orchestrator"])
async def test_both_roles_can_ask_for_the_version(postgres: Any, role: str) -> None:
    connection = await asyncpg.connect(postgres.dsn(role))
    await check_version(connection)
    await connection.close()


@pytest.mark.integration
@pytest.mark.parametrize("options", ["[]", "null", '"draft"'])
async def test_options_that_are_no_object_never_reach_the_queue(postgres: Any, options: str) -> None:
    """A row that no worker can read would be claimed again and again."""
    connection = await asyncpg.connect(postgres.dsn())
    job = f"gen_random_uuid(), gen_random_uuid(), 'k', 'h', 1, 1.0, 'p', '{options}'"
    columns = "id, user_id, audio_url, audio_hash, audio_bytes, audio_duration_s, user_prompt, options"
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(f"INSERT INTO jobs.jobs ({columns}) VALUES ({job})")  # noqa: S608  # the test's own
    await connection.close()


@pytest.mark.integration
@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("clavilux_gateway", "UPDATE jobs.jobs SET status = 'completed'"),
        ("clavilux_gateway", "INSERT INTO jobs.outbox VALUES (gen_random_uuid(), 1, 1, 'completed', '{}')"),
        ("clavilux_gateway", "UPDATE jobs.job_commands SET handled_at = now()"),
        ("clavilux_orchestrator", "SELECT * FROM accounts.users"),
        ("clavilux_orchestrator", "UPDATE public.alembic_version SET version_num = '9999'"),
    ],
)
async def test_no_role_reaches_beyond_its_own(postgres: Any, role: str, statement: str) -> None:
    connection = await asyncpg.connect(postgres.dsn(role))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()
