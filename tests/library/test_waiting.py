"""Waiting for a snapshot: ACTIVE is the only success, and nothing that may pass ends it. No test sleeps for real."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from conftest import SOURCE_ID
from rackspace_images import ApiKey, AsyncImagesClient, Image, ImagesClient, Progress, StaticToken, errors
from rackspace_images.http.flow import Pause
from rackspace_images.testing.sandbox import Sandbox
from scripted import Scripted, answer

NOT_FOUND = answer(404, {"itemNotFound": {"code": 404, "message": "Image not found."}})


def image(status: str | None, progress: int | None = None, **more: Any) -> bytes:
    return answer(200, {"image": {"id": SOURCE_ID, "status": status, "progress": progress, **more}})


class Pace:
    """A clock that only a wait moves on."""

    def __init__(self, client: Any) -> None:
        self.skipped = 0.0
        self.waits: list[float] = []
        began = time.monotonic()
        client._session.clock = lambda: began + self.skipped
        client._api.sender.pause = self.wait if isinstance(client, ImagesClient) else self.wait_async

    def wait(self, pause: Pause, scope: object = None) -> None:
        self.waits.append(pause.seconds or 0.0)
        self.skipped += pause.seconds or 0.0

    async def wait_async(self, pause: Pause) -> None:
        self.wait(pause)


Waited = Callable[..., tuple[Any, Pace]]


def _waited(endpoint: str, **options: Any) -> tuple[Any, Pace]:
    with ImagesClient(StaticToken("t"), endpoint=endpoint, retry=None) as images:
        pace = Pace(images)
        try:
            return images.wait_until_active(SOURCE_ID, **options), pace
        except errors.ImagesError as error:
            return error, pace


def _waited_async(endpoint: str, **options: Any) -> tuple[Any, Pace]:
    async def ask() -> tuple[Any, Pace]:
        async with AsyncImagesClient(StaticToken("t"), endpoint=endpoint, retry=None) as images:
            pace = Pace(images)
            try:
                return await images.wait_until_active(SOURCE_ID, **options), pace
            except errors.ImagesError as error:
                return error, pace

    return asyncio.run(ask())


@pytest.fixture(params=[_waited, _waited_async], ids=["sync", "async"])
def waited(request: pytest.FixtureRequest) -> Waited:
    chosen: Waited = request.param
    return chosen


def test_until_it_is_active(waited: Waited) -> None:
    """Whatever happens on the way that may pass: a 404 at first, faults, a gateway's page, a word nobody listed."""
    ways = [
        NOT_FOUND,
        image("SAVING", 25),
        answer(503, b"<html>"),
        answer(500, b""),
        answer(200, b"<html>a gateway</html>"),
        answer(413, {"overLimit": {"code": 413, "message": "Slow down.", "retryAfter": 40}}),
        b"garbage\r\n\r\n",
        image("QUEUED_SOMEWHERE", 100),
        image(None),
        image("SAVING", 100),
        image("ACTIVE", 100),
    ]
    told: list[Progress] = []
    with Scripted(ways) as server:
        outcome, pace = waited(server.endpoint, on_progress=told.append)
    assert isinstance(outcome, Image)
    assert outcome.is_active
    assert len(told) == len(server.requests) == len(ways)
    assert [type(progress.error).__name__ for progress in told[:7]] == [
        "ImageNotFound",
        "NoneType",
        "ServiceUnavailable",
        "ApiFault",
        "MalformedResponse",
        "OverLimit",
        "ConnectionFailed",
    ]
    assert told[0].image is None
    assert told[5].image is not None
    assert told[5].image.progress == 25
    assert max(pace.waits) >= 40  # what the limit asked for
    assert all(earlier.elapsed <= later.elapsed for earlier, later in itertools.pairwise(told))


def test_intervals_grow_to_a_limit(waited: Waited) -> None:
    """From 2 s to 30 s, none like the other."""
    with Scripted([image("SAVING")] * 20 + [image("ACTIVE")]) as server:
        _, pace = waited(server.endpoint)
    assert 1.5 <= pace.waits[0] <= 2.0
    assert all(22.5 <= wait <= 30.0 for wait in pace.waits[10:])
    assert len(set(pace.waits)) == len(pace.waits)


