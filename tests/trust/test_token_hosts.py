"""Where a token goes: to hosts that the catalog names, or the user; every other host is watched."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from cloud import rackspace
from faults.ways import TOKEN, Way, is_a
from faulty import IMAGE_ID, Faulty, answering, its_image
from over_tls import context, over_tls
from proxying import lead_to_loopback
from rackspace_images import ApiKey, ImagesClient, StaticToken, errors
from scripted import Request, answer

API = "api.example.test"
OTHER = "other.example.test"
KEY = "key-4711"
SECRETS = (TOKEN.token, KEY, "token-1")


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    lead_to_loopback(monkeypatch, API, OTHER)


@pytest.fixture
def options(ca: trustme.CA) -> dict[str, Any]:
    own = ssl.create_default_context()
    ca.configure_trust(own)
    return {"verify": own, "retry": None}


@pytest.fixture(scope="module")
def tls(ca: trustme.CA) -> ssl.SSLContext:
    return context(ca.issue_cert(API, OTHER, "127.0.0.1"))


@pytest.fixture
def other() -> Iterator[Faulty]:
    """A host that nobody named, over plain http: whatever it is asked is caught."""
    with Faulty(answering(its_image)) as caught:
        yield caught


@pytest.fixture
def other_tls(tls: ssl.SSLContext) -> Iterator[Faulty]:
    """The same with a good certificate."""
    with Faulty(over_tls(tls, answering(its_image))) as caught:
        yield caught


def signed_in(*places: tuple[str, str]) -> bytes:
    """A sign-in whose catalog has compute at these places."""
    return answer(
        200,
        {
            "access": {
                "token": {"id": "token-1", "expires": "2999-01-01T00:00:00Z"},
                "serviceCatalog": rackspace(dict(places)),
                "user": {"RAX-AUTH:defaultRegion": places[0][0]},
            }
        },
    )


def identity(tls: ssl.SSLContext | None, *answers: bytes | Callable[[Request], bytes]) -> Faulty:
    return Faulty(over_tls(tls, answering(*answers)) if tls is not None else answering(*answers))


def key(server: Faulty, scheme: str = "https", host: str = API) -> ApiKey:
    return ApiKey("demo", KEY, auth_url=f"{scheme}://{host}:{server.port}/v2.0")


def got(server: Faulty) -> str:
    """Everything that a server was sent."""
    return "".join(f"{request.path} {request.headers} {request.body!r}" for request in server.requests)


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308])
@pytest.mark.parametrize(
    "where", ["the same host", "another port", "another host", "http", "no scheme", "another https"]
)
def test_no_redirect_is_followed(
    way: Way,
    status: int,
    where: str,
    other: Faulty,
    other_tls: Faulty,
    tls: ssl.SSLContext,
    options: dict[str, Any],
) -> None:
    """Not even to the same host: a compute API does not redirect, so somebody else has answered."""
    location = {
        "the same host": f"/v2/820712/images/{IMAGE_ID}?again",
        "another port": f"https://{API}:{other_tls.port}/v2/820712/images/{IMAGE_ID}",
        "another host": f"https://{OTHER}:{other_tls.port}/v2/820712/images/{IMAGE_ID}",
        "another https": f"https://127.0.0.1:{other_tls.port}/",
        "http": f"http://{API}:{other.port}/v2/820712/images/{IMAGE_ID}",
        "no scheme": f"//{OTHER}:{other.port}/v2/820712/images/{IMAGE_ID}",
    }[where]
    redirecting = over_tls(tls, answering(answer(status, b"", Location=location), its_image))
    with Faulty(redirecting) as server:
        error = way.error(f"https://{API}:{server.port}/v2/820712", **options)
    assert is_a(error, errors.UnexpectedStatus)
    assert error.status_code == status
    assert len(server.requests) == 1
    assert other.requests + other_tls.requests == []


@pytest.mark.parametrize("status", [200, 201, 404, 401])
def test_a_location_beside_another_status_is_nothing(
    way: Way, status: int, other: Faulty, other_tls: Faulty, tls: ssl.SSLContext, options: dict[str, Any]
) -> None:
    """`Location`, `Content-Location`, `Refresh`, `Link` and `Alt-Svc` lead nowhere."""
    there = f"https://{OTHER}:{other_tls.port}/"
    leading = answer(
        status,
        {"image": {"id": IMAGE_ID, "links": [{"rel": "self", "href": f"http://{OTHER}:{other.port}/"}]}},
        Location=there,
        Content_Location=there,
        Refresh=f"0; url={there}",
        Link=f"<{there}>; rel=self",
        Alt_Svc=f'h2="{OTHER}:{other_tls.port}"',
    )
    with Faulty(over_tls(tls, answering(leading))) as server:
        with way.client(f"https://{API}:{server.port}/v2/820712", **options) as images:
            images.outcome()
            images.outcome()
    assert other.requests + other_tls.requests == []


def test_identitys_redirect_gets_no_key(
    way: Way, other: Faulty, other_tls: Faulty, tls: ssl.SSLContext, options: dict[str, Any]
) -> None:
    """Credentials are not sent where identity points to either."""
    for status in (301, 307, 308):
        for location in (f"http://{API}:{other.port}/v2.0/tokens", f"https://{OTHER}:{other_tls.port}/v2.0/tokens"):
            with identity(tls, answer(status, b"", Location=location)) as server:
                with way.client(auth=key(server), **options) as images:
                    assert is_a(images.error(), errors.UnexpectedStatus)
            assert len(server.requests) == 1
    assert other.requests + other_tls.requests == []


@pytest.mark.parametrize("host", [API, OTHER, "127.0.0.1", "localhost"])
def test_an_https_sign_in_never_leads_to_http(
    way: Way, host: str, other: Faulty, tls: ssl.SSLContext, options: dict[str, Any]
) -> None:
    """Wherever the catalog points, loopback included; the error says how to allow it."""
    with identity(tls, signed_in(("DFW", f"http://{host}:{other.port}/v2/1"))) as server:
        with way.client(auth=key(server), **options) as images:
            error = images.error()
    assert is_a(error, errors.InsecureUrl)
    assert "allow_http=True" in str(error)
    assert other.requests == []
    assert len(server.requests) == 1


def test_a_catalog_is_read_anew_and_checked_anew(
    way: Way, other: Faulty, other_tls: Faulty, tls: ssl.SSLContext, options: dict[str, Any]
) -> None:
    """A renewed token's catalog may say http where the first said https: its token stays."""
    refusing = answering(answer(401, b""))
    good = signed_in(("DFW", f"http://{API}:{other.port}/v2/1"))
    with Faulty(over_tls(tls, refusing)) as compute:
        first = signed_in(("DFW", f"https://{API}:{compute.port}/v2/1"))
        with identity(tls, first, good) as server, way.client(auth=key(server), **options) as images:
            assert is_a(images.error(), errors.InsecureUrl)
    assert len(server.requests) == 2
    assert other.requests + other_tls.requests == []


