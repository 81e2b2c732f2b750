"""Where generated code meets ours: what reaches a generated parser, and what is raised before."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import pickle
import types
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cloud import SECRET, Cloud
from conftest import SOURCE_ID, Get
from faults.ways import Way
from faulty import IMAGE_ID, Faulty, Serve, answering, image, its_image, once, token
from rackspace_identity_api.api.keystone import create_keystone_token
from rackspace_identity_api.api.rackspace import create_rackspace_token
from rackspace_images import ApiKey, AsyncImagesClient, ImagesClient, StaticToken, errors, generated_client
from rackspace_images.http.call import Call
from rackspace_images_api.api.images import get_image, list_images_details
from rackspace_images_api.api.versions import list_versions
from scripted import Request, Scripted, answer

OPERATIONS = {
    "image": get_image,
    "list": list_images_details,
    "versions": list_versions,
    "sign-in": create_rackspace_token,
    "Keystone": create_keystone_token,
}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The operations whose generated parser is called, with the status of the response that it is given."""
    calls: list[tuple[str, int]] = []

    def counted(name: str, parse: Callable[..., Any]) -> Callable[..., Any]:
        def parse_and_count(*, client: Any, response: httpx.Response) -> Any:
            calls.append((name, response.status_code))
            return parse(client=client, response=response)

        return parse_and_count

    for name, module in OPERATIONS.items():
        monkeypatch.setattr(module, "_parse_response", counted(name, module._parse_response))
    return calls


FAULT = {"itemNotFound": {"code": 404, "message": "No."}}
IMAGE = {"image": {"id": SOURCE_ID}}
BAD: dict[str, tuple[int, Any, type[errors.ImagesError]]] = {
    "HTML": (200, b"<html><body>Welcome</body></html>", errors.MalformedResponse),
    "nothing": (200, b"", errors.MalformedResponse),
    "a list": (200, [], errors.MalformedResponse),
    "a fault with 200": (200, FAULT, errors.MalformedResponse),
    "no image": (200, {"image": None}, errors.MalformedResponse),
    "another image": (200, {"image": {"id": SOURCE_ID.replace("e", "f")}}, errors.MalformedResponse),
    "an image without an id": (203, {"image": {"name": "x"}}, errors.MalformedResponse),
    "a status that no one knows": (520, IMAGE, errors.UnexpectedStatus),
    "a success that is not documented": (206, IMAGE, errors.UnexpectedStatus),
    "a redirect": (302, b"", errors.UnexpectedStatus),
    "a fault": (404, FAULT, errors.ImageNotFound),
    "a fault in HTML": (500, b"<html>", errors.ApiFault),
    "a fault of another shape": (403, {"forbidden": ["a"]}, errors.Forbidden),
    "a fault that is a number": (409, b"1e999", errors.ConflictingRequest),
}


@pytest.mark.parametrize("status", [200, 203])
def test_good_response_is_parsed_once_by_generated_code(get: Get, parsed: list[tuple[str, int]], status: int) -> None:
    """The operation does the work."""
    with Scripted([answer(status, IMAGE)]) as server:
        assert get(server.endpoint).id == SOURCE_ID
    assert parsed == [("image", status)]


@pytest.mark.parametrize(("status", "body", "kind"), BAD.values(), ids=BAD)
def test_bad_response_is_raised_before_generated_code_parses(
    get: Get, parsed: list[tuple[str, int]], status: int, body: Any, kind: type[errors.ImagesError]
) -> None:
    """Which cannot take a status that it does not know, HTML, or JSON of another shape."""
    with Scripted([answer(status, body)]) as server, pytest.raises(kind) as caught:
        get(server.endpoint)
    assert type(caught.value) is kind
    assert (caught.value.image_id, caught.value.attempts) == (SOURCE_ID, 1)
    assert parsed == []


