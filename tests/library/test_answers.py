"""What both clients make of what a server answers, over a real socket."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from conftest import SOURCE_ID, Get
from rackspace_images import AsyncImagesClient, ImagesClient, StaticToken, errors
from rackspace_images.documents import vectors
from rackspace_images.testing.sandbox import Sandbox
from scripted import Scripted, answer

VECTORS = vectors()["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_vector(get: Get, sandbox: Sandbox, vector: dict[str, Any]) -> None:
    """Each vector, asked of the sandbox, ends as the vector says; a sequence is asked again and again."""
    for expected in vector["expect"]:
        check(get, sandbox, vector["image_id"], expected)


def check(get: Get, sandbox: Sandbox, image_id: str, expected: dict[str, Any]) -> None:
    if expected["outcome"] == "image":
        image = get(sandbox.compute_url, image_id, token=sandbox.token, region="DFW")
        received = image.to_dict()
        for name, value in expected.get("fields", {}).items():
            assert received[name] == value, name
        for name in expected.get("absent", []):
            assert name not in received
        for name in expected.get("null", []):
            assert received[name] is None
        assert image.response is not None
        assert image.response.status_code == expected["status"]
        assert image.response.request_id is not None
        assert (image.response.region, image.response.endpoint) == ("DFW", sandbox.compute_url)
        return
    with pytest.raises(getattr(errors, expected["error"])) as caught:
        get(sandbox.compute_url, image_id, token=sandbox.token)
    for name in ("fault", "message", "details", "retry_after"):
        if name in expected and expected["outcome"] == "fault":
            assert getattr(caught.value, name) == expected[name], name
    assert getattr(caught.value, "status_code", None) == expected["status"]
    assert (caught.value.image_id, caught.value.attempts) == (image_id, 1)


MALFORMED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "html": (b"<html>", "not JSON"),
    "truncated": (b'{"image": {"id": "', "not JSON"),
    "nan": (b'{"image": {"id": "%s", "minDisk": NaN}}' % SOURCE_ID.encode(), "NaN is not JSON"),
    "infinity": (b'{"image": {"id": "%s", "minDisk": -Infinity}}' % SOURCE_ID.encode(), "Infinity is not JSON"),
    "list": (b"[]", "an array, not an object"),
    "null": (b"null", "not an object"),
    "no image": (b'{"images": []}', "no image in the answer"),
    "image null": (b'{"image": null}', "image is None, not an object"),
    "image list": (b'{"image": []}', "image is an array"),
    "no id": (b'{"image": {}}', "not a UUID"),
    "id no uuid": (b'{"image": {"id": "7"}}', "not a UUID"),
    "another image": (b'{"image": {"id": "00000000-0000-4000-8000-000000000000"}}', "another image"),
    "fault": (
        b'{"itemNotFound": {"code": 404, "message": "Gone."}}',
        "a fault instead of an image: itemNotFound 'Gone.'",
    ),
    "not text": (b"\x80\x81\x82\x83", "not JSON"),
    "deep": (b'{"image": ' * 19_000, "nested too deeply"),
    "deep value": (b'{"image": {"id": "%s", "x": %s}}' % (SOURCE_ID.encode(), b"[" * 500 + b"]" * 500), "too deeply"),
}


@pytest.mark.parametrize(("body", "reason"), MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("status", [200, 203])
def test_a_success_that_is_no_image_is_malformed(get: Get, status: int, body: bytes, reason: str) -> None:
    """`MalformedResponse` says what is wrong and keeps the body."""
    scripted = answer(status, body, X_Compute_Request_Id="req-1")
    with Scripted([scripted]) as server, pytest.raises(errors.MalformedResponse) as caught:
        get(server.endpoint)
    assert reason in str(caught.value)
    assert (caught.value.body, caught.value.status_code, caught.value.request_id) == (body, status, "req-1")
    assert caught.value.__context__ is None or isinstance(caught.value.__context__, errors.ImagesError)


def test_duplicate_keys_the_last_wins(get: Get) -> None:
    """What Python's parser does with a key that is there twice is what the image holds."""
    body = b'{"image": {"id": "x", "name": "a", "name": "b", "id": "%s"}}' % SOURCE_ID.encode()
    with Scripted([answer(200, body)]) as server:
        assert get(server.endpoint).name == "b"