def test_allow_http_allows_it(way: Way, other: Faulty, tls: ssl.SSLContext, options: dict[str, Any]) -> None:
    """Who says so gets what he asked for."""
    with identity(tls, signed_in(("DFW", f"http://{OTHER}:{other.port}/v2/1"))) as server:
        with way.client(auth=key(server), allow_http=True, **options) as images:
            assert images.get().id == IMAGE_ID
    assert other.requests[0].headers["x-auth-token"] == "token-1"


def test_who_writes_http_gets_http(way: Way, other: Faulty) -> None:
    """A URL that the user gave with http, for the sign-in or as `endpoint=`, is meant so."""
    assert way.get(f"http://{OTHER}:{other.port}/v2/1").id == IMAGE_ID
    with identity(None, signed_in(("DFW", f"http://{OTHER}:{other.port}/v2/1"))) as server:
        with way.client(auth=key(server, "http"), retry=None) as images:
            assert images.get().id == IMAGE_ID
    assert [request.headers["x-auth-token"] for request in other.requests] == [TOKEN.token, "token-1"]


def test_the_token_goes_to_one_host_alone(
    way: Way, other: Faulty, other_tls: Faulty, tls: ssl.SSLContext, options: dict[str, Any]
) -> None:
    """Not to the catalog's other services and regions, and the key to identity alone."""
    with Faulty(over_tls(tls, answering(its_image))) as compute:
        places = (
            ("DFW", f"https://{API}:{compute.port}/v2/1"),
            ("ORD", f"https://{OTHER}:{other_tls.port}/v2/1"),
            ("SYD", f"http://{OTHER}:{other.port}/v2/1"),
        )
        with identity(tls, signed_in(*places)) as server, way.client(auth=key(server), **options) as images:
            assert images.get().id == IMAGE_ID
    assert other.requests + other_tls.requests == []
    assert KEY in got(server)
    assert "token-1" not in got(server)
    assert "token-1" in got(compute)
    assert KEY not in got(compute)


def test_endpoint_goes_before_the_catalog(
    way: Way, other_tls: Faulty, tls: ssl.SSLContext, options: dict[str, Any]
) -> None:
    """The user's `endpoint=` gets the token, and what the catalog names does not."""
    with Faulty(over_tls(tls, answering(its_image))) as compute:
        with identity(tls, signed_in(("DFW", f"https://{OTHER}:{other_tls.port}/v2/1"))) as server:
            with way.client(f"https://{API}:{compute.port}/v2/1", auth=key(server), **options) as images:
                assert images.get().id == IMAGE_ID
    assert "token-1" in got(compute)
    assert other_tls.requests == []


