"""The fast engine's reader of HTTP, beside h11's: whatever the bytes, and however they are cut."""

from __future__ import annotations

from itertools import pairwise

import h11
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rackspace_images.engine import Options, Stage, origin
from rackspace_images.errors import ConnectionFailed
from rackspace_images.http1 import FastRoute, Reader, target
from rackspace_images.proxies import Proxies
from rackspace_images.slots import Route
from rackspace_images.tls import Tls
from rackspace_images.transport import Send

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: a\r\nContent-Length: 5\r\nX: 1\r\nx: 2\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX-Late: 1\r\n\r\n"
TO_THE_END = b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhello"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
NONE = b"HTTP/1.1 204 No Content\r\n\r\n"
GOOD = [LENGTH, CHUNKED, TO_THE_END, EARLY + LENGTH, EARLY * 2 + CHUNKED, NONE]

Read = tuple[int, bytes] | None


def read(*parts: bytes) -> Read:
    """Status and body of what comes in parts and then ends; None where that is no answer."""
    reader = Reader()
    try:
        for part in parts:
            if part and not reader.done:
                reader.feed(part)
        if not reader.done:
            reader.feed(b"")
    except ConnectionFailed:
        return None
    assert reader.done
    assert reader.body is not None
    body = reader.body.whole()
    return (reader.status, body) if isinstance(body, bytes) else None


def read_by_h11(sent: bytes) -> Read:
    """The same, by the reader of the plain install."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    status, body = 0, b""
    connection.receive_data(sent)
    at_end = False
    try:
        while True:
            event = connection.next_event()
            match event:
                case h11.Response():
                    status = event.status_code
                case h11.Data():
                    body += event.data
                case h11.EndOfMessage():
                    return status, body
                case h11.NEED_DATA if not at_end:
                    connection.receive_data(b"")
                    at_end = True
                case h11.InformationalResponse():
                    pass
                case _:
                    return None
    except h11.RemoteProtocolError:
        return None


@given(st.sampled_from(GOOD), st.lists(st.integers(0, 160), max_size=6))
def test_it_is_the_same_however_it_is_cut(sent: bytes, cuts: list[int]) -> None:
    """Byte by byte, or in any parts."""
    parts = [sent[begin:end] for begin, end in pairwise([0, *sorted(cuts), len(sent)])]
    whole = (204, b"") if sent == NONE else (200, b"hello")
    assert read(*parts) == whole == read(sent) == read(*(bytes([byte]) for byte in sent)) == read_by_h11(sent)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_answer_are_refused(sent: bytes) -> None:
    """As a failed connection, and as nothing else."""
    assert read(sent) == read_by_h11(sent)


edits = st.lists(
    st.tuples(st.integers(0, 120), st.integers(0, 8), st.sampled_from([b"", b"\r", b"\n", b"\r\n", b" ", b"\0", b":"]))
    | st.tuples(st.integers(0, 120), st.integers(0, 8), st.binary(max_size=5)),
    min_size=1,
    max_size=3,
)


@given(st.sampled_from(GOOD), edits)
@example(LENGTH, [(33, 0, b"Transfer-Encoding: chunked\r\n")])
@example(LENGTH, [(33, 0, b"Content-Length: 4\r\n")])
def test_what_it_reads_h11_reads_alike_or_not_at_all(sent: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    """Good answers with bytes taken out, put in and changed: nobody between finds two answers where we find one."""
    for begin, length, other in changes:
        sent = sent[:begin] + other + sent[begin + length :]
    found, theirs = read(sent), read_by_h11(sent)
    assert None in (found, theirs) or found == theirs


@pytest.mark.parametrize(
    ("sent", "keep", "surplus"),
    [
        (LENGTH, True, False),
        (CHUNKED, True, False),
        (NONE, True, False),
        (LENGTH.replace(b"X: 1", b"Connection: close"), False, False),
        (LENGTH.replace(b"1.1", b"1.0"), False, False),
        (LENGTH.replace(b"1.1", b"1.0").replace(b"X: 1", b"Connection: keep-alive"), True, False),
        (LENGTH + b"H", True, True),
        (LENGTH + LENGTH, True, True),
        (LENGTH + b"junk", True, True),
        (CHUNKED + EARLY, True, True),
    ],
)
def test_whether_the_connection_can_be_kept(sent: bytes, *, keep: bool, surplus: bool) -> None:
    """Not after its end was announced, nor with anything behind the answer."""
    reader = Reader()
    reader.feed(sent)
    assert (reader.done, reader.keep, reader.surplus) == (True, keep, surplus)


def test_one_reader_reads_one_answer_after_the_other() -> None:
    """Each from its own beginning."""
    reader = Reader()
    for sent in (LENGTH, CHUNKED, NONE, LENGTH):
        reader.begin()
        stages = [reader.stage]
        for part in (sent[:20], sent[20:]):
            reader.feed(part)
            stages.append(reader.stage)
        assert stages == [Stage.WAITING, Stage.HEADERS, Stage.BODY]
        assert (reader.done, reader.surplus) == (True, False)
    assert reader.fields.get("X") == "1, 2"


@pytest.mark.parametrize("line", [b"X: " + b"y" * 300_000, b"X: y\r\n" * 50_000], ids=["one", "many"])
@pytest.mark.parametrize(
    "before", [b"HTTP/1.1 200 OK\r\n", CHUNKED[: CHUNKED.index(b"X-Late")]], ids=["head", "trailer"]
)
def test_headers_without_end_are_not_read_to_their_end(before: bytes, line: bytes) -> None:
    """An identity with signed tokens sends some 10 KB. Nor are those that may follow a body."""
    reader = Reader()

    def feed() -> None:
        for part in (before, *(line[at : at + 1000] for at in range(0, len(line), 1000))):
            reader.feed(part)

    with pytest.raises(ConnectionFailed, match="headers are too long"):
        feed()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@example("/a/../b")
@example("/a/./b?x=/../y")
@example("/%2e%2e/ü?q=a b")
def test_a_target_is_written_as_httpx_writes_it(path: str) -> None:
    """Without a second reading of URLs: what is not plainly the same is handed to httpx."""
    url = f"https://example.com/{path}"
    try:
        wanted = httpx.URL(url).raw_path.decode("ascii")
    except httpx.InvalidURL:
        return
    if "#" not in path:
        assert target(Send("GET", url, {})) == wanted


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://example.com/v2", "example.com:443"),
        ("https://example.com:8774", "example.com:8774"),
        ("https://[::1]:8774/v2", "[::1]:8774"),
    ],
)
def test_a_tunnel_is_asked_for_by_host_and_port(url: str, there: str) -> None:
    """An IPv6 address in brackets."""
    key = origin(Send("GET", url, {}))
    route = FastRoute(Route(key, Options(Tls(True, None), Proxies(httpx.Proxy("http://u:p@proxy.example.com:3128")))))
    lines = route.connect().decode().split("\r\n")
    tunnelled = "Proxy-Authorization: Basic dTpw" in lines
    assert lines[:2] == [f"CONNECT {there} HTTP/1.1", f"Host: {there}"]
    assert tunnelled is route.tunnels