def test_the_content_type_does_not_matter(get: Get) -> None:
    """Good JSON is an image whatever its Content-Type says."""
    with Scripted([answer(200, {"image": {"id": SOURCE_ID}}, Content_Type="text/html")]) as server:
        assert get(server.endpoint).id == SOURCE_ID


def test_redirects_are_not_followed(get: Get) -> None:
    """A token goes to the endpoint that was given and to no other place."""
    with Scripted([answer(200, {"image": {"id": SOURCE_ID}})]) as other:
        with Scripted([answer(302, Location=other.endpoint)]) as server, pytest.raises(errors.UnexpectedStatus):
            get(server.endpoint)
        assert other.requests == []


def test_nobody_listens(get: Get) -> None:
    """A refused connection is `ConnectionFailed`, also a ConnectionError, and says where."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}/v2/1"
        with pytest.raises(errors.ConnectionFailed, match="refused") as caught:
            get(endpoint)
    assert isinstance(caught.value, ConnectionError)
    assert endpoint in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_silent_server_is_left(get: Get) -> None:
    """`timeout` bounds one attempt: `RequestTimeout`, also a TimeoutError."""
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(errors.RequestTimeout) as caught:
        get(f"http://127.0.0.1:{silent.getsockname()[1]}/v2/1", timeout=0.05)
    assert isinstance(caught.value, TimeoutError)


def test_a_server_that_is_not_http(get: Get) -> None:
    """Bytes that are no HTTP are a failed connection, not an error of a library below."""
    with Scripted([b"SSH-2.0-OpenSSH_9.9\r\n\r\n"]) as server, pytest.raises(errors.ConnectionFailed):
        get(server.endpoint)


@pytest.mark.parametrize("token", ["", "a b", "a\nX-Evil: 1", "töken", "a\x7f"])
def test_a_token_that_no_header_can_hold_is_refused_unseen(token: str) -> None:
    """The complaint does not quote the token."""
    with pytest.raises(errors.ConfigError) as caught:
        StaticToken(token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize("endpoint", ["dfw", "ftp://host/v2", "https://", "https://host/v2?x=1", "http://[::1", None])
def test_an_endpoint_is_a_url(endpoint: Any) -> None:
    """What is no compute URL is a `ConfigError` when the client is made."""
    for client in (ImagesClient, AsyncImagesClient):
        with pytest.raises(errors.ConfigError, match="try: endpoint="):
            client(StaticToken("t"), endpoint=endpoint)


def test_a_closed_client_says_so() -> None:
    """A call after `close` is `ClientClosed`; closing twice is fine."""
    images = ImagesClient(StaticToken("t"), endpoint="http://127.0.0.1:1/v2/1")
    images.close()
    images.close()
    with pytest.raises(errors.ClientClosed):
        images.get(SOURCE_ID)

    async def closed() -> None:
        twin = AsyncImagesClient(StaticToken("t"), endpoint="http://127.0.0.1:1/v2/1")
        await twin.aclose()
        await twin.aclose()
        with pytest.raises(errors.ClientClosed):
            await twin.get(SOURCE_ID)

    asyncio.run(closed())


def test_loopback_goes_through_no_proxy(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever proxies the environment names, this machine is reached directly."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Scripted([answer(200, {"image": {"id": SOURCE_ID}})]) as server:
        assert get(server.endpoint).id == SOURCE_ID


def test_the_token_is_not_in_what_a_person_is_shown() -> None:
    """Neither the credentials' repr nor the client's shows the token."""
    token = StaticToken("geheim")
    with ImagesClient(token, endpoint="https://compute.example.com/v2/1") as images:
        assert "geheim" not in repr(token) + repr(images)