def test_versions_are_asked_for_without_a_token(
    way: Way, tls: ssl.SSLContext, options: dict[str, Any], other_tls: Faulty
) -> None:
    """Where the catalog's URL names no version; the links of the answer are not followed."""

    def compute(request: Request) -> bytes:
        if "/images/" in request.path:
            return its_image(request)
        href = f"https://{OTHER}:{other_tls.port}/v2.1/"
        return answer(300, {"versions": [{"id": "v2.1", "links": [{"rel": "self", "href": href}]}]})

    with Faulty(over_tls(tls, answering(compute))) as server:
        with identity(tls, signed_in(("DFW", f"https://{API}:{server.port}"))) as asked:
            with way.client(auth=key(asked), **options) as images:
                assert images.get().id == IMAGE_ID
    assert ["x-auth-token" in request.headers for request in server.requests] == [False, True]
    assert other_tls.requests == []


def test_a_next_page_stays_where_it_is(way: Way, tls: ssl.SSLContext, options: dict[str, Any], other: Faulty) -> None:
    """Of a page's `next` link the marker is read, not the host."""
    first = {
        "images": [{"id": IMAGE_ID}],
        "images_links": [{"rel": "next", "href": f"http://{OTHER}:{other.port}/v2/1/images/detail?marker={IMAGE_ID}"}],
    }
    with Faulty(over_tls(tls, answering(answer(200, first), answer(200, {"images": []})))) as server:
        with way.client(f"https://{API}:{server.port}/v2/1", **options) as images:
            listed = images.run(_all) if way.is_async else list(images.images.list(page_size=1))
    assert [image.id for image in listed] == [IMAGE_ID]
    assert len(server.requests) == 2
    assert other.requests == []


async def _all(images: Any) -> list[Any]:
    return [image async for image in images.list(page_size=1)]


@pytest.mark.parametrize(
    "image_id",
    [
        "../servers/x",
        "..%2fservers",
        "//other.example.test/x",
        f"{IMAGE_ID}/../../x",
        f"{IMAGE_ID}?x",
        f"{IMAGE_ID}#",
        "",
    ],
)
def test_an_id_leads_nowhere(way: Way, image_id: str, other: Faulty) -> None:
    """Whoever owns the id cannot send the token to another path or host: nothing is sent."""
    with way.client(f"http://{OTHER}:{other.port}/v2/1") as images:
        assert is_a(images.error(image_id), errors.InvalidImageId)
    assert other.requests == []


@pytest.mark.parametrize(
    "endpoint",
    [
        f"https://{API}\\@{OTHER}/v2",
        f"https://{API}%2f@{OTHER}/v2",
        f"https://user:pass@{OTHER}/v2",
        f"https://{API}#@{OTHER}/",
        f"https://{API}?@{OTHER}/",
        f"https:///{OTHER}/v2",
        f"javascript://{OTHER}/v2",
        f"https://{API}/v2\r\nX-Evil: 1",
        f"https://{API}\t/v2",
        f"https://{API}\\.{OTHER}/v2",
        f"https://{API} /v2",
        f"https://{API}\u2028/v2",
    ],
)
def test_an_endpoint_of_two_minds_is_refused(endpoint: str) -> None:
    """A URL that two readers take for two hosts is none; what parses it is what connects."""
    with pytest.raises(errors.ConfigError) as caught:
        ImagesClient(StaticToken("t"), endpoint=endpoint)
    assert "pass@" not in str(caught.value)


def test_a_scheme_is_written_in_any_case(way: Way, tls: ssl.SSLContext, options: dict[str, Any]) -> None:
    """HTTPS is https."""
    with Faulty(over_tls(tls, answering(its_image))) as server:
        assert way.get(f"HTTPS://{API}:{server.port}/v2/1", **options).id == IMAGE_ID
        with identity(tls, signed_in(("DFW", f"HtTpS://{API}:{server.port}/v2/1"))) as asked:
            upper = ApiKey("demo", KEY, auth_url=f"HTTPS://{API}:{asked.port}/v2.0")
            with way.client(auth=upper, **options) as images:
                assert images.get().id == IMAGE_ID
        with identity(tls, signed_in(("DFW", f"HTTP://{API}:{server.port}/v2/1"))) as asked:
            with way.client(auth=key(asked), **options) as images:
                assert is_a(images.error(), errors.InsecureUrl)
