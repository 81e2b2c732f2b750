"""Servers that quote what they were sent, in every kind of response and to every kind of call."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from cloud import rackspace
from faults.ways import WAYS, Way
from faulty import IMAGE_ID, Line
from proxying import Proxy
from rackspace_images import ApiKey, Image, Password, client_auth, errors, generated_client
from rackspace_images.auth.redaction import LEFT_OUT
from rackspace_images_api.api.images import get_image
from scripted import Request, Scripted, answer
from telling import everything

TOKEN = "gAAAAABm-" + "aZ0_b-" * 30 + "=="
KEY = "7d9c5c5a4fc54e3f9d64d1d5a3c8f6b2"
PASSWORD = "geheim-4711"

Quote = Callable[[str], bytes]
"""What a server that was sent a secret responds."""

FAULT = {"message": "…", "code": 403}
RESPONSES: dict[str, Quote] = {
    "echo of headers": lambda sent: answer(200, {"headers": {"X-Auth-Token": sent, "Host": "x"}}),
    "HTML": lambda sent: answer(200, f"<html><p>X-Auth-Token: {sent}</p></html>".encode()),
    "id of an image": lambda sent: answer(200, {"image": {"id": sent}, "images": [{"id": sent}]}),
    "image": lambda sent: answer(200, {"image": sent, "images": sent}),
    "body": lambda sent: answer(200, sent.encode()),
    "fault in a success": lambda sent: answer(200, {"forbidden": {"message": f"No: {sent}.", "code": 403}}),
    "key of the fault": lambda sent: answer(403, {sent: FAULT}),
    "key of the fault in a success": lambda sent: answer(200, {sent: FAULT}),
    "words of the fault": lambda sent: answer(403, {"forbidden": {"message": f"No {sent}", "details": sent}}),
    "escapes": lambda sent: answer(
        403, ('{"forbidden": {"message": "' + "".join(f"\\u{ord(one):04x}" for one in sent) + '"}}').encode()
    ),
    "percent and base64": lambda sent: answer(
        500, {"computeFault": {"message": f"{quote(sent)} {base64.b64encode(f'demo:{sent}'.encode()).decode()}"}}
    ),
    "UTF-16": lambda sent: answer(200, json.dumps({"x": sent}).encode("utf-16")),
    "Content-Encoding": lambda sent: answer(200, b"x", Content_Encoding=sent),
    "request id": lambda sent: answer(404, b"", X_Compute_Request_Id=f"req-1 {sent}", X_Openstack_Request_Id=sent),
    "reason": lambda sent: answer(503, b"", reason=f"Busy {sent}"),
    "Retry-After": lambda sent: answer(503, b"", Retry_After=sent, X_Debug=f"Token {sent}"),
    "no HTTP": lambda sent: f"X-Auth-Token: {sent}\r\n\r\n".encode(),
}


@dataclass
class Secrets:
    """What one sign-in uses."""

    auth: Callable[[str], Any]
    proof: str

    @property
    def both(self) -> tuple[str, ...]:
        return (self.proof, TOKEN)


SIGN_INS = {
    "key": Secrets(lambda url: ApiKey("demo", KEY, auth_url=url), KEY),
    "short password": Secrets(lambda url: Password("demo", PASSWORD, auth_url=url), PASSWORD),
}


def login(url: str, regions: dict[str, str] | None = None) -> bytes:
    catalog = rackspace(regions or {"DFW": f"{url}/v2/820712"})
    return answer(
        200, {"access": {"token": {"id": TOKEN}, "serviceCatalog": catalog, "user": {"RAX-AUTH:defaultRegion": "DFW"}}}
    )


@contextlib.contextmanager
def quoting(reply: Callable[[Request, Scripted], bytes | None]) -> Iterator[Scripted]:
    """A cloud in which `reply` takes some of the requests."""

    def respond(request: Request) -> bytes:
        return reply(request, server) or login(server.url)

    with Scripted(respond) as server:
        yield server


def to_compute(write: Quote) -> Callable[[Request, Scripted], bytes | None]:
    """Compute quotes the token."""
    return lambda request, _: None if "tokens" in request.path else write(request.headers.get("x-auth-token", ""))


async def drained(iterator: Any) -> list[Any]:
    return [item async for item in iterator]


def listed(images: Any, is_async: bool, told: list[Any]) -> Any:
    pages = images.list(on_error=told.append)
    return drained(pages) if is_async else list(pages)


CALLS: dict[str, Callable[[Any, bool, list[Any]], Any]] = {
    "get": lambda images, *_: images.get(IMAGE_ID),
    "list": listed,
    "get_many": lambda images, is_async, _: (drained if is_async else list)(images.get_many([IMAGE_ID])),
    "locate": lambda images, *_: images.locate(IMAGE_ID),
    "wait": lambda images, _, told: images.wait_until_active(IMAGE_ID, timeout=0, grace=0, on_progress=told.append),
}


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that was logged at DEBUG, by whomever, as text, as arguments and as records."""
    caplog.set_level(logging.DEBUG)
    names = ("connection", "http11", "http2", "proxy", "socks")
    for name in ("httpx", "rackspace_images", *(f"httpcore.{part}" for part in names)):
        caplog.set_level(logging.DEBUG, logger=name)
    return lambda: caplog.text + "".join(f"{record.__dict__}" for record in caplog.records)


