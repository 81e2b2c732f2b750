"""`generated_client`, as somebody uses it who knows openapi-python-client's documentation."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from cloud import SECRET, Cloud
from faulty import IMAGE_ID, Serve, answering, image, its_image, token
from rackspace_images import ApiKey, Retry, StaticToken, errors, generated_client
from rackspace_images_api import Client
from rackspace_images_api.api.images import get_image, list_images_details
from rackspace_images_api.models import ImageEnvelope, ImagePage
from scripted import Request, answer
from slack import SLACK
from telling import everything

ID = UUID(IMAGE_ID)
IMAGE_PATH = f"/dfw/v2/820712/images/{IMAGE_ID}"
FAST = Retry(backoff=0.01)


class User:
    """Somebody who calls the operations in one of their two forms, from outside of an event loop."""

    def __init__(self, runner: asyncio.Runner | None) -> None:
        self.runner = runner

    def get(self, client: Client, image_id: Any = ID) -> Any:
        if self.runner is None:
            return get_image.sync(client=client, image_id=image_id)
        return self.runner.run(get_image.asyncio(client=client, image_id=image_id))

    def list(self, client: Client, **query: Any) -> Any:
        if self.runner is None:
            return list_images_details.sync(client=client, **query)
        return self.runner.run(list_images_details.asyncio(client=client, **query))

    def request(self, client: Client, method: str, path: str, **options: Any) -> Any:
        """`request` of the httpx client that generated code is given."""
        if self.runner is None:
            return client.get_httpx_client().request(method, path, **options)
        return self.runner.run(client.get_async_httpx_client().request(method, path, **options))

    @contextlib.contextmanager
    def client(self, auth: Any, **options: Any) -> Iterator[Client]:
        """A client of which both halves are closed at the end."""
        with generated_client(auth, **options) as made:
            yield made
            if self.runner is not None:
                self.runner.run(made.get_async_httpx_client().aclose())


@pytest.fixture(params=["sync", "async"])
def user(request: pytest.FixtureRequest) -> Iterator[User]:
    """The operations in either of their forms."""
    if request.param == "sync":
        yield User(None)
    else:
        with asyncio.Runner() as runner:
            yield User(runner)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as running:
        yield running


CHANGES: dict[str, Callable[[Client], Client]] = {
    "as it is": lambda client: client,
    "with_timeout": lambda client: client.with_timeout(httpx.Timeout(5.0)),
    "with_headers": lambda client: client.with_headers({"X-Trace": "7"}),
    "with_cookies": lambda client: client.with_cookies({"a": "b"}),
    "with all": lambda client: (
        client.with_headers({"X-Trace": "7"}).with_cookies({"a": "b"}).with_timeout(httpx.Timeout(5.0))
    ),
}


@pytest.fixture(params=list(CHANGES.values()), ids=list(CHANGES))
def change(request: pytest.FixtureRequest) -> Callable[[Client], Client]:
    """What a user may have made of the client."""
    chosen: Callable[[Client], Client] = request.param
    return chosen


def test_operation_signs_in_and_asks_the_region(cloud: Cloud, user: User, change: Any) -> None:
    """With the token, our headers, and no cookie."""
    with user.client(cloud.api_key(), region="ord") as made:
        envelope = user.get(change(made))
    assert isinstance(envelope, ImageEnvelope)
    assert envelope.image.id == IMAGE_ID
    (login,), (request,) = cloud.logins, cloud.asked
    assert "x-auth-token" not in login.headers
    assert request.path == f"/ord/v2/820712/images/{IMAGE_ID}"
    assert request.headers["x-auth-token"] == "token-1"
    assert request.headers["host"] == cloud.url.removeprefix("http://")
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith("rackspace-images/")
    assert not {"cookie", "accept-encoding", "connection"} & set(request.headers)


def test_response_has_the_time_that_it_took(cloud: Cloud) -> None:
    """For a direct user of the client's httpx client too, as httpx's own responses have it."""
    with generated_client(cloud.api_key(), region="ord") as made:
        response = made.get_httpx_client().request("get", f"/images/{IMAGE_ID}")
    assert timedelta(0) < response.elapsed < timedelta(seconds=10 + SLACK)


def test_header_of_the_user_is_sent_after_with_headers(cloud: Cloud, user: User) -> None:
    """Beside ours, which it does not replace."""
    with user.client(cloud.api_key(), region="ord") as made:
        user.get(
            made.with_headers({"X-Trace": "7", "Host": "evil.example.com", "User-Agent": "mine", "Accept": "text/html"})
        )
    headers = cloud.asked[0].headers
    assert (headers["x-trace"], headers["accept"]) == ("7", "application/json")
    assert "evil" not in headers["host"]
    assert headers["user-agent"].startswith("rackspace-images/")


def test_error_is_ours(cloud: Cloud, user: User, change: Any) -> None:
    """With all that it knows, whichever httpx client stands between."""
    cloud.image = answer(404, {"itemNotFound": {"code": 404, "message": "No."}}, X_Compute_Request_Id="req-1")
    with user.client(cloud.api_key(), region="ord") as made, pytest.raises(errors.ImageNotFound) as caught:
        user.get(change(made))
    error = caught.value
    assert (error.region, error.image_id, error.attempts, error.request_id) == ("ORD", IMAGE_ID, 1, "req-1")
    assert error.endpoint == f"{cloud.url}/ord/v2/820712"
    assert "token-1" not in everything(error)


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"image": 7}', b'{"image": {"id": "7"}}'])
def test_success_that_is_no_image_is_malformed(cloud: Cloud, user: User, change: Any, body: bytes) -> None:
    """Generated code never sees it."""
    cloud.image = answer(200, body)
    with user.client(cloud.api_key()) as made, pytest.raises(errors.MalformedResponse):
        user.get(change(made))


def test_retries_hold(user: User, change: Any, serve: Serve) -> None:
    """As for the facade: a limit, a server that fails, and a token that has expired."""
    responses = [
        answer(429, {"overLimit": {"code": 429}}, Retry_After="0.01"),
        answer(503, b""),
        answer(401, b""),
        image(IMAGE_ID),
    ]

    def respond(request: Request) -> bytes:
        return token(server.url) if request.path.endswith("/tokens") else responses.pop(0)

    server = serve(answering(respond))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with user.client(key, retry=FAST) as made:
        assert isinstance(user.get(change(made)), ImageEnvelope)
    assert len([request for request in server.requests if request.path.endswith("/tokens")]) == 2
    assert responses == []


def test_deadline_holds(user: User, change: Any, serve: Serve) -> None:
    """Over all attempts, whatever the timeout is."""
    server = serve(answering(answer(503, b"")))
    began = time.monotonic()
    with user.client(
        StaticToken("t"), endpoint=server.endpoint, deadline=0.3, retry=Retry(attempts=99, backoff=0.05)
    ) as made:
        with pytest.raises((errors.ServiceUnavailable, errors.RequestTimeout)) as caught:
            user.get(change(made))
    assert time.monotonic() - began < 0.3 + SLACK
    assert (caught.value.attempts or 0) >= len(server.requests) > 1


@pytest.mark.parametrize("by", ["with_timeout", "options"])
def test_timeout_holds(user: User, by: str, serve: Serve) -> None:
    """That of the client, and that of `with_timeout`."""
    server = serve(lambda line: line.hold())
    options: dict[str, Any] = {"timeout": 0.2} if by == "options" else {}
    with user.client(StaticToken("t"), endpoint=server.endpoint, retry=None, **options) as made:
        began = time.monotonic()
        with pytest.raises(errors.RequestTimeout):
            user.get(made if options else made.with_timeout(httpx.Timeout(0.2)))
        assert time.monotonic() - began < 0.2 + SLACK


def test_bounds_hold(user: User, change: Any, serve: Serve) -> None:
    """A body that is too large is not read."""
    server = serve(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"))
    with user.client(StaticToken("t"), endpoint=server.endpoint, retry=None) as made:
        with pytest.raises(errors.ResponseTooLarge):
            user.get(change(made))


def test_threads_share_a_client(cloud: Cloud, change: Any) -> None:
    """And its sign-in; each gets its own image."""
    ids = [UUID(int=number + 2**100) for number in range(50)]
    with generated_client(cloud.api_key()) as made, ThreadPoolExecutor(8) as pool:
        changed = change(made)
        found: list[Any] = list(pool.map(lambda one: get_image.sync(client=changed, image_id=one), ids))
    assert [one.image.id for one in found] == [str(one) for one in ids]
    assert len(cloud.logins) == 1


def test_tasks_share_a_client(cloud: Cloud, change: Any) -> None:
    """And its sign-in; each gets its own image."""
    ids = [UUID(int=number + 2**100) for number in range(50)]

    async def get_all() -> list[Any]:
        async with generated_client(cloud.api_key()) as made:
            changed = change(made)
            return await asyncio.gather(*(get_image.asyncio(client=changed, image_id=one) for one in ids))

    assert [one.image.id for one in asyncio.run(get_all())] == [str(one) for one in ids]
    assert len(cloud.logins) == 1


def test_both_halves_share_a_sign_in(cloud: Cloud) -> None:
    """One after the other; closing one leaves the other."""
    with asyncio.Runner() as runner, User(runner).client(cloud.api_key()) as made:
        assert User(runner).get(made).image.id == User(None).get(made).image.id == IMAGE_ID
        runner.run(made.get_async_httpx_client().aclose())
        assert User(None).get(made).image.id == IMAGE_ID
    assert len(cloud.logins) == 1


def test_pages_are_listed_with_their_queries(user: User, change: Any, serve: Serve) -> None:
    """The other operation of the document; its parameters arrive."""
    server = serve(answering(answer(200, {"images": [{"id": IMAGE_ID}]})))
    with user.client(StaticToken("t"), endpoint=server.endpoint) as made:
        page = user.list(change(made), limit=3, name="a b&c")
    assert isinstance(page, ImagePage)
    assert isinstance(page.images, list)
    (request,) = server.requests
    assert dict(httpx.URL(f"http://x{request.path}").params) == {"limit": "3", "name": "a b&c"}


@pytest.mark.parametrize("written", ["{}", "{}/", "{}//"])
def test_endpoint_may_be_written_in_other_ways(user: User, change: Any, written: str, serve: Serve) -> None:
    """As for the facade: upper case in the host, a slash at the end."""
    server = serve(answering(image()))
    endpoint = written.format(server.endpoint.replace("127.0.0.1", "LocalHost"))
    with user.client(StaticToken("t"), endpoint=endpoint) as made:
        assert user.get(change(made)).image.id == IMAGE_ID
    assert {request.path for request in server.requests} == {f"/v2/820712/images/{IMAGE_ID}"}


# Leaving a `with` block.


def test_with_block_closes_the_client(cloud: Cloud) -> None:
    """A use after it says so, and a second block is no error of httpx's."""
    user, made = User(None), generated_client(cloud.api_key())
    with made as client:
        user.get(client)
    with pytest.raises(errors.ClientClosed):
        user.get(made)
    with made, pytest.raises(errors.ClientClosed):
        user.get(made)


