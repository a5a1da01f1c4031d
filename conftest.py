"""Real servers for every test that asks for them, started once for a run."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from clavilux_embedded import EmbeddedPostgres, open_nats, open_postgres
from clavilux_schema import migrate
from hypothesis import settings

ROOT = Path(__file__).parent

# Unit tests are for every save: `HYPOTHESIS_PROFILE=thorough make test-unit` looks ten times as hard.
settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("thorough", max_examples=400, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@dataclass(frozen=True)
class MigratedPostgres:
    """A real Postgres with all migrations applied."""

    server: EmbeddedPostgres

    def dsn(self, role: str = "postgres") -> str:
        return self.server.dsn(role)

    async def truncate(self) -> None:
        """Empties every table of ours."""
        connection = await asyncpg.connect(self.dsn())
        try:
            await connection.execute("TRUNCATE accounts.users, jobs.jobs, jobs.audio_analysis_cache CASCADE")
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MigratedPostgres]:
    folder = tmp_path_factory.mktemp("postgres")
    with open_postgres(folder / "cluster", log=folder / "postgres.log") as server:
        migrate(server.dsn())
        yield MigratedPostgres(server)


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("nats")
    with open_nats(folder / "jetstream", log=folder / "nats.log") as server:
        yield server.url


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of annotated music and recorded answers; where it is absent, tests skip, but never in CI."""
    folder = Path(os.environ.get("CLAVILUX_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        message = f"The test data is not at {folder}; CLAVILUX_TEST_DATA can say where it is."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return folder
