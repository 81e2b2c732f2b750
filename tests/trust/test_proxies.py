"""What goes through a proxy, what does not, and what a proxy can do."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import trustme
from faults.ways import TOKEN, Way, is_a, within
from faulty import IMAGE_ID, Faulty, Line, answering, its_image, once
from over_tls import context, over_tls
from proxying import Proxy, lead_to_loopback
from rackspace_images import ApiKey, ImagesClient, errors
from rackspace_images.client.options import proxies_for
from scripted import Request, answer

HOST = "api.example.test"
ENDPOINT = f"https://{HOST}/v2/820712"
PLAIN = f"http://{HOST}/v2/820712"
SECRET = "geheim:4711@proxy"
QUOTED = "geheim%3A4711%40proxy"


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Faulty]:
    """The API, at a name that leads nowhere but through a proxy."""
    with Faulty(over_tls(context(ca.issue_cert(HOST)), answering(its_image))) as running:
        yield running


@pytest.fixture
def options(ca: trustme.CA) -> dict[str, Any]:
    import ssl

    own = ssl.create_default_context()
    ca.configure_trust(own)
    return {"verify": own}


def test_a_proxy_can_be_given(way: Way, server: Faulty, options: dict[str, Any]) -> None:
    """TLS goes through it end to end: it is told host and port, and sees no token."""
    with Proxy(server.port) as proxy:
        assert way.get(ENDPOINT, proxy=proxy.url, **options).id == IMAGE_ID
        assert way.get(ENDPOINT, proxy=f"127.0.0.1:{proxy.port}", **options).id == IMAGE_ID
        assert way.get(ENDPOINT, proxy=httpx.Proxy(proxy.url), **options).id == IMAGE_ID
    assert proxy.asked == [f"{HOST}:443"] * 3
    assert all(request.method == "CONNECT" for request in proxy.requests)
    assert TOKEN.token not in str([request.headers for request in proxy.requests])
    assert [request.headers["x-auth-token"] for request in server.requests] == [TOKEN.token] * 3


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_the_environment_names_a_proxy(
    way: Way, server: Faulty, options: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In upper or lower case, for https or for all."""
    with Proxy(server.port) as proxy:
        monkeypatch.setenv(name, proxy.url)
        assert way.get(ENDPOINT, **options).id == IMAGE_ID
    assert proxy.asked == [f"{HOST}:443"]


