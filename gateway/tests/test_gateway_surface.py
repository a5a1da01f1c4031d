"""What holds for every route: who may call it, how errors look, which headers it answers with."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from gateway.tests.gateway_world import TOKEN, Orchestrator, Postgres, RunningGateway

pytestmark = pytest.mark.integration

PUBLIC = {"/healthz", "/readyz", "/metrics", "/docs", "/docs/oauth2-redirect", "/api/v1/openapi.json"}
DOCS_ASSETS = "/static-offline-docs"
SIGNED = {"/media/{key:path}"}


async def test_every_route_but_the_public_ones_wants_the_token(gateway: RunningGateway) -> None:
    operations = [
        (method, path.replace("{job_id}", "550e8400-e29b-41d4-a716-446655440000"))
        for path, methods in _routes(gateway)
        if path not in PUBLIC | SIGNED
        for method in methods
    ]
    assert len(operations) >= 7
    for method, path in operations:
        for token in (None, "wrong"):
            response = await gateway.client(token).request(method, path)
            assert response.status_code == 401, (method, path)
            assert response.headers["www-authenticate"] == "Bearer"


def _routes(gateway: RunningGateway) -> Iterator[tuple[str, set[str]]]:
    for route in iter_route_contexts(gateway.app.routes):
        if route.path == DOCS_ASSETS:
            continue  # files of a library; the one mount there may be
        assert route.path, "a mount has no methods to walk; give it a rule of its own here"
        yield route.path, set(route.methods or ())


async def test_a_token_in_another_scheme_is_refused(gateway: RunningGateway) -> None:
    for header in (TOKEN, f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN} x", "Bearer \u00fc"):
        response = await gateway.client(None).get("/api/v1/jobs", headers=[(b"Authorization", header.encode())])
        assert response.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "NOT_FOUND"),
        ("GET", "/", 404, "NOT_FOUND"),
        ("DELETE", "/api/v1/jobs", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/v1/upload-audio", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/v1/jobs?limit=x", 400, "VALIDATION_ERROR"),
    ],
)
async def test_every_error_is_a_problem_document(
    gateway: RunningGateway, method: str, path: str, status: int, code: str
) -> None:
    response = await gateway.client().request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert response.json()["instance"] == path.split("?", maxsplit=1)[0]


async def test_a_body_where_none_belongs_is_limited(gateway: RunningGateway) -> None:
    response = await gateway.client().post("/api/v1/jobs/x/cancel", content=bytes(100_000))
    assert response.status_code == 413


async def test_every_answer_has_an_id_and_security_headers(gateway: RunningGateway) -> None:
    for path in ("/healthz", "/api/v1/jobs", "/api/v1/nothing"):
        response = await gateway.client().get(path, headers={"X-Request-ID": "my-request.1"})
        assert response.headers["x-request-id"] == "my-request.1"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert "server" not in response.headers
    odd = await gateway.client().get("/healthz", headers={"X-Request-ID": "a b\tc" * 50})
    assert len(odd.headers["x-request-id"]) == 32


async def test_pages_of_other_origins_may_not_call_unless_they_are_named(gateway: RunningGateway) -> None:
    response = await gateway.client().get("/healthz", headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_the_openapi_document_tells_every_route_its_errors_and_no_422(gateway: RunningGateway) -> None:
    document = (await gateway.client(None).get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    operations: dict[str, Any] = {
        f"{method} {path}": operation for path, item in document["paths"].items() for method, operation in item.items()
    }
    assert {
        "post /api/v1/upload-audio",
        "get /api/v1/jobs",
        "get /api/v1/jobs/{job_id}",
        "get /api/v1/jobs/{job_id}/stream",
        "get /api/v1/jobs/{job_id}/download",
        "post /api/v1/jobs/{job_id}/cancel",
    } <= set(operations)
    for name, operation in operations.items():
        assert operation["summary"], name
        assert "422" not in operation["responses"], name
        if "/api/v1/" in name:
            assert operation["description"], name
            assert operation["security"] == [{"HTTPBearer": []}], name
            for status in ("401", "500", "503"):
                assert "application/problem+json" in operation["responses"][status]["content"], name
    form = operations["post /api/v1/upload-audio"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["audio_file", "user_prompt"]
    assert "Problem" in document["components"]["schemas"]


async def test_it_is_ready_when_all_it_needs_answers(gateway: RunningGateway) -> None:
    response = await gateway.client(None).get("/readyz")
    assert response.status_code == 200, response.text
    assert response.json() == {"status": "ready", "checks": {"database": True, "events": True, "store": True}}


async def test_it_is_not_ready_for_a_database_of_another_version(gateway: RunningGateway) -> None:
    found = await gateway.database.fetchval("SELECT version_num FROM public.alembic_version")
    await gateway.database.execute("UPDATE public.alembic_version SET version_num = '0000'")
    try:
        response = await gateway.client(None).get("/readyz")
    finally:
        await gateway.database.execute("UPDATE public.alembic_version SET version_num = $1", found)
    assert response.status_code == 503
    assert response.json()["checks"] == {"database": False, "events": True, "store": True}


async def test_figures_are_counted_by_route_and_not_by_id(gateway: RunningGateway, orchestrator: Orchestrator) -> None:
    job_id = await orchestrator.new_job()
    await gateway.client().get(f"/api/v1/jobs/{job_id}")
    text = (await gateway.client(None).get("/metrics")).text
    assert 'gateway_http_requests_total{method="GET",route="/api/v1/jobs/{job_id}",status="200"}' in text
    assert str(job_id) not in text


async def test_invented_methods_make_no_figures_of_their_own(gateway: RunningGateway) -> None:
    for number in range(3):
        await gateway.client(None).request(f"INVENTED{number}", "/healthz")
    text = (await gateway.client(None).get("/metrics")).text
    assert "INVENTED" not in text
    assert 'method="other"' in text


async def test_the_documentation_page_loads_nothing_from_elsewhere(gateway: RunningGateway) -> None:
    page = await gateway.client(None).get("/docs")
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(sources) >= 2
    for source in sources:
        assert (await gateway.client(None).get(source)).status_code == 200, source
    assert "http" not in page.headers["content-security-policy"]


async def test_the_process_says_where_it_serves_and_stops_on_sigterm_with_its_streams(
    postgres: Postgres, nats_url: str, tmp_path: Path, orchestrator: Orchestrator
) -> None:
    ready = tmp_path / "ready.json"
    environment = os.environ | {
        "CLAVILUX_GATEWAY_LISTEN": "127.0.0.1:0",
        "CLAVILUX_DATABASE_URL": postgres.dsn("clavilux_gateway"),
        "CLAVILUX_NATS_URL": nats_url,
        "CLAVILUX_STORE_URL": (tmp_path / "objects").as_uri(),
        "CLAVILUX_SIGNING_KEY": "a-signing-key-of-the-tests",
        "CLAVILUX_TOKEN": TOKEN,
        "CLAVILUX_READY_FILE": str(ready),
    }
    job_id = await orchestrator.new_job()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "clavilux_gateway.main", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            while not ready.exists():  # noqa: ASYNC110  # a file tells nobody
                await asyncio.sleep(0.05)
            told = json.loads(ready.read_text())
            assert told["pid"] == process.pid
            url = f"http://{told['address']}/api/v1/jobs/{job_id}/stream"
            async with (
                httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {TOKEN}"}) as client,
                client.stream("GET", url) as response,
            ):
                lines = response.aiter_lines()
                assert await anext(lines)
                process.send_signal(signal.SIGTERM)
                assert [line async for line in lines]
            _, errors = await process.communicate()
            assert process.returncode == 0, errors.decode()
            assert not ready.exists()
            assert b"Traceback" not in errors, errors.decode()
    finally:
        if process.returncode is None:
            process.kill()