@pytest.mark.parametrize(
    ("last", "kind", "says"),
    [
        (image("ERROR", 50, fault={"message": "no disk"}), errors.ImageBuildFailed, "ERROR at 50 %: no disk"),
        (image("ERROR", 0), errors.ImageBuildFailed, "ERROR at 0 %"),
        (image("DELETED", 0), errors.ImageVanished, "DELETED"),
        (NOT_FOUND, errors.ImageVanished, "gone, after it was SAVING"),
    ],
)
def test_what_ends_it(waited: Waited, last: bytes, kind: type[errors.NotActive], says: str) -> None:
    """Each with its own error, and the image as it was last seen."""
    with Scripted([image("SAVING", 25), last]) as server:
        error, _ = waited(server.endpoint)
    assert type(error) is kind
    assert says in str(error)
    assert f"image={SOURCE_ID}" in str(error)
    assert error.image is not None
    assert error.endpoint == server.endpoint
    assert not error.retryable


@pytest.mark.parametrize("status", [400, 401, 403, 409])
def test_a_plain_no_ends_it_at_once(waited: Waited, status: int) -> None:
    """Time does not mend it."""
    with Scripted([image("SAVING"), answer(status, b"")]) as server:
        error, _ = waited(server.endpoint)
    assert isinstance(error, errors.ApiError)
    assert error.status_code == status


def test_an_endpoint_that_is_none_ends_it_at_once(waited: Waited) -> None:
    """A page of HTML is a gateway's slip only where images were read before."""
    with Scripted([answer(200, b"<html>")]) as server:
        error, _ = waited(server.endpoint)
    assert isinstance(error, errors.MalformedResponse)
    assert len(server.requests) == 1


def test_an_image_that_never_was_there(waited: Waited) -> None:
    """A 404 means "not yet" for as long as `grace` says; the error says how long was looked for."""
    with Scripted([NOT_FOUND]) as server:
        error, pace = waited(server.endpoint, grace=30)
        assert isinstance(error, errors.ImageNotFound)
        assert re.search(r"looked for [34]\d s", str(error))
        assert 30 <= pace.skipped <= 60
        error, pace = waited(server.endpoint, grace=0)
        assert isinstance(error, errors.ImageNotFound)
        assert pace.waits == []


def test_not_in_time(waited: Waited) -> None:
    """The last image is in the error, and the last look is not long before the end."""
    with Scripted([image("SAVING", 25)]) as server:
        error, pace = waited(server.endpoint, timeout=100)
    assert isinstance(error, errors.WaitTimeout)
    assert isinstance(error, TimeoutError)
    assert "not ACTIVE within 100 s, SAVING at 25 %" in str(error)
    assert error.image is not None
    assert pace.skipped == pytest.approx(100, abs=1)
    assert error.retryable


def test_a_failure_at_the_end_is_said(waited: Waited) -> None:
    """A wait that ends while the server is down says so."""
    with Scripted([image("SAVING", 25), answer(503, b"")]) as server:
        error, _ = waited(server.endpoint, timeout=10)
    assert isinstance(error, errors.WaitTimeout)
    assert "the last look: ServiceUnavailable" in str(error)


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (image("ACTIVE"), Image),
        (image("SAVING", 25), errors.WaitTimeout),
        (image("ERROR"), errors.ImageBuildFailed),
        (answer(503, b""), errors.WaitTimeout),
    ],
)
def test_no_time_at_all_is_one_look(waited: Waited, now: bytes, kind: type[Any]) -> None:
    """`timeout=0` asks once whether it is ready."""
    with Scripted([now]) as server:
        outcome, pace = waited(server.endpoint, timeout=0)
    assert type(outcome) is kind
    assert (len(server.requests), pace.waits) == (1, [])


@pytest.mark.parametrize("bad", [{"timeout": -1}, {"timeout": "5"}, {"grace": None}, {"grace": float("nan")}])
def test_times_that_are_none(waited: Waited, bad: dict[str, Any]) -> None:
    """Are refused, and nothing is sent."""
    with Scripted([image("ACTIVE")]) as server:
        error, _ = waited(server.endpoint, **bad)
    assert isinstance(error, errors.ConfigError)
    assert server.requests == []


def test_the_sandboxs_snapshot() -> None:
    """The one that goes from SAVING to ACTIVE as it is asked, with a token that ends on the way."""
    with Sandbox() as sandbox, ImagesClient(ApiKey(*sandbox.api_key, auth_url=sandbox.auth_url)) as images:
        Pace(images)
        seen: list[Any] = []

        def look(progress: Progress) -> None:
            seen.append(progress.image and progress.image.status)
            object.__setattr__(images._session.tokens._access, "token", "gone")

        found = images.wait_until_active("00000000-0000-4000-8000-000000200003", on_progress=look)
    assert found.is_active
    assert seen[0] == "SAVING"
    assert seen[-1] == "ACTIVE"