def test_what_is_given_goes_before_the_environment(
    way: Way, server: Faulty, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`NO_PROXY` is the environment's too, and says nothing of a proxy that was given."""
    with Proxy(server.port) as proxy, Proxy(server.port) as other:
        monkeypatch.setenv("HTTPS_PROXY", other.url)
        monkeypatch.setenv("NO_PROXY", HOST)
        assert way.get(ENDPOINT, proxy=proxy.url, **options).id == IMAGE_ID
    assert (len(proxy.asked), other.asked) == (1, [])


def test_signing_in_goes_through_it_as_well(way: Way, server: Faulty, options: dict[str, Any]) -> None:
    """The key is not sent around it."""
    key = ApiKey("demo", "key-4711", auth_url=f"https://{HOST}/v2.0")
    with Proxy(server.port) as proxy, way.client(auth=key, proxy=proxy.url, retry=None, **options) as images:
        assert images.error()._signing_in
    assert proxy.asked == [f"{HOST}:443"]
    assert [request.path for request in server.requests] == ["/v2.0/tokens"]


def test_plain_http_is_handed_to_it_whole(way: Way) -> None:
    """No tunnel: the proxy is asked for the URL, which the user wrote with http himself."""
    with Faulty(answering(its_image)) as proxy:
        assert way.get(PLAIN, proxy=proxy.url).id == IMAGE_ID
    assert [request.path for request in proxy.requests] == [f"{PLAIN}/images/{IMAGE_ID}"]


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_proxy_has_its_own_user(
    way: Way,
    server: Faulty,
    options: dict[str, Any],
    by: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """User and password in its URL, which neither server nor log nor `repr` is shown."""
    caplog.set_level(logging.DEBUG)
    with Proxy(server.port, user=f"demo:{SECRET}") as proxy:
        url = f"http://demo:{QUOTED}@127.0.0.1:{proxy.port}"
        if by == "argument":
            options["proxy"] = url
        else:
            monkeypatch.setenv("HTTPS_PROXY", url)
        with way.client(ENDPOINT, **options) as images:
            assert images.get().id == IMAGE_ID
            shown = repr(images.images)
    shown += caplog.text + str([request.headers for request in server.requests])
    for secret in (SECRET, QUOTED, base64.b64encode(f"demo:{SECRET}".encode()).decode()):
        assert secret not in shown


@pytest.mark.parametrize(
    ("entries", "direct"),
    [
        (HOST, True),
        (HOST.upper(), True),
        ("example.test", True),
        (".example.test", True),
        ("*.example.test", True),
        ("other.test, example.test ,", True),
        ("*", True),
        (f"{HOST}:443", True),
        (f"{HOST}:8443", False),
        ("ample.test", False),
        ("api.example", False),
        ("", False),
        ("10.0.0.0/8", False),
    ],
)
def test_no_proxy_names_hosts_and_suffixes(
    way: Way, ca: trustme.CA, options: dict[str, Any], entries: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it names is asked directly, everything else through the proxy."""
    looked_up = lead_to_loopback(monkeypatch, HOST)
    with Proxy(instead=answering(answer(502, b""))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", entries)
        # Nobody listens at port 443 of loopback, or not with this certificate: either way it was asked directly.
        error = way.error(ENDPOINT, **options)
    assert is_a(error, errors.ConnectionFailed)
    assert (proxy.asked == []) is direct
    assert (HOST in looked_up) is direct


@pytest.mark.parametrize(
    ("entries", "host", "direct"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3:443", "10.1.2.3", True),
        ("10.1.2.3:80", "10.1.2.3", False),
        ("10.1.2.0/24,192.168.0.0/16", "192.168.7.1", True),
        ("10.1.2.3/24", "10.1.2.9", True),
        ("fd00::/8", "[fd00::1]", True),
        ("[fd00::1]", "[fd00::1]", True),
        ("[fd00::1]:443", "[fd00::1]", True),
        ("fd00::/8", "[fe80::1]", False),
        ("10.0.0.0/99", "10.1.2.3", False),
        ("0.0.0.0/0", "api.example.test", False),
    ],
)
def test_no_proxy_names_addresses_and_ranges(
    entries: str, host: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ranges are of addresses: a name is not looked up to see whether it is in one."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.test:3128")
    monkeypatch.setenv("NO_PROXY", entries)
    assert (proxies_for(None).of(f"https://{host}") is None) is direct


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_loopback_is_never_asked_through_a_proxy(way: Way, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By address or by name: what is on this machine is nobody else's."""
    with Faulty(answering(its_image)) as server, Proxy(instead=answering(answer(502, b""))) as proxy:
        given = {"proxy": proxy.url} if by == "argument" else {}
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            if by == "environment":
                monkeypatch.setenv(name, proxy.url)
        assert way.get(server.endpoint, **given).id == IMAGE_ID
        assert way.get(server.endpoint.replace("127.0.0.1", "localhost"), **given).id == IMAGE_ID
    assert proxy.requests == []
    for url in ("http://127.8.9.1", "https://[::1]:80", "http://LOCALHOST", "https://api.localhost"):
        assert proxies_for(httpx.Proxy("http://proxy.example.test")).of(url) is None


@pytest.mark.parametrize(
    "given", ["ftp://proxy", "http://", f"http://demo:{QUOTED}@", f"http://demo:{QUOTED}@p:port", 7]
)
def test_what_is_no_proxy_is_told_without_its_password(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument when the client is made, a variable when a request would use it, by the name that was set."""
    with pytest.raises(errors.ConfigError, match=r"^ConfigError: proxy= is not the URL of a proxy") as caught:
        ImagesClient(TOKEN, endpoint=ENDPOINT, proxy=given)
    assert QUOTED not in str(caught.value)
    if isinstance(given, str):
        for name in ("https_proxy", "all_proxy"):
            monkeypatch.setenv(name, given)
            match = rf"^ConfigError: {name.upper()} is not the URL of a proxy"
            with ImagesClient(TOKEN, endpoint=ENDPOINT) as images:
                with pytest.raises(errors.ConfigError, match=match) as caught:
                    images.get(IMAGE_ID)
            assert QUOTED not in str(caught.value)
            monkeypatch.delenv(name)


@pytest.mark.parametrize("variables", [{}, {"NO_PROXY": "*"}], ids=["loopback", "no proxy for all"])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_proxy_that_cannot_be_used_does_not_matter_where_no_proxy_is_used(
    way: Way, name: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Desktops set `all_proxy=socks://…`, which no library understands."""
    for variable, value in {name: "socks://127.0.0.1:1080/", **variables}.items():
        monkeypatch.setenv(variable, value)
    with Faulty(answering(its_image)) as server:
        assert way.get(server.endpoint).id == IMAGE_ID


def quoting(request: Request) -> bytes:
    """A refusal that says what it was sent, where anybody looks."""
    said = request.headers.get("proxy-authorization", "nothing")
    return answer(403, said.encode(), reason=said, X_Said=said)


@pytest.mark.parametrize(
    ("instead", "words", "retryable"),
    [
        (answering(answer(407, b"", Proxy_Authenticate="Basic realm=x")), "407 Proxy Authentication Required", False),
        (answering(quoting), "403 Forbidden", False),
        (answering(answer(502, b"<html>")), "502 Bad Gateway", True),
        (answering(answer(503, b"", Retry_After="3600")), "503 Service Unavailable", True),
        (answering(answer(599, b"")), "599", True),
    ],
    ids=["407", "403 that quotes", "502", "503", "599"],
)
def test_a_proxy_that_refuses(way: Way, instead: Any, words: str, retryable: bool) -> None:
    """Its status is told, not its words, which may hold the password; only what may pass is tried again."""
    with Proxy(instead=instead) as proxy:
        url = f"http://demo:{QUOTED}@127.0.0.1:{proxy.port}"
        error = way.error(ENDPOINT, proxy=url)
    assert is_a(error, errors.ConnectionFailed)
    assert str(error).startswith(f"ConnectionFailed: the proxy answered {words} ")
    assert "; try: check the proxy, its user and password" in str(error)
    assert (error.retryable, error.sent) == (retryable, False)
    for secret in (SECRET, QUOTED, base64.b64encode(f"demo:{SECRET}".encode()).decode()):
        assert secret not in str(error) + repr(error.__dict__)


def test_a_proxys_407_is_not_tried_again(way: Way) -> None:
    """The same user and password are refused again; some proxies lock a user out."""
    with Proxy(instead=answering(answer(407, b""))) as proxy, way.client(ENDPOINT, proxy=proxy.url) as images:
        assert images.error().attempts == 1
    assert len(proxy.requests) == 1


def holding(line: Line) -> None:
    line.request()
    line.hold()


def dripping(line: Line) -> None:
    line.request()
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.drip(b"X-More: yes\r\n" * 1000)


@pytest.mark.parametrize("instead", [Line.hold, holding, dripping], ids=["says nothing", "holds", "drips"])
def test_a_proxy_that_hangs_hangs_nobody(way: Way, instead: Any) -> None:
    """`timeout=` and `deadline=` end what a proxy does, as anything else."""
    with Proxy(instead=instead) as proxy:
        for limit in ({"timeout": 0.3}, {"timeout": None, "deadline": 0.3}):
            found: list[Any] = []

            def ask(limit: Any = limit, found: list[Any] = found) -> None:
                found.append(way.error(ENDPOINT, proxy=proxy.url, **limit))

            within(0.3, ask)
            assert is_a(found[0], errors.RequestTimeout)
            assert not found[0].sent


@pytest.mark.parametrize(
    "instead",
    [
        answering(b"garbage\r\n\r\n"),
        once(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        lambda line: None,
        Line.reset,
    ],
    ids=["garbage", "an answer of its own", "hangs up", "resets"],
)
def test_a_proxy_that_lies_is_not_believed(way: Way, options: dict[str, Any], instead: Any) -> None:
    """What comes back that is not TLS from the server ends in an error, and no token is sent."""
    with Proxy(instead=instead) as proxy:
        error = way.error(ENDPOINT, proxy=proxy.url, **options)
    assert is_a(error, errors.ConnectionFailed)
    assert TOKEN.token not in str([request.headers for request in proxy.requests])


def test_a_proxy_that_plays_the_server_gets_no_token(way: Way, ca: trustme.CA, options: dict[str, Any]) -> None:
    """A tunnel that ends at another server is caught by its certificate."""
    with Faulty(over_tls(context(trustme.CA().issue_cert(HOST)), answering(its_image))) as other:
        with Proxy(other.port) as proxy:
            error = way.error(ENDPOINT, proxy=proxy.url, **options)
    assert "certificate verify failed" in str(error)
    assert (error.retryable, other.requests) == (False, [])


def test_a_proxy_is_spoken_to_over_tls(way: Way, server: Faulty, ca: trustme.CA, options: dict[str, Any]) -> None:
    """An https:// proxy shows a certificate as well, and is refused without a good one."""
    for issuer, good in ((ca, True), (trustme.CA(), False)):
        proxy = Proxy(server.port)
        proxy.script = over_tls(context(issuer.issue_cert("127.0.0.1")), proxy.script)
        with proxy:
            with way.client(ENDPOINT, proxy=f"https://127.0.0.1:{proxy.port}", retry=None, **options) as images:
                outcome = images.outcome()
        assert (getattr(outcome, "id", None) == IMAGE_ID) is good, outcome
        assert (proxy.requests != []) is good
