import re

import pytest

from gateway.tests.gateway_world import Orchestrator, RunningGateway

pytestmark = pytest.mark.integration

VIDEO = bytes(range(256)) * 8000
KEY = "video-outputs/j/final_video.f.mp4"


@pytest.fixture
async def path(gateway: RunningGateway, orchestrator: Orchestrator) -> str:
    await gateway.store.put(KEY, VIDEO)
    job_id = await orchestrator.new_job()
    await orchestrator.complete(job_id, KEY)
    return f"/api/v1/jobs/{job_id}/download"


async def test_a_video_is_downloaded_whole_under_its_name(gateway: RunningGateway, path: str) -> None:
    response = await gateway.client().get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "video/mp4"
    assert response.headers["content-length"] == str(len(VIDEO))
    assert response.headers["accept-ranges"] == "bytes"
    disposition = response.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="music_video_\d{8}_\d{6}\.mp4"', disposition)
    assert response.content == VIDEO


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=2000000-", 2_000_000, 2_048_000), ("bytes=-5", -5, None)],
)
async def test_a_part_is_downloaded(
    gateway: RunningGateway, path: str, asked: str, start: int, end: int | None
) -> None:
    response = await gateway.client().get(path, headers={"Range": asked})
    assert response.status_code == 206
    assert response.content == VIDEO[start:end]
    first = start % len(VIDEO)
    assert response.headers["content-range"] == f"bytes {first}-{(end or len(VIDEO)) - 1}/{len(VIDEO)}"


async def test_a_part_beyond_the_end_is_refused(gateway: RunningGateway, path: str) -> None:
    response = await gateway.client().get(path, headers={"Range": f"bytes={len(VIDEO)}-"})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(VIDEO)}"


async def test_a_download_goes_on_only_in_the_same_video(gateway: RunningGateway, path: str) -> None:
    etag = (await gateway.client().head(path)).headers["etag"]
    same = await gateway.client().get(path, headers={"Range": "bytes=10-", "If-Range": etag})
    other = await gateway.client().get(path, headers={"Range": "bytes=10-", "If-Range": '"another"'})
    assert (same.status_code, same.content) == (206, VIDEO[10:])
    assert (other.status_code, other.content) == (200, VIDEO)


async def test_a_video_that_is_there_already_is_not_sent_again(gateway: RunningGateway, path: str) -> None:
    head = await gateway.client().head(path)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(VIDEO))
    response = await gateway.client().get(path, headers={"If-None-Match": head.headers["etag"]})
    assert (response.status_code, response.content) == (304, b"")


async def test_while_there_is_no_video_the_answer_says_how_the_job_stands(
    gateway: RunningGateway, orchestrator: Orchestrator
) -> None:
    job_id = await orchestrator.new_job(status="processing")
    response = await gateway.client().get(f"/api/v1/jobs/{job_id}/download")
    assert response.status_code == 404
    assert response.json()["code"] == "NOT_FOUND"
    assert "processing" in response.json()["detail"]


async def test_a_video_that_was_swept_is_not_found(gateway: RunningGateway, path: str) -> None:
    await gateway.store.delete(KEY)
    assert (await gateway.client().get(path)).status_code == 404


async def test_a_signed_url_gives_one_object_to_anybody(gateway: RunningGateway) -> None:
    await gateway.store.put(KEY, VIDEO)
    url = (await gateway.store.sign(KEY, expires_s=60)).removeprefix("http://localhost:8000")
    anybody = gateway.client(token=None)
    whole, part = await anybody.get(url), await anybody.get(url, headers={"Range": "bytes=1-2"})
    assert (whole.status_code, whole.content) == (200, VIDEO)
    assert (part.status_code, part.content) == (206, VIDEO[1:3])
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["x-content-type-options"] == "nosniff"

    for wrong in (
        url.replace("final_video", "other"),
        url.replace("signature=", "signature=0"),
        re.sub(r"expires=\d+", "expires=99999999999", url),
        url.replace("/media/", "/media/x/%2E%2E/"),
        (await gateway.store.sign(KEY, expires_s=-1)).removeprefix("http://localhost:8000"),
    ):
        response = await anybody.get(wrong)
        assert response.status_code in (400, 403), wrong
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["", "?expires=x&signature=y", "?expires=1"])
async def test_a_url_without_a_signature_is_refused(gateway: RunningGateway, query: str) -> None:
    assert (await gateway.client(token=None).get(f"/media/{KEY}{query}")).status_code == 400