def errors_in(found: Any) -> Iterator[errors.ImagesError]:
    """The errors in what a call gave."""
    if isinstance(found, errors.ImagesError):
        yield found
    members = found if isinstance(found, list | tuple) else [*getattr(found, "failed", {}).values()]
    for item in members:
        yield from errors_in(item)


def none_is_in(secrets: tuple[str, ...], text: str) -> None:
    """Fails where a text has one, however it is written, or half of one."""
    for secret in secrets:
        coded = base64.b64encode(f"demo:{secret}".encode()).decode()
        for written in (secret, secret[: len(secret) // 2], secret[len(secret) // 2 :], quote(secret), coded):
            assert written not in text, written
        assert f"\\u{ord(secret[0]):04x}\\u{ord(secret[1]):04x}\\u{ord(secret[2]):04x}" not in text


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("write", RESPONSES.values(), ids=RESPONSES)
def test_no_call_shows_a_token_that_is_quoted(
    way: Way, write: Quote, call: Callable[..., Any], logs: Callable[[], str]
) -> None:
    """Not in errors raised or given, with their frames and pickles, attempts, progress and logs."""
    told: list[Any] = []
    with quoting(to_compute(write)) as server:
        auth = ApiKey("demo", KEY, auth_url=f"{server.url}/v2.0")
        with way.client(auth=auth, retry=None, on_attempt=told.append) as images:
            try:
                found = images.run(lambda client: call(client, way.is_async, told))
            except errors.ImagesError as error:
                found = error
    failures = [*errors_in([found, *told]), *(one.error for one in told if getattr(one, "error", None))]
    assert failures
    shown = "".join(map(everything, failures)) + repr(told)
    none_is_in((KEY, TOKEN), shown + logs())


@pytest.mark.parametrize("secrets", SIGN_INS.values(), ids=SIGN_INS)
@pytest.mark.parametrize("write", RESPONSES.values(), ids=RESPONSES)
def test_no_sign_in_shows_what_was_sent(way: Way, write: Quote, secrets: Secrets, logs: Callable[[], str]) -> None:
    """Identity quotes the key, or a password that is short: its words are left out then."""
    told: list[Any] = []
    with quoting(lambda *_: write(secrets.proof)) as server:
        error = _sign_in_error(way, secrets.auth(f"{server.url}/v2.0"), told)
    none_is_in((secrets.proof,), everything(error) + repr(told) + logs())


def _sign_in_error(way: Way, auth: Any, told: list[Any]) -> errors.ImagesError:
    with way.client(auth=auth, retry=None, on_attempt=told.append) as images:
        found = images.error()
        assert isinstance(found, errors.ImagesError)
        return found


@pytest.mark.parametrize("write", RESPONSES.values(), ids=RESPONSES)
def test_no_generated_client_shows_a_token(way: Way, write: Quote, logs: Callable[[], str]) -> None:
    """The errors of its operations are ours."""
    with quoting(to_compute(write)) as server:
        client = generated_client(ApiKey("demo", KEY, auth_url=f"{server.url}/v2.0"), retry=None)
        with pytest.raises(errors.ImagesError) as caught:
            _get_generated(client, way)
    none_is_in((KEY, TOKEN), everything(caught.value) + logs())


def _get_generated(client: Any, way: Way) -> None:
    async def get() -> None:
        async with client.get_async_httpx_client():
            await get_image.asyncio_detailed(UUID(IMAGE_ID), client=client)

    if way.is_async:
        asyncio.run(get())
    else:
        with client:
            get_image.sync_detailed(UUID(IMAGE_ID), client=client)


@pytest.mark.parametrize("write", RESPONSES.values(), ids=RESPONSES)
def test_no_log_of_a_client_with_our_sign_in_shows_a_token(way: Way, write: Quote, logs: Callable[[], str]) -> None:
    """`client_auth`: the response is its user's, and httpx's and httpcore's logs of it go through the filter."""
    with quoting(to_compute(write)) as server:
        auth = client_auth(ApiKey("demo", KEY, auth_url=f"{server.url}/v2.0"))
        with contextlib.suppress(httpx.HTTPError):
            if way.is_async:
                asyncio.run(_get_signed(auth, f"{server.endpoint}/images/{IMAGE_ID}"))
            else:
                with httpx.Client(auth=auth) as client:
                    client.get(f"{server.endpoint}/images/{IMAGE_ID}")
        assert TOKEN in {request.headers.get("x-auth-token") for request in server.requests}
    none_is_in((KEY, TOKEN), logs())


async def _get_signed(auth: Any, url: str) -> None:
    async with httpx.AsyncClient(auth=auth) as client:
        await client.get(url)


def regions(images: Any, *_: object) -> Any:
    return images.regions()


def called(call: Callable[..., Any], way: Way, told: list[Any], images: Any) -> Any:
    return call(images, way.is_async, told)


CATALOGS: dict[str, Callable[[str, str], dict[str, str]]] = {
    "name": lambda url, secret: {secret: f"{url}/v2/1"},
    "names": lambda url, secret: {"B": f"{url}/v2/1", f"the {secret}": f"{url}/v2/2"},
    "URL": lambda url, secret: {"DFW": f"{url}/v2/1/{secret}"},
    "URL, percent": lambda url, secret: {"DFW": f"{url}/v2/1/%{ord(secret[0]):02x}{secret[1:]}"},
    "no URL": lambda url, secret: {"DFW": f"ftp://{secret}/v2"},
    "versions": lambda url, secret: {"DFW": f"{url}/{secret}"},
}


@pytest.mark.parametrize("secret", [KEY, TOKEN], ids=["key", "token"])
@pytest.mark.parametrize("make", CATALOGS.values(), ids=CATALOGS)
def test_no_catalog_shows_a_secret(
    way: Way, make: Callable[[str, str], dict[str, str]], secret: str, logs: Callable[[], str]
) -> None:
    """As a region's name or in a URL: requests go there, and what is shown of it is masked."""
    told: list[Any] = []

    def reply(request: Request, server: Scripted) -> bytes | None:
        if "tokens" in request.path:
            return login(server.url, make(server.url, secret))
        return answer(200, {"image": {"id": IMAGE_ID, "name": "x"}, "images": []})

    with quoting(reply) as server:
        auth = ApiKey("demo", KEY, auth_url=f"{server.url}/v2.0")
        with way.client(auth=auth, retry=None, on_attempt=told.append) as images:
            shown = []
            for call in (*CALLS.values(), regions):
                try:
                    found = images.run(partial(called, call, way, told))
                except errors.ImagesError as error:
                    found = error
                shown += [repr(found), repr(getattr(found, "response", None)), *map(everything, errors_in(found))]
            shown += [repr(images.images), f"{images.images.region} {images.images.endpoint}"]
    none_is_in((secret,), "".join(shown) + repr(told) + logs())


def test_a_catalog_that_quotes_still_works(way: Way) -> None:
    """Requests go to the URL as the catalog has it."""
    with quoting(lambda *_: None) as server:

        def reply(request: Request) -> bytes:
            if "tokens" in request.path:
                return login(server.url, {KEY: f"{server.url}/v2/{KEY}"})
            return answer(200, {"image": {"id": IMAGE_ID, "name": KEY}})

        server.answers = reply
        with way.client(auth=ApiKey("demo", KEY, auth_url=f"{server.url}/v2.0")) as images:
            image = images.get()
            assert images.images.endpoint == f"{server.url}/v2/***"
        assert server.requests[-1].path == f"/v2/{KEY}/images/{IMAGE_ID}"
    assert image.name == KEY
    assert image.to_dict() == {"id": IMAGE_ID, "name": KEY}
    assert image.response is not None
    assert image.response.region == "***"


STATUSES: dict[str, dict[str, Any]] = {
    "status": {"status": f"BAD {TOKEN}"},
    "progress": {"status": "SAVING", "progress": f"{TOKEN}"},
    "object": {"status": {"is": TOKEN}, "progress": [TOKEN]},
    "fault": {"status": "ERROR", "fault": {"message": f"denied for {TOKEN}"}},
    "deleted": {"status": "DELETED", "fault": TOKEN},
}


@pytest.mark.parametrize("members", STATUSES.values(), ids=STATUSES)
def test_no_wait_says_a_secret(way: Way, members: dict[str, Any], logs: Callable[[], str]) -> None:
    """In its error's words, its frames or its progress; the image that it carries is as it was received."""
    told: list[Any] = []
    with quoting(to_compute(lambda _: answer(200, {"image": {"id": IMAGE_ID, **members}}))) as server:
        with way.client(auth=ApiKey("demo", KEY, auth_url=f"{server.url}/v2.0"), retry=None) as images:
            with pytest.raises(errors.NotActive) as caught:
                images.run(lambda client: client.wait_until_active(IMAGE_ID, timeout=0, on_progress=told.append))
    error = caught.value
    assert isinstance(error.image, Image)
    assert error.image.to_dict() == {"id": IMAGE_ID, **members}
    error.image = None
    said = "".join(f"{progress.status} {progress.percent}" for progress in told)
    none_is_in((TOKEN,), everything(error) + said + logs())


def test_the_class_of_an_error_is_decided_before_its_secrets_are_masked(way: Way) -> None:
    """A key of the fault that is the password is still the key that it is."""
    fault = answer(404, {"itemNotFound": {"code": 404, "message": "Image not found."}})
    with quoting(to_compute(lambda _: fault)) as server:
        with way.client(auth=Password("demo", "itemNotFound", auth_url=f"{server.url}/v2.0"), retry=None) as images:
            error = images.error()
    assert isinstance(error, errors.ImageNotFound)
    assert error.message == LEFT_OUT
    assert "itemNotFound" not in str(error) + repr(error) + repr(error.__dict__) + repr(pickle.dumps(error))


def test_a_known_sentence_with_a_password_in_it_is_left_out(way: Way) -> None:
    """*** in its place would give it away; the message says why it is not there."""
    fault = answer(403, {"forbidden": {"code": 403, "message": "The account is expired."}})
    with quoting(to_compute(lambda _: fault)) as server:
        with way.client(auth=Password("demo", "expired", auth_url=f"{server.url}/v2.0"), retry=None) as images:
            error = images.error()
    assert (error.status_code, error.fault, error.message, error.body) == (403, "forbidden", LEFT_OUT, b"")
    assert "account" not in str(error)
    assert "left out" in str(error)


@pytest.mark.parametrize("password", ["proxy-geheim-4711-0815", "geheim"])
def test_no_password_of_a_proxy_is_shown_that_a_server_quotes(way: Way, password: str, logs: Callable[[], str]) -> None:
    """As it is, or as `Proxy-Authorization` has it."""
    basic = base64.b64encode(f"demo:{password}".encode()).decode()
    said = answer(403, {"forbidden": {"code": 403, "message": f"Proxy-Authorization: Basic {basic} ({password})"}})

    def reply(line: Line) -> None:
        line.request()
        line.send(said)

    with Scripted([said]) as server, Proxy(instead=reply) as proxy:
        url = f"http://demo:{password}@127.0.0.1:{proxy.port}"
        found = [
            way.error("http://compute.example.test/v2/1", auth=_static(), proxy=url, allow_http=True),
            way.error(server.endpoint, auth=_static(), proxy=url),
        ]
    none_is_in((password,), "".join(map(everything, found)) + logs())
    assert basic not in logs() + "".join(map(everything, found))
    assert {type(error) for error in found} == {errors.Forbidden}


def _static() -> Any:
    from rackspace_images import StaticToken

    return StaticToken(TOKEN)


def test_no_password_of_a_certificate_is_shown_that_a_server_quotes(way: Way, tmp_path: Any, ca: Any) -> None:
    """The third part of `cert=`."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    password = "cert-geheim-4711-0815"
    cert = ca.issue_cert("client")
    key = load_pem_private_key(cert.private_key_pem.bytes(), None)
    (tmp_path / "key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    )
    cert.cert_chain_pems[0].write_to_path(tmp_path / "cert")
    said = answer(403, {"forbidden": {"code": 403, "message": f"no {password}"}})
    with Scripted([said]) as server:
        given = (str(tmp_path / "cert"), str(tmp_path / "key"), password)
        error = way.error(server.endpoint, auth=_static(), cert=given)
    assert error.message == "no ***"
    none_is_in((password,), everything(error))


def test_an_earlier_token_stays_a_secret(way: Way, logs: Callable[[], str]) -> None:
    """After a renewal too."""
    first, second = "first-token-0123456789", "second-token-0123456789"
    given = iter((first, second))

    def reply(request: Request, server: Scripted) -> bytes:
        if "tokens" in request.path:
            return login(server.url).replace(TOKEN.encode(), next(given).encode().ljust(len(TOKEN), b"-"))
        if first in request.headers["x-auth-token"]:
            return answer(401, b"")
        return answer(200, f"{first.ljust(len(TOKEN), '-')} {request.headers['x-auth-token']}".encode())

    with quoting(reply) as server:
        with way.client(auth=ApiKey("demo", KEY, auth_url=f"{server.url}/v2.0"), retry=None) as images:
            error = images.error()
    assert isinstance(error, errors.MalformedResponse)
    assert error.body == b"*** ***"
    none_is_in((first, second), everything(error) + logs())