def test_async_with_block_closes_the_client(cloud: Cloud) -> None:
    """As for threads."""

    async def blocks() -> None:
        made = generated_client(cloud.api_key())
        async with made as client:
            await get_image.asyncio(client=client, image_id=ID)
        with pytest.raises(errors.ClientClosed):
            await get_image.asyncio(client=made, image_id=ID)
        async with made:
            with pytest.raises(errors.ClientClosed):
                await get_image.asyncio(client=made, image_id=ID)

    asyncio.run(blocks())


def test_with_block_may_follow_a_use_and_be_entered_twice(cloud: Cloud) -> None:
    """httpx's own client would raise a `RuntimeError`."""
    user, made = User(None), generated_client(cloud.api_key())
    user.get(made)
    with made, made:
        assert user.get(made).image.id == IMAGE_ID


def test_with_block_of_a_changed_client_leaves_the_other_usable(cloud: Cloud) -> None:
    """The client that it was made from is the one to close."""
    user = User(None)
    with user.client(cloud.api_key()) as made:
        with made.with_headers({"X-Trace": "7"}) as changed:
            user.get(changed)
            user.get(changed)
        assert user.get(made).image.id == IMAGE_ID
        made.get_httpx_client().close()
        with pytest.raises(errors.ClientClosed):
            user.get(made.with_timeout(httpx.Timeout(5.0)))
    assert len(cloud.logins) == 1


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_client_with_a_transport_has_the_half_that_it_is_for(is_async: bool) -> None:
    """The other says which it lacks."""
    found = httpx.Response(200, json={"image": {"id": IMAGE_ID}})

    class ForThreads(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return found

    class ForTasks(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return found

    given = ForTasks() if is_async else ForThreads()
    made = generated_client(StaticToken("t"), endpoint="https://compute.example.com/v2/1", transport=given)
    with asyncio.Runner() as runner:
        users = [User(None), User(runner)]
        assert users[is_async].get(made).image.id == IMAGE_ID
        with pytest.raises(errors.ConfigError, match="transport"):
            users[not is_async].get(made)


# What is no operation of the document.


NO_IDS = [
    "..",
    ".",
    "../x",
    "..%2Fx",
    "%2e%2e",
    "%2F",
    "",
    "x",
    f"{IMAGE_ID}%2Fmetadata",
    f"{IMAGE_ID}#fragment",
    f"{IMAGE_ID}\n",
    f"%20{IMAGE_ID}",
    IMAGE_ID.replace("e", "%65"),
]
NO_PATHS = [
    "",
    "/",
    "/images",
    "/limits",
    "/servers/detail",
    f"/images/{IMAGE_ID}/metadata",
    "/images/detail/",
    "/images/detail/../x",
    f"/images//{IMAGE_ID}",
    f"images/{IMAGE_ID}",
    f"/images/../images/{IMAGE_ID}",
    f"//evil.example.com/images/{IMAGE_ID}",
    f"http://evil.example.com/images/{IMAGE_ID}",
    f"https://evil.example.com/v2/820712/images/{IMAGE_ID}",
    f"http://evil.example.com@127.0.0.1/images/{IMAGE_ID}",
    f"https://endpoint.invalid.evil.example.com/images/{IMAGE_ID}",
]


@pytest.mark.parametrize("path", [*(f"/images/{one}" for one in NO_IDS), *NO_PATHS])
def test_path_that_is_no_operation_is_refused(cloud: Cloud, user: User, path: str) -> None:
    """Before anything is sent: the token would go to another resource, or another host."""
    with user.client(cloud.api_key()) as made:
        with pytest.raises((errors.ConfigError, errors.InvalidImageId)):
            user.request(made, "get", path)
    assert cloud.requests == []


@pytest.mark.parametrize("path", [*(f"/images/{one}" for one in NO_IDS), *NO_PATHS])
def test_path_that_is_no_operation_goes_nowhere_through_httpx(cloud: Cloud, user: User, path: str) -> None:
    """httpx reads it first, which may make an operation of it: then that is what is sent, to the endpoint alone."""
    with user.client(cloud.api_key()) as made:
        with contextlib.suppress(errors.ConfigError, errors.InvalidImageId, httpx.InvalidURL):
            user.request(made.with_headers({"X-Trace": "7"}), "get", path)
    assert {request.path for request in cloud.requests} <= {IMAGE_PATH, "/identity/v2.0/tokens"}


def test_absolute_url_is_refused_though_it_is_the_endpoints(cloud: Cloud) -> None:
    """`request` takes the paths of the document."""
    endpoint = f"{cloud.url}/dfw/v2/820712"
    with generated_client(StaticToken("t"), endpoint=endpoint) as made:
        with pytest.raises(errors.ConfigError):
            made.get_httpx_client().request("get", f"{endpoint}/images/{IMAGE_ID}")
        built = made.get_httpx_client().build_request("GET", f"http://evil.example.com/images/{IMAGE_ID}")
        with pytest.raises(errors.ConfigError):
            made.get_httpx_client().send(built)
    assert cloud.requests == []


@pytest.mark.parametrize("method", ["post", "delete", "head"])
@pytest.mark.parametrize("path", [f"/images/{IMAGE_ID}", "/images/detail"])
def test_method_that_is_no_operation_is_refused(cloud: Cloud, user: User, method: str, path: str) -> None:
    """An image is not deleted by a client that only reads, and nothing is sent twice that changes something."""
    with user.client(cloud.api_key()) as made:
        for client in (made, made.with_headers({"X-Trace": "7"})):
            with pytest.raises(errors.ConfigError):
                user.request(client, method, path)
    assert cloud.requests == []


@pytest.mark.parametrize("written", [IMAGE_ID.upper(), IMAGE_ID.replace("-", ""), f"{IMAGE_ID}?x=1"])
def test_id_is_sent_in_its_canonical_form(cloud: Cloud, user: User, change: Any, written: str) -> None:
    """Servers answer 404 to others."""
    with user.client(cloud.api_key()) as made:
        assert user.request(change(made), "get", f"/images/{written}").status_code == 200
    assert [request.path for request in cloud.asked] == [IMAGE_PATH]


@pytest.mark.parametrize("image_id", ["..", "../x", "..%2Fx", IMAGE_ID + "/metadata", ""])
def test_operation_with_an_id_that_is_no_uuid_is_refused(cloud: Cloud, user: User, image_id: Any) -> None:
    """Though mypy says so already."""
    with user.client(cloud.api_key()) as made, pytest.raises(errors.InvalidImageId):
        user.get(made, image_id)
    assert cloud.requests == []


def test_redirect_takes_the_token_nowhere(user: User, change: Any, serve: Serve) -> None:
    """It is not followed, whatever it says."""
    other = serve(answering(its_image))
    moved = answer(302, b"", Location=f"{other.endpoint}/images/{IMAGE_ID}")
    server = serve(answering(moved))
    with user.client(StaticToken("t"), endpoint=server.endpoint, retry=None) as made:
        with pytest.raises(errors.UnexpectedStatus):
            user.get(change(made))
    assert other.requests == []


@pytest.mark.parametrize("name", ["X-Auth-Token", "x-auth-token", "Host", "Content-Length", "Transfer-Encoding"])
def test_header_that_is_ours_cannot_be_given_to_request(cloud: Cloud, user: User, name: str) -> None:
    """It has no effect, and no header is sent twice."""
    with user.client(cloud.api_key()) as made:
        for client in (made, made.with_headers({"X-Trace": "7"})):
            response = user.request(client, "get", f"/images/{IMAGE_ID}", headers={name: "7"})
            assert response.status_code == 200
    assert [request.headers["x-auth-token"] for request in cloud.asked] == ["token-1"] * 2


def test_repr_shows_neither_token_nor_key(cloud: Cloud, change: Any) -> None:
    """Before and after the sign-in."""
    user, proxy = User(None), "http://demo:proxy-geheim@127.0.0.1:9"
    with user.client(cloud.api_key(), proxy=proxy) as made:
        told = [repr(made), repr(change(made))]
        changed = change(made)
        user.get(changed)
        client = changed.get_httpx_client()
        told += [repr(made), repr(changed), repr(vars(client)), repr(client.headers), repr(made.get_httpx_client())]
    for secret in (SECRET, "token-1", "proxy-geheim"):
        assert secret not in " ".join(told)
