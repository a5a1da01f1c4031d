"""A Replicate on loopback, and a store on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from clavilux_kit.objects import ObjectStore, open_store
from clavilux_kit.settings import ProcessSettings

from libs.replicate.tests.replicate_fake import FakeReplicate, open_replicate_fake


@pytest.fixture
def replicate() -> Iterator[FakeReplicate]:
    with open_replicate_fake() as fake:
        yield fake


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_store(ProcessSettings(store_url=f"file://{tmp_path}/objects"))