@pytest.mark.parametrize("status", [200, 201, 203])
@pytest.mark.parametrize("operation", ["sign-in", "Keystone"])
def test_sign_in_is_parsed_by_its_operation(
    way: Way, parsed: list[tuple[str, int]], operation: str, status: int
) -> None:
    """Each of its good statuses; the image follows."""

    class Identity(Cloud):
        def _login(self, request: Request) -> bytes:
            _, _, rest = super()._login(request).partition(b"\r\n")
            return b"HTTP/1.1 %d OK\r\n" % status + rest

    with Identity() as cloud:
        credentials = cloud.keystone() if operation == "Keystone" else cloud.api_key()
        with way.client(auth=credentials, region="DFW") as images:
            assert images.get().id == IMAGE_ID
    assert parsed == [(operation, status), ("image", 200)]


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (answer(200, b"<html>"), errors.MalformedResponse),
        (answer(200, {"image": {"id": SOURCE_ID}}), errors.MalformedResponse),
        (answer(401, {"unauthorized": {"code": 401}}), errors.AuthenticationFailed),
        (answer(404, b"<html>"), errors.UnexpectedStatus),
        (answer(520, b"{}"), errors.UnexpectedStatus),
        (answer(204), errors.UnexpectedStatus),
    ],
    ids=["HTML", "another document", "refused", "not found", "unknown status", "undocumented success"],
)
def test_bad_sign_in_is_raised_without_the_image(
    way: Way, parsed: list[tuple[str, int]], sent: bytes, kind: type[errors.ImagesError], serve: Serve
) -> None:
    """Where it is a success of another kind, its operation may look at it; nothing but the sign-in is sent."""
    server = serve(answering(sent))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, retry=None) as images:
        assert isinstance(images.error(), kind)
    assert [request.method for request in server.requests] == ["POST"]
    assert {name for name, _ in parsed} <= {"sign-in"}
    assert {status for _, status in parsed} <= {200}


@pytest.mark.parametrize("status", [200, 300])
def test_versions_are_read_from_their_good_statuses(
    way: Way, parsed: list[tuple[str, int]], status: int, serve: Serve
) -> None:
    """An endpoint without a version is asked which it has; OpenStack says 300 to that."""

    def respond(request: Request) -> bytes:
        if request.path.endswith("/tokens"):
            places = [{"region": "DFW", "publicURL": f"{server.url}/compute"}]
            catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": places}]
            return answer(200, {"access": {"token": {"id": "t"}, "serviceCatalog": catalog}})
        if request.path.rstrip("/").endswith("compute"):
            link = {"rel": "self", "href": f"{server.url}/compute/v2.1/"}
            version = {"id": "v2.1", "status": "CURRENT", "links": [link]}
            return answer(status, {"versions": [version]})
        return image(IMAGE_ID)

    server = serve(answering(respond))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key, region="DFW") as images:
        assert images.get().id == IMAGE_ID
    assert server.requests[-1].path == f"/compute/v2.1/images/{IMAGE_ID}"
    assert parsed == [("sign-in", 200), ("versions", status), ("image", 200)]


