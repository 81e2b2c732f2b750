"""A SOCKS5 proxy: what it says is read to the byte and in time, and its connections are kept as all others are."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import trustme
from faults.ways import Way, is_a, within
from faulty import IMAGE_ID, Faulty, Line, Script, Serve, answering, image, its_image
from hypothesis import given
from hypothesis import strategies as st
from over_tls import context, over_tls
from proxying import _pump
from rackspace_images.errors import ConfigError, ConnectionFailed, ImagesError, RequestTimeout
from rackspace_images.http.proxies import socks_handshake

USER, PASSWORD = b"demo", b"proxy-geheim"
LIMIT = 0.8
ENDPOINT = "http://compute.example.com/v2/1"


def socks(
    to: int, *, asked: list[bytes], reply: bytes = b"\x05\0\0\x01\x7f\0\0\x01\0\x01", parts: int = 99
) -> Callable[[Line], None]:
    """A proxy for `USER` that connects to the port `to` of loopback, whatever it is asked for, or refuses.

    `reply`: to the request for a connection; `parts`: how many bytes of a reply are sent at once.
    """

    def script(line: Line) -> None:
        def send(data: bytes) -> None:
            for start in range(0, len(data), parts):
                line.send(data[start : start + parts])
                time.sleep(0.005 if parts < len(data) else 0)

        _, methods = line.stream.read(2)
        assert 2 in line.stream.read(methods)
        send(b"\x05\x02")
        line.stream.read(1)
        user = line.stream.read(line.stream.read(1)[0])
        password = line.stream.read(line.stream.read(1)[0])
        if (user, password) != (USER, PASSWORD):
            send(b"\x01\x01")
            return
        send(b"\x01\x00")
        kind = line.stream.read(4)[3]
        length = {1: 4, 4: 16}.get(kind) or line.stream.read(1)[0]
        asked.append(line.stream.read(length))
        line.stream.read(2)
        send(reply)
        if reply[1]:
            return
        with socket.create_connection(("127.0.0.1", to)) as other:
            back = threading.Thread(target=_pump, args=(other, line.sock), daemon=True)
            back.start()
            _pump(line.sock, other)
            back.join(5)

    return script


def url_of(proxy: Faulty, *, scheme: str = "socks5", password: bytes = PASSWORD) -> str:
    return f"{scheme}://{USER.decode()}:{password.decode()}@127.0.0.1:{proxy.port}"


def error_through(way: Way, proxy: Faulty, endpoint: str = ENDPOINT, url: str = "", **options: Any) -> Any:
    """What one get through a proxy ends in; the proxy sees its connection closed."""
    error = way.error(endpoint, proxy=url or url_of(proxy), allow_http=True, **options)
    assert proxy.deserted()
    assert PASSWORD.decode() not in str(error) + repr(error.__dict__)
    return error


# httpx knows this scheme since 0.28.
@pytest.mark.parametrize("scheme", ["socks5", *(["socks5h"] if httpx.__version__ >= "0.28" else [])])
def test_socks_proxy_leads_to_a_server_over_tls(way: Way, scheme: str, serve: Serve) -> None:
    """Signed in at the proxy; the name is looked up by it, and the connection is kept."""
    ca, asked, trusting = trustme.CA(), list[bytes](), ssl.create_default_context()
    ca.configure_trust(trusting)
    server = serve(over_tls(context(ca.issue_cert("compute.example.com")), answering(image())))
    proxy = serve(socks(server.port, asked=asked))
    endpoint = "https://compute.example.com/v2/1"
    with way.client(endpoint, proxy=url_of(proxy, scheme=scheme), verify=trusting) as images:
        assert [images.get().id for _ in range(3)] == [IMAGE_ID] * 3
    assert proxy.deserted()
    assert asked == [b"compute.example.com"]


@pytest.mark.parametrize(
    "reply",
    [
        b"\x05\0\0\x01\x7f\0\0\x01\0\x01",
        b"\x05\0\0\x03\x00\0\x01",
        b"\x05\0\0\x03\x09localhost\0\x01",
        b"\x05\0\0\x04" + b"\0" * 18,
    ],
    ids=["IPv4", "no name", "name", "IPv6"],
)
@pytest.mark.parametrize("parts", [1, 3, 99])
def test_socks_reply_is_read_in_however_many_parts_it_comes(way: Way, reply: bytes, parts: int, serve: Serve) -> None:
    """To the last byte, and not one of the response that follows."""
    asked = list[bytes]()
    server = serve(answering(its_image))
    script = socks(server.port, asked=asked, reply=reply, parts=parts)
    with Faulty(script) as it, way.client(ENDPOINT, proxy=url_of(it), allow_http=True, retry=None) as images:
        assert [images.get().id for _ in range(2)] == [IMAGE_ID] * 2
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("host", "sent"),
    [("192.0.2.1", bytes([192, 0, 2, 1])), ("[2001:db8::1]", b"\x20\x01\x0d\xb8" + b"\0" * 11 + b"\1")],
    ids=["IPv4", "IPv6"],
)
def test_socks_proxy_is_asked_for_an_address_as_an_address(way: Way, host: str, sent: bytes) -> None:
    """Not as a name of its characters."""
    asked = list[bytes]()
    with Faulty(answering(its_image)) as server, Faulty(socks(server.port, asked=asked)) as proxy:
        assert way.get(f"http://{host}/v2/1", proxy=url_of(proxy), allow_http=True)
    assert asked == [sent]


@pytest.mark.parametrize(
    ("code", "words", "retryable"),
    [
        (1, "its reply is 1", True),
        (2, "its rules forbid it", False),
        (3, "no network", True),
        (4, "no way to the host", True),
        (5, "the connection was refused", True),
        (7, "its reply is 7", False),
        (255, "its reply is 255", True),
    ],
)
def test_socks_proxy_that_makes_no_connection_is_told(
    way: Way, code: int, words: str, retryable: bool, serve: Serve
) -> None:
    """With the reason that it gives. Nothing was sent to the server."""
    proxy = serve(socks(0, asked=[], reply=bytes([5, code, 0, 1]) + b"\0" * 6))
    error = error_through(way, proxy)
    assert is_a(error, ConnectionFailed)
    assert (error.message, error.sent) == (f"the proxy made no connection: {words}", False)
    assert error.retryable is retryable


def test_socks_proxy_that_refuses_the_password_is_told(way: Way, serve: Serve) -> None:
    """It is not asked again."""
    proxy = serve(socks(0, asked=[]))
    error = error_through(way, proxy, url=url_of(proxy, password=b"wrong"))
    assert is_a(error, ConnectionFailed)
    assert (error.message, error.retryable) == ("the proxy refused the user and password", False)


ODD: dict[str, bytes] = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "SOCKS4": b"\x00\x5a",
    "no method": b"\x05\xff",
    "a method that was not offered": b"\x05\x01",
    "nothing": b"",
    "half a reply": b"\x05",
    "garbage after the method": b"\x05\x02\x09\x09",
    "garbage after the sign-in": b"\x05\x02\x01\x00garbage that is no reply",
    "an unknown kind of address": b"\x05\x02\x01\x00\x05\x00\x00\x09\x01",
    "half an address": b"\x05\x02\x01\x00\x05\x00\x00\x01\x7f",
}


@pytest.mark.parametrize("sent", ODD.values(), ids=ODD)
def test_socks_proxy_that_is_none_is_a_failed_connection(way: Way, sent: bytes, serve: Serve) -> None:
    """Whatever it says before it hangs up."""

    def script(line: Line) -> None:
        line.send(sent)
        line.sock.shutdown(socket.SHUT_WR)
        line.hold()

    proxy = serve(script)
    error = error_through(way, proxy)
    assert is_a(error, ConnectionFailed)
    assert error.message.startswith("the proxy ")
    assert not error.sent


def silent_after(sent: bytes) -> Script:
    def script(line: Line) -> None:
        line.send(sent)
        line.hold()

    return script


def dripping(line: Line) -> None:
    line.send(b"\x05\x02\x01\x00\x05\x00\x00\x03\xff")
    line.drip(b"x" * 255)
    line.hold()


HELD_UP: dict[str, Script] = {
    "at once": silent_after(b""),
    "within the method": silent_after(b"\x05"),
    "at the sign-in": silent_after(b"\x05\x02"),
    "at the connection": silent_after(b"\x05\x02\x01\x00"),
    "within the reply": silent_after(b"\x05\x02\x01\x00\x05\x00"),
    "in drips": dripping,
}


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
@pytest.mark.parametrize("script", HELD_UP.values(), ids=HELD_UP)
def test_socks_proxy_that_holds_up_a_connection_is_left_in_time(
    way: Way, script: Script, limit: str, serve: Serve
) -> None:
    """The request was not sent, and the error says so."""
    proxy = serve(script)
    limits: dict[str, Any] = {limit: LIMIT}
    error = error_through(way, proxy, **limits)
    assert is_a(error, RequestTimeout)
    assert error.message.startswith("no connection ")
    assert not error.sent


def test_socks_proxy_is_bounded_by_the_connect_time_of_an_httpx_timeout(way: Way, serve: Serve) -> None:
    """It is part of connecting."""
    proxy = serve(silent_after(b"\x05"))
    within(LIMIT, lambda: error_through(way, proxy, timeout=httpx.Timeout(30, connect=LIMIT)))


def test_what_socks_has_no_room_for_is_told(way: Way, serve: Serve) -> None:
    """A user of more than 255 bytes; it is not sent as another."""
    proxy = serve(silent_after(b"\x05\x02"))
    error = error_through(way, proxy, url=f"socks5://{'u' * 300}:{PASSWORD.decode()}@127.0.0.1:{proxy.port}")
    assert is_a(error, ConfigError)


@given(st.lists(st.binary(max_size=30), max_size=8), st.booleans())
def test_socks_handshake_ends_in_a_connection_or_in_an_error_of_ours(replies: list[bytes], has_user: bool) -> None:
    """Whatever is received, in whatever parts; it asks for no byte beyond a reply."""
    proxy = httpx.Proxy(f"socks5://{'u:p@' if has_user else ''}127.0.0.1:1080")
    received, left = bytearray(), b"".join(replies)
    with contextlib.suppress(ImagesError):
        for _, size in socks_handshake(proxy, "compute.example.com", 443, received):
            assert 0 < size <= 257
            received += left[:size]
            left = left[size:]
