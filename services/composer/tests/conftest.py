"""One composer for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.composer.tests.composer_studio import Studio, open_studio


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with open_studio(tmp_path) as opened:
        yield opened
