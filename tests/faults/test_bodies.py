"""Bodies: bounded as sent and as decoded, and hostile in every way, over a real socket."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from faulty import IMAGE_ID, Faulty, Line, Script, Serve, answering, chunked, image
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rackspace_images import Image, errors
from scripted import answer

from .ways import Way, check, is_a

SMALL = 4096
BODY = json.dumps({"image": {"id": IMAGE_ID, "name": "ü"}}).encode()
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that is soon reached."""
    monkeypatch.setattr("rackspace_images.image.MAX_IMAGE_BYTES", SMALL)


def endless(*, chunks: bool) -> Script:
    """A body that goes on for as long as it is read."""

    def script(line: Line) -> None:
        line.request()
        line.send(CHUNKS + b"\r\n" if chunks else b"HTTP/1.1 200 OK\r\n\r\n")
        piece = b" " * 1000
        while True:
            line.send(chunked(piece)[:-5] if chunks else piece)

    return script


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def encoded(encoding: str, body: bytes) -> bytes:
    return answer(200, body, Content_Encoding=encoding, X_Compute_Request_Id="req-7")


TOO_LARGE: dict[str, Script] = {
    "Content-Length": answering(answer(200, BODY + b" " * SMALL)),
    "Content-Length alone": answering(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
    "chunks without end": endless(chunks=True),
    "no end": endless(chunks=False),
    "gzip": answering(encoded("gzip", gzipped(BODY + b" " * 10 * SMALL))),
    "deflate": answering(encoded("deflate", zlib.compress(BODY + b" " * 10 * SMALL))),
    "a fault": answering(answer(404, b" " * 2 * SMALL)),
}


@pytest.mark.parametrize("script", TOO_LARGE.values(), ids=TOO_LARGE)
@pytest.mark.usefixtures("small")
def test_a_body_that_no_image_has_is_not_read_to_its_end(way: Way, script: Script) -> None:
    """`ResponseTooLarge` as soon as that is known, with the status, and not asked for again."""
    with Faulty(script) as server, way.client(server.endpoint) as images:
        error = images.error()
        assert server.deserted()
    assert is_a(error, errors.ResponseTooLarge)
    assert error.message == f"the body has more than {SMALL} bytes"
    assert (error.retryable, error.attempts, len(server.requests)) == (False, 1, 1)
    assert error.status_code in (200, 404)
    assert error.url.startswith(server.endpoint)


def test_a_gzip_bomb_does_not_unfold(way: Way, serve: Serve) -> None:
    """256 MiB in a few hundred kilobytes: refused at the limit, with the memory of the limit and no more."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    zeros = bytes(1 << 20)
    bomb = b"".join([*(packer.compress(zeros) for _ in range(256)), packer.flush()])
    server = serve(answering(encoded("gzip", bomb)))
    tracemalloc.start()
    try:
        error = way.error(server.endpoint)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert is_a(error, errors.ResponseTooLarge)
    assert most < 8 << 20


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzipped(BODY)),
        ("GZIP", gzipped(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("identity", BODY),
        ("", BODY),
    ],
)
def test_an_encoding_that_is_known_is_read(way: Way, encoding: str, body: bytes, serve: Serve) -> None:
    """gzip and deflate."""
    server = serve(answering(encoded(encoding, body)))
    assert way.get(server.endpoint).name == "ü"


@pytest.mark.parametrize("encoding", ["utf-8", "none", "UTF-8, identity", "binary"])
def test_an_encoding_that_is_unknown_is_none_where_the_body_is_json(way: Way, encoding: str, serve: Serve) -> None:
    """Some servers name a charset there; no compression makes a body that begins like an object."""
    server = serve(answering(encoded(encoding, b" " + BODY)))
    assert way.get(server.endpoint).to_dict()["id"] == IMAGE_ID


@pytest.mark.parametrize(
    ("charset", "written_in", "name"),
    [
        ("ISO-8859-1", "latin-1", "ü"),
        ("windows-1251", "cp1251", "Ж"),
        ("ISO-8859-1", "utf-8", "ü"),
        ("utf-16", "utf-8", "ü"),
        ("unheard-of", "utf-8", "ü"),
        ("utf-16", "utf-16", "ü"),
    ],
)
def test_a_declared_charset_is_obeyed_where_the_body_is_not_utf_8(
    way: Way, charset: str, written_in: str, name: str, serve: Serve
) -> None:
    """JSON is UTF-8 whatever it is called; what is not, is read as what it is called."""
    body = json.dumps({"image": {"id": IMAGE_ID, "name": name}}, ensure_ascii=False).encode(written_in)
    server = serve(answering(answer(200, body, Content_Type=f"application/json; charset={charset}")))
    assert way.get(server.endpoint).name == name


MISENCODED: dict[str, tuple[bytes, str]] = {
    "br": (encoded("br", b"\x0b\x02\x80{}\x03"), "Content-Encoding is br, which was not asked for"),
    "two": (encoded("gzip, br", gzipped(BODY)), "which was not asked for"),
    "zstd": (encoded("zstd", b"\x28\xb5\x2f\xfd"), "which was not asked for"),
    "\x1b": (encoded("\x1b[31mred", b"<html>"), "which was not asked for"),
    "utf-8 over HTML": (encoded("utf-8", b"<html>"), "Content-Encoding is utf-8, which was not asked for"),
    "gzip cut": (encoded("gzip", gzipped(BODY)[:-9]), "not in the encoding"),
    "gzip spoiled": (encoded("gzip", gzipped(BODY)[:15] + b"\xff" * 9), "not in the encoding"),
    "gzip after gzip": (encoded("gzip", gzipped(BODY[:9]) + gzipped(BODY[9:])), "not in the encoding"),
    "gzip after empty gzip": (encoded("gzip", gzipped(b"") + gzipped(BODY)), "not in the encoding"),
    "gzip with junk": (encoded("gzip", gzipped(BODY) + b"junk"), "not in the encoding"),
    "no gzip": (encoded("gzip", BODY), "not in the encoding"),
    "no deflate": (encoded("deflate", BODY), "not in the encoding"),
}


@pytest.mark.parametrize(("sent", "words"), MISENCODED.values(), ids=[repr(name) for name in MISENCODED])
def test_an_encoding_that_cannot_be_read_is_malformed(way: Way, sent: bytes, words: str) -> None:
    """Not asked for, cut short, or not what it says: once, with status and request id."""
    with Faulty(answering(sent)) as server, way.client(server.endpoint) as images:
        error = images.error()
    if b"\x1b" in sent and is_a(error, errors.ConnectionFailed):
        return  # a header that no header may be: some parsers take it and some do not
    assert is_a(error, errors.MalformedResponse)
    assert words in error.message
    assert (error.status_code, error.request_id, error.attempts, error.retryable) == (200, "req-7", 1, False)


def test_what_is_asked_for_is_what_can_be_read(way: Way, serve: Serve) -> None:
    """The request names no encoding that the client cannot read."""
    server = serve(answering(image()))
    way.get(server.endpoint)
    asked = server.requests[0].headers.get("accept-encoding", "identity").replace(" ", "").split(",")
    assert set(asked) <= {"gzip", "deflate", "identity"}


HUGE = "9" * 5000
UNKNOWN = json.dumps({"image": {"id": IMAGE_ID}})[:-2]

HOSTILE: dict[str, tuple[bytes, type[errors.ImagesError], str]] = {
    "truncated": (answer(200, BODY[:-3]), errors.MalformedResponse, "not JSON"),
    "empty": (answer(200), errors.MalformedResponse, "empty"),
    "203 empty": (answer(203), errors.MalformedResponse, "empty"),
    "page": (answer(200, b"<html>Sign in", Content_Type="text/html"), errors.MalformedResponse, "'<html>Sign in'"),
    "page that says JSON": (answer(200, b"<html>", Content_Type="application/json"), errors.MalformedResponse, "JSON"),
    "NaN": (answer(200, f'{UNKNOWN}, "x": NaN}}}}'.encode()), errors.MalformedResponse, "NaN is not JSON"),
    "-Infinity": (answer(200, f'{UNKNOWN}, "x": -Infinity}}}}'.encode()), errors.MalformedResponse, "not JSON"),
    "deep array": (answer(200, b"[" * 19_000), errors.MalformedResponse, "nested too deeply"),
    "deep object": (answer(200, b'{"image":' * 19_000), errors.MalformedResponse, "nested too deeply"),
    "deep member": (
        answer(200, f'{UNKNOWN}, "x": {"[" * 900}{"]" * 900}}}}}'.encode()),
        errors.MalformedResponse,
        "deep",
    ),
    "UTF-16": (answer(200, BODY.decode().encode("utf-16")[:-1]), errors.MalformedResponse, "not JSON"),
    "Latin-1": (answer(200, b'{"image": {"name": "\xfc"}}'), errors.MalformedResponse, "not JSON"),
    "array": (answer(200, b"[]"), errors.MalformedResponse, "an array, not an object"),
    "text": (answer(200, b'"image"'), errors.MalformedResponse, "not an object"),
    "number": (answer(200, HUGE.encode()), errors.MalformedResponse, "not an object"),
    "other object": (answer(200, {"server": 1}), errors.MalformedResponse, "no image"),
    "image is text": (answer(200, {"image": "x"}), errors.MalformedResponse, "image is 'x', not an object"),
    "id is a number": (answer(200, {"image": {"id": 7}}), errors.MalformedResponse, "not a UUID"),
    "id is huge": (answer(200, b'{"image": {"id": %s}}' % HUGE.encode()), errors.MalformedResponse, "not a UUID"),
    "id is a surrogate": (answer(200, b'{"image": {"id": "\\ud800"}}'), errors.MalformedResponse, "not a UUID"),
    "fault inside": (
        answer(200, {"computeFault": {"code": 500, "message": "x"}}),
        errors.MalformedResponse,
        "computeFault",
    ),
    "fault without words": (answer(200, {"itemNotFound": {}}), errors.MalformedResponse, "itemNotFound"),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", errors.UnexpectedStatus, "204"),
    "206": (answer(206, BODY), errors.UnexpectedStatus, "206"),
    "300": (answer(300, {"choices": []}), errors.UnexpectedStatus, "300"),
    "301": (answer(301, Location="http://other.example.com/"), errors.UnexpectedStatus, "301"),
    "302 to itself": (answer(302, Location="/v2/820712/images"), errors.UnexpectedStatus, "302"),
    "304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", errors.UnexpectedStatus, "304"),
    "307 without a place": (answer(307), errors.UnexpectedStatus, "307"),
    "418": (answer(418, b"\x1b[2J\r\n"), errors.UnexpectedStatus, "418"),
    "599": (answer(599, b"[" * 200_000), errors.UnexpectedStatus, "599"),
    "404 page": (answer(404, b"<html>"), errors.UnexpectedStatus, "404"),
    "400 control characters": (
        answer(400, {"badRequest": {"message": "\x1b]0;x\x07\n\u202e\ud800"}}),
        errors.BadRequest,
        "\\x1b",
    ),
    "400 words": (answer(400, {"badRequest": {"message": "w" * 100_000}}), errors.BadRequest, "www…"),
    "404 huge code": (
        answer(404, b'{"itemNotFound": {"code": %s, "message": "Gone."}}' % HUGE.encode()),
        errors.ImageNotFound,
        '"Gone."',
    ),
    "400 odd fault": (
        answer(400, {"badRequest": {"message": {"a": []}, "details": 1}}),
        errors.BadRequest,
        "badRequest",
    ),
    "400 list": (answer(400, [1, 2]), errors.BadRequest, "400"),
}


@pytest.mark.parametrize(("sent", "kind", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_is_its_error(way: Way, sent: bytes, kind: type[errors.ImagesError], words: str) -> None:
    """Asked for once; the error has status and URL, says what is wrong, and keeps the body."""
    with Faulty(answering(sent)) as server, way.client(server.endpoint) as images:
        error = images.error()
    assert is_a(error, kind)
    assert words in str(error)
    assert (error.status_code, error.attempts, error.image_id) == (int(sent[9:12]), 1, IMAGE_ID)
    assert error.url == f"{server.endpoint}/images/{IMAGE_ID}"
    assert error.body in sent
    assert bool(error.body) is not sent.endswith(b"\r\n\r\n")
    assert len(server.requests) == 1
    assert error.retryable is False


def test_a_content_length_that_is_too_short_gives_no_image(way: Way, serve: Serve) -> None:
    """Half an image is no JSON, whatever follows it."""
    short = image().replace(b"Content-Length: ", b"Content-Length: 1\r\nX: ")
    server = serve(answering(short))
    error = way.error(server.endpoint)
    assert is_a(error, errors.MalformedResponse)
    assert "JSON" in error.message
    assert error.attempts == 1


WHOLE: dict[str, tuple[bytes, dict[str, Any]]] = {
    "huge integer": (b'"minDisk": %s' % HUGE.encode(), {"minDisk": HUGE}),
    "huge negative integer": (b'"x": -%s' % HUGE.encode(), {"x": "-" + HUGE}),
    "long integer": (b'"x": %s' % (b"9" * 4000), {"x": int("9" * 4000)}),
    "huge integer as size": (b'"OS-EXT-IMG-SIZE:size": %s' % HUGE.encode(), {"OS-EXT-IMG-SIZE:size": HUGE}),
    "64 bits and more": (b'"minRam": 18446744073709551616', {"minRam": 18446744073709551616}),
    "lone surrogate": (b'"name": "\\ud800x"', {"name": "\ud800x"}),
    "duplicate keys": (b'"name": "a", "name": "b"', {"name": "b"}),
    "metadata with anything": (
        b'"metadata": {"a": [1, {"b": null}], "c": 1.5}',
        {"metadata": {"a": [1, {"b": None}], "c": 1.5}},
    ),
    "metadata no object": (b'"metadata": "x"', {"metadata": "x"}),
    "server as text": (b'"server": "abc"', {"server": "abc"}),
    "server null": (b'"server": null', {"server": None}),
    "dates that are none": (b'"created": "junk", "updated": 7', {"created": "junk", "updated": 7}),
    "links no array": (b'"links": {"href": 1}', {"links": {"href": 1}}),
    "controls": (b'"name": "\\u001b[31m\\u0000"', {"name": "\x1b[31m\0"}),
}


@pytest.mark.parametrize(("members", "received"), WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("content_type", ["application/json", "text/html; charset=utf-16"])
def test_an_odd_image_is_given_whole(
    way: Way, members: bytes, received: dict[str, Any], content_type: str, serve: Serve
) -> None:
    """A value that is not as documented is kept as it was sent, whatever the answer says that it is."""
    body = b'{"image": {"id": "%s", %s}}' % (IMAGE_ID.encode(), members)
    server = serve(answering(answer(200, body, Content_Type=content_type)))
    got = way.get(server.endpoint)
    assert got.to_dict() == {"id": IMAGE_ID, **received}
    assert repr(got).isprintable()
    for name in ("size", "disk_config", "is_active", "is_snapshot", "server_id", "os_distro", "os_version", "metadata"):
        getattr(got, name)


SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = (
    st.binary(max_size=200)
    | values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(st.sampled_from(["image", "itemNotFound", "x"]), values).map(lambda obj: json.dumps(obj).encode())
    | st.dictionaries(st.sampled_from(["id", "name", "metadata", "links", "server", "created"]), values).map(
        lambda obj: json.dumps({"image": {"id": IMAGE_ID, **obj}}).encode()
    )
)
# RFC 9110's field names, and values as a parser may let them through.
names = st.sampled_from(
    ["Content-Encoding", "Retry-After", "X-Compute-Request-Id", "Location", "Set-Cookie"]
) | st.from_regex(r"[A-Za-z0-9-]{1,20}", fullmatch=True).filter(
    lambda name: name.lower() not in ("content-length", "transfer-encoding", "connection")
)
headers = st.lists(
    st.tuples(names, st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=30)), max_size=4
)


def holds(outcome: Any) -> None:
    assert isinstance(outcome, Image | errors.ImagesError)
    if isinstance(outcome, Image):
        assert outcome.id.replace("-", "").lower() == IMAGE_ID.replace("-", "")
    else:
        check(outcome)


@pytest.mark.parametrize("status", [200, 203, 404, 413, 500])
def test_whatever_the_body_it_is_an_image_or_an_error(way: Way, status: int, serve: Serve) -> None:
    """No bytes and no headers make anything else come out; an error is one printable line."""
    sent = b""

    @settings(SETTINGS)
    @given(bodies, headers)
    @example(b"", [("Content-Encoding", "gzip")])
    def ask(body: bytes, fields: list[tuple[str, str]]) -> None:
        nonlocal sent
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("latin-1")
        sent = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), lines, body)
        holds(images.outcome())

    server = serve(answering(lambda request: sent))
    with way.client(server.endpoint, retry=None, timeout=2) as images:
        ask()


def test_whatever_the_bytes_it_is_an_image_or_an_error(way: Way, serve: Serve) -> None:
    """A good answer with bytes taken out, put in and changed, cut anywhere, and the connection closed or reset."""
    good = image(name="x").replace(b"Content-Length", b"Server: x\r\nContent-Length")
    sent, reset = b"", False

    def script(line: Line) -> None:
        line.request()
        line.send(sent)
        if reset:
            line.reset()

    positions = st.integers(0, len(good))
    edits = st.lists(st.tuples(positions, positions, st.binary(max_size=6)), min_size=1, max_size=3)

    @settings(SETTINGS, max_examples=200)
    @given(edits, positions | st.none(), st.booleans())
    def ask(changes: list[tuple[int, int, bytes]], cut: int | None, hard: bool) -> None:
        nonlocal sent, reset
        spoiled = good
        for begin, length, other in changes:
            spoiled = spoiled[:begin] + other + spoiled[begin + length % 9 :]
        sent, reset = spoiled[:cut], hard
        holds(images.outcome())

    server = serve(script)
    with way.client(server.endpoint, retry=None, timeout=2) as images:
        ask()