def test_one_image_of_a_page_that_cannot_be_read_fails_nothing(parsed: list[tuple[str, int]]) -> None:
    """It is taken out before the generated parse, and reported."""
    odd = [{"id": SOURCE_ID}, {"name": "no id"}, 7, {"id": SOURCE_ID, "links": "x", "server": 3}]
    told: list[errors.MalformedResponse] = []
    with Scripted([answer(200, {"images": odd}), answer(200, {"images": []})]) as server:
        with ImagesClient(StaticToken("t"), endpoint=server.endpoint) as images:
            found = list(images.list(on_error=told.append))
    assert [one.id for one in found] == [SOURCE_ID] * 2
    assert len(told) == 2
    assert {name for name, _ in parsed} == {"list"}


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The length of each text that is decoded as JSON."""
    lengths: list[int] = []
    really = json.JSONDecoder.raw_decode

    def raw_decode(self: json.JSONDecoder, s: str, idx: int = 0) -> Any:
        lengths.append(len(s))
        return really(self, s, idx)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", raw_decode)
    return lengths


@pytest.mark.parametrize(
    ("status", "body"), [(200, IMAGE), (404, FAULT), (200, FAULT), (520, FAULT)], ids=["image", "404", "200", "520"]
)
def test_body_is_decoded_once_as_json(get: Get, decoded: list[int], status: int, body: Any) -> None:
    """Not by the check and once more by generated code."""
    with Scripted([answer(status, body)]) as server:
        try:
            get(server.endpoint)
        except errors.ImagesError:
            assert status != 200 or body is FAULT
    assert decoded == [len(json.dumps(body))]


def test_page_is_decoded_once_as_json(decoded: list[int]) -> None:
    """However many images it has."""
    page = {"images": [{"id": SOURCE_ID, "name": str(number)} for number in range(50)]}
    end: dict[str, Any] = {"images": []}
    with (
        Scripted([answer(200, page), answer(200, end)]) as server,
        ImagesClient(StaticToken("t"), endpoint=server.endpoint) as images,
    ):
        assert len(list(images.list())) == 50
    assert decoded == [len(json.dumps(page)), len(json.dumps(end))]


FAILURES: dict[str, Any] = {
    "fault": answering(answer(404, FAULT)),
    "refused token": answering(answer(401, b"")),
    "HTML": answering(answer(200, b"<html>")),
    "not HTTP": once(b"220 mail.example.com ESMTP\r\n"),
    "reset": once(reset=True),
    "half a body": once(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
    "too late": lambda line: line.hold(),
    "too large": once(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"),
}


def reachable(error: BaseException) -> Iterator[Any]:
    """Every object that an error keeps alive, its causes and the frames of its traceback included."""
    seen: set[int] = set()
    left: list[Any] = [error, error.__cause__, error.__context__, error.__traceback__]
    kinds = (type, types.ModuleType, types.FunctionType, types.MethodType, types.BuiltinFunctionType, Way)
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, kinds):
            continue
        seen.add(id(one))
        if isinstance(one, types.FrameType):
            if "rackspace_images" in one.f_code.co_filename or "site-packages" in one.f_code.co_filename:
                left += [value for name, value in one.f_locals.items() if name != "self"]
            continue
        yield one
        left += gc.get_referents(one)


@pytest.mark.parametrize("script", FAILURES.values(), ids=FAILURES)
def test_error_keeps_no_request(get: Get, script: Any) -> None:
    """Whose headers hold the token; and nothing is chained to it."""
    with Faulty(script) as server, pytest.raises(errors.ImagesError) as caught:
        get(server.endpoint, token="geheim-4711", timeout=0.3)
    error = caught.value
    assert (error.__cause__, error.__context__) == (None, None)
    found = list(reachable(error))
    assert not [one for one in found if isinstance(one, httpx.Request)]
    assert not [one for one in found if isinstance(one, httpx.Headers) and "x-auth-token" in one]
    assert b"geheim-4711" not in pickle.dumps(error)


@pytest.mark.parametrize("name", ["user_agent", "token"])
@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\0", "ü", "a\x7f", "\n"])
def test_header_that_http_cannot_hold_is_refused_before_anything_is_sent(
    get: Get, name: str, value: str, serve: Serve
) -> None:
    """What was given is not in the message."""
    server = serve(answering(image()))
    with pytest.raises(errors.ConfigError, match="character that no HTTP header may hold") as caught:
        get(server.endpoint, **{name: value})
    assert server.lines == []
    assert value not in str(caught.value)


@pytest.mark.parametrize("value", ["a b", "a\r\nX-Evil: 1", "ü", ""])
def test_token_of_identity_that_no_header_can_hold_is_malformed(way: Way, value: str) -> None:
    """It reaches no request."""
    with Cloud() as cloud:
        places = [{"region": "DFW", "publicURL": f"{cloud.url}/dfw/v2/1"}]
        catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": places}]
        cloud.login = answer(200, {"access": {"token": {"id": value}, "serviceCatalog": catalog}})
        with way.client(auth=cloud.api_key()) as images:
            assert isinstance(images.error(), errors.MalformedResponse)
        assert cloud.asked == []


def packed(**headers: str) -> bytes:
    """An image in gzip, with headers that speak of how it was sent, and a cookie."""
    content = gzip.compress(json.dumps(IMAGE).encode())
    return answer(200, content, Content_Encoding="gzip", Set_Cookie="session=1", X_Odd="kept", **headers)


def test_response_for_generated_code_is_of_the_decoded_body() -> None:
    """Without headers about how the body was sent, without cookies, and with a request that shows no token."""
    with Scripted([packed()]) as server:
        with generated_client(StaticToken("geheim-4711"), endpoint=server.endpoint) as client:
            detailed = get_image.sync_detailed(client=client, image_id=UUID(SOURCE_ID))
            raw = client.get_httpx_client().request("get", f"/images/{SOURCE_ID}")
        assert [request.headers.get("cookie") for request in server.requests] == [None, None]
    for headers in (detailed.headers, raw.headers):
        # httpx writes the length of the body that it is given.
        assert httpx.Headers(headers).get("content-length") in (None, str(len(json.dumps(IMAGE))))
        assert not {"content-encoding", "transfer-encoding", "set-cookie"} & {name.lower() for name in headers}
        assert headers["X-Odd"] == "kept"
    assert raw.json() == IMAGE
    assert raw.content == detailed.content == json.dumps(IMAGE).encode()
    assert (raw.request.method, str(raw.request.url)) == ("GET", f"{server.endpoint}/images/{SOURCE_ID}")
    assert "x-auth-token" not in raw.request.headers
    assert dict(raw.cookies) == {}


def test_cookie_of_a_server_is_never_sent_back(way: Way, serve: Serve) -> None:
    """Nor one of identity."""

    def respond(request: Request) -> bytes:
        found = token(server.url) if request.path.endswith("/tokens") else image(IMAGE_ID)
        return found.replace(b"\r\nContent-Length", b"\r\nSet-Cookie: session=1; Path=/\r\nContent-Length", 1)

    server = serve(answering(respond))
    key = ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")
    with way.client(auth=key) as images:
        for _ in range(3):
            images.get()
    assert not [request for request in server.requests if "cookie" in request.headers]


def test_request_has_the_headers_of_ours_alone(way: Way, serve: Serve) -> None:
    """Whatever else is installed, such as another decoder, and whatever httpx would add."""
    server = serve(answering(image()))
    with way.client(server.endpoint) as images:
        images.get()
    assert set(server.requests[0].headers) - {"content-length"} == {"host", "accept", "user-agent", "x-auth-token"}


def test_no_call_is_kept_alive_by_a_connection(serve: Serve) -> None:
    """A kept connection holds neither the call that opened it nor its response."""

    async def ask(endpoint: str) -> None:
        async with AsyncImagesClient(StaticToken("t"), endpoint=endpoint) as images:
            await images.get(unique)
            gc.collect()
            alive = [one for one in gc.get_objects() if isinstance(one, Call) and one.image_id == unique]
            assert alive == []

    unique = str(uuid4())
    server = serve(answering(its_image))
    asyncio.run(ask(server.endpoint))


def test_sign_in_that_fails_shows_no_key(way: Way) -> None:
    """The request of a sign-in holds it."""
    with Cloud(login=answer(401, b"")) as cloud:
        with way.client(auth=cloud.api_key()) as images:
            error = images.error()
    found = list(reachable(error))
    assert not [one for one in found if isinstance(one, httpx.Request)]
    assert SECRET.encode() not in pickle.dumps(error)
