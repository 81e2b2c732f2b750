"""The work that a response makes: its size, its values and the length of what is said of it are bounded."""

from __future__ import annotations

import gzip
import itertools
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from faulty import IMAGE_ID, Faulty, Line, Serve, answering, its_image, token
from hypothesis import given
from hypothesis import strategies as st
from rackspace_images import ApiKey, Attempt, Image, LocateResult, Progress, defaults, errors
from rackspace_images.faults import parse_json
from rackspace_images.text import escape_control_characters, one_line, shown
from scripted import answer

from .ways import Way, ids, is_a

ODD = "\u0085\u202e\U000e0001\ud800\\'\""


def image_body(members: str) -> bytes:
    return f'{{"image": {{"id": "{IMAGE_ID}", {members}}}}}'.encode("utf-8", "surrogatepass")


def zipped(status: int, body: bytes) -> bytes:
    return answer(status, gzip.compress(body, mtime=0), Content_Encoding="gzip")


def page_body(items: list[str], rest: str = "") -> bytes:
    return f'{{"images": [{",".join(items)}]{rest}}}'.encode()


def all_images(images: Any) -> Any:
    """What the list ends in."""

    async def awaited(client: Any) -> Any:
        return [image async for image in client.list()]

    try:
        return images.run(awaited if hasattr(images.images, "aclose") else lambda client: list(client.list()))
    except errors.ImagesError as error:
        return error


# How large the largest answer may be, as sent and as decoded, and how it is asked for.
LARGEST: dict[str, tuple[int, Callable[[int], bytes], Callable[[Any], Any]]] = {
    "image": (
        defaults.MAX_IMAGE_BYTES,
        lambda size: image_body('"name": "%s"' % ("x" * (size - len(image_body('"name": ""'))))),
        lambda images: images.outcome(),
    ),
    "page": (
        defaults.MAX_PAGE_BYTES,
        lambda size: page_body([], ', "x": "%s"' % ("x" * (size - len(page_body([], ', "x": ""'))))),
        all_images,
    ),
}


@pytest.mark.parametrize("packed", [False, True], ids=["as sent", "as decoded"])
@pytest.mark.parametrize("more", [0, 1], ids=["exactly", "one more"])
@pytest.mark.parametrize(("most", "made", "ask"), LARGEST.values(), ids=LARGEST)
def test_each_operation_has_its_largest_body(
    way: Way, most: int, made: Callable[[int], bytes], ask: Callable[[Any], Any], more: int, packed: bool, serve: Serve
) -> None:
    """Exactly the limit is read, and a byte more is not."""
    body = made(most + more)
    assert len(body) == most + more
    server = serve(answering(zipped(200, body) if packed else answer(200, body)))
    with way.client(server.endpoint) as images:
        outcome = ask(images)
    if more:
        assert is_a(outcome, errors.ResponseTooLarge)
        assert outcome.message == f"the body has more than {most} bytes"
        assert (outcome.status_code, outcome.attempts) == (200, 1)
    else:
        assert isinstance(outcome, Image | list), outcome


def test_a_sign_in_has_its_largest_body(way: Way, serve: Serve) -> None:
    """4 MiB with its catalog, and not sent again."""
    server = serve(answering(answer(200, b" " * (defaults.MAX_PAGE_BYTES + 1))))
    with way.client(auth=ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")) as images:
        error = images.error()
    assert is_a(error, errors.ResponseTooLarge)
    assert (error._signing_in, len(server.requests)) == (True, 1)


def commas(number: int) -> str:
    return "[" + "1," * number + "1]"


# Each has far more values than any, in a few bytes as sent.
WIDE: dict[str, bytes] = {
    "links": image_body('"links": [' + "{}," * 100_000 + "{}]"),
    "numbers": image_body('"x": ' + commas(300_000)),
    "arrays": image_body('"x": [' + "[]," * 100_000 + "[]]"),
    "objects": image_body('"x": [' + "{}," * 100_000 + "{}]"),
    "members": image_body(",".join(f'"{number}":1' for number in range(60_000)) + ', "y": 1'),
    "metadata": image_body('"metadata": {' + ",".join(f'"{number}":1' for number in range(60_000)) + "}"),
    "UTF-16": image_body('"x": ' + commas(100_000)).decode().encode("utf-16"),
    "UTF-32": image_body('"x": ' + commas(100_000)).decode().encode("utf-32"),
    "deep": b"[" * 300_000,
    "no JSON": b"{,[" * 100_000,
}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many values each text has that is given to a parser of JSON."""
    found: list[int] = []
    real = json.JSONDecoder.raw_decode

    def counted(self: Any, text: str, **options: Any) -> Any:
        found.append(sum(map(text.count, ",[{")))
        return real(self, text, **options)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", counted)
    return found


@pytest.mark.parametrize("body", WIDE.values(), ids=WIDE)
def test_many_values_are_not_parsed(way: Way, body: bytes, parsed: list[int], serve: Serve) -> None:
    """They are counted first, and refused with their number."""
    server = serve(answering(zipped(200, body)))
    error = way.error(server.endpoint)
    assert is_a(error, errors.ResponseTooLarge)
    assert error.message == f"the body has more than {defaults.MAX_IMAGE_VALUES} values"
    assert (error.status_code, error.retryable, error.image_id) == (200, False, IMAGE_ID)
    assert max(parsed, default=0) <= defaults.MAX_IMAGE_VALUES


@pytest.mark.parametrize("more", [0, 1], ids=["exactly", "one more"])
def test_as_many_values_as_are_allowed_are_read(way: Way, more: int) -> None:
    """Two braces and a comma stand around them."""
    body = image_body(f'"x": {commas(defaults.MAX_IMAGE_VALUES - 4 + more)}')
    with Faulty(answering(zipped(200, body))) as server, way.client(server.endpoint) as images:
        outcome = images.outcome()
    assert is_a(outcome, errors.ResponseTooLarge) if more else isinstance(outcome, Image)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 500, 503])
def test_a_fault_of_many_values_is_the_error_of_its_status(
    way: Way, status: int, parsed: list[int], serve: Serve
) -> None:
    """It is not parsed, so it has no words, and its body is kept."""
    body = ('{"badRequest": {"message": "x", "x": ' + commas(400_000) + "}}").encode()
    server = serve(answering(answer(status, body)))
    error = way.error(server.endpoint)
    assert isinstance(error, errors.ApiError)
    assert (error.status_code, error.fault, error.message) == (status, None, None)
    assert len(error.body) == len(body)
    assert parsed == []


def test_a_catalog_of_many_values_is_not_parsed(way: Way, parsed: list[int], serve: Serve) -> None:
    """The sign-in has a bound of its own, which a large cloud is far from; the next one signs in."""
    wide = ('{"access": {"token": {"id": "t"}, "serviceCatalog": ' + commas(400_000) + "}}").encode()
    signing_in = itertools.count()

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if not request.path.endswith("/tokens"):
                line.send(its_image(request))
            else:
                line.send(token(server.url) if next(signing_in) else answer(200, wide))

    server = serve(script)
    with way.client(auth=ApiKey("demo", "key", auth_url=f"{server.url}/v2.0")) as images:
        error = images.error()
        assert images.get().id == IMAGE_ID
    assert is_a(error, errors.ResponseTooLarge)
    assert error.message == f"the body has more than {defaults.MAX_CATALOG_VALUES} values"
    assert error._signing_in
    assert max(parsed) < 100


WIDE_PAGES: dict[str, tuple[bytes, str]] = {
    "values": (page_body([f'{{"id": "{IMAGE_ID}", "x": {commas(300_000)}}}']), "100000 values"),
    "images": (page_body([f'{{"id":"{one}"}}' for one in ids(defaults.MAX_PAGE_IMAGES + 1)]), "2000 images"),
    "nothing": (page_body(["1"] * 90_000), "2000 images"),
}


@pytest.mark.parametrize(("body", "words"), WIDE_PAGES.values(), ids=WIDE_PAGES)
def test_a_page_of_more_than_a_page_has_is_refused(way: Way, body: bytes, words: str) -> None:
    """None of its images is made."""
    with Faulty(answering(zipped(200, body))) as server, way.client(server.endpoint) as images:
        error = all_images(images)
    assert is_a(error, errors.ResponseTooLarge)
    assert words in error.message


def test_a_page_of_as_many_images_as_are_allowed_is_read(way: Way) -> None:
    """It is more than a Nova gives."""
    items = [f'{{"id":"{one}"}}' for one in ids(defaults.MAX_PAGE_IMAGES)]
    last = answer(200, b'{"images": []}')
    with Faulty(answering(zipped(200, page_body(items)), last)) as server, way.client(server.endpoint) as images:
        assert len(all_images(images)) == defaults.MAX_PAGE_IMAGES


def test_a_link_to_the_next_page_is_read_in_bounds(way: Way, serve: Serve) -> None:
    """A query of a million parts is not taken apart."""
    href = "http://x/?" + "a=1&" * 900_000 + f"marker={IMAGE_ID}"
    body = page_body([f'{{"id": "{IMAGE_ID}"}}'], f', "images_links": [{{"rel": "next", "href": "{href}"}}]')
    server = serve(answering(answer(200, body), answer(200, b'{"images": []}')))
    with way.client(server.endpoint) as images:
        all_images(images)
    assert len(server.requests) <= 2


@given(st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_json_has_more_values_than_are_counted(value: Any) -> None:
    """So what is within the bound has no more containers and members than that."""

    def values(part: Any) -> int:
        if not isinstance(part, list | dict):
            return 0
        parts = list(part.values()) if isinstance(part, dict) else part
        return 1 + max(len(parts) - 1, 0) + sum(map(values, parts))

    for encoding in ("utf-8", "utf-16-le", "utf-32-be"):
        body = json.dumps(value).encode(encoding)
        assert parse_json(body, 10**6) == value
        if number := values(value):
            with pytest.raises(errors.ResponseTooLarge):
                parse_json(body, number - 1)


# Without quotes: which of them `repr` chooses depends on the end of a text too.
@given(st.text(st.characters(exclude_categories=(), exclude_characters="'\""), max_size=2000), st.integers(1, 700))
def test_text_is_cut_before_it_is_escaped(text: str, most: int) -> None:
    """What is shown has the length that is asked for, and the beginning of what is shown of the whole."""
    for found, whole in (
        (one_line(text, most), escape_control_characters(text)),
        (shown(text, most), escape_control_characters(repr(text))),
    ):
        assert len(found) <= most + 1
        assert escape_control_characters(found) == found
        assert found.removesuffix("…") == whole[: len(found.removesuffix("…"))]


class Untouchable(str):
    """Text that must not be looked at as a whole."""

    __slots__ = ()

    def __iter__(self) -> Any:
        raise AssertionError

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> Any:
        raise AssertionError

    def isprintable(self) -> Any:
        raise AssertionError


def test_a_long_text_is_not_looked_at_as_a_whole() -> None:
    """A slice of it is."""
    text = Untouchable(ODD * 1000)
    assert len(one_line(text)) <= defaults.MAX_TEXT + 1
    assert len(shown(text)) <= 81


LONG = ODD * (900_000 // len(ODD))


def said_of(error: errors.ImagesError) -> list[str]:
    attempt = Attempt("GET", error.url or "", error.region, 403, error, 1, 0.1, None, error.request_id)
    return [str(error), repr(error), repr(pickle.loads(pickle.dumps(error))), repr(attempt), str(attempt)]


@pytest.mark.parametrize("key", ["forbidden", LONG[:50_000]], ids=["a word", "a long key"])
def test_an_error_says_no_more_than_fits(way: Way, key: str, serve: Serve) -> None:
    """Whatever is long in a fault, in a header and in the catalog that named the place."""
    fault = {key: {"message": LONG[:50_000], "details": LONG[50_000:100_000]}}
    sent = answer(403, json.dumps(fault).encode(), X_Compute_Request_Id="r" * 50_000)
    server = serve(answering(sent))
    error = way.error(server.endpoint)
    assert is_a(error, errors.Forbidden)
    error.region = error.image_id = LONG
    for text in said_of(error):
        assert len(text) <= defaults.MAX_LINE
        assert escape_control_characters(text) == text
    assert "try: " in str(error)


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
def test_no_class_of_error_says_more_than_fits(kind: Any) -> None:
    """Each has a place for the words of a server."""
    if not issubclass(kind, errors.ImagesError):
        return
    error = kind(403, LONG, LONG, LONG) if issubclass(kind, errors.ApiError) else kind(LONG)
    error._add_context(url=LONG, region=LONG, endpoint=LONG, request_id=LONG, image_id=LONG, attempts=4, elapsed=1.0)
    for text in said_of(error):
        assert len(text) <= defaults.MAX_LINE


def test_an_image_says_no_more_than_fits() -> None:
    """Its name and its status are a server's; what was received is kept whole."""
    for status in ("ACTIVE", LONG, 10**4000, {"x": LONG}, None):
        image = Image.from_dict({"id": IMAGE_ID, "name": LONG, "status": status})
        for text in (repr(image), str(image), f"{image}"):
            assert len(text) <= defaults.MAX_LINE
            assert escape_control_characters(text) == text
        assert image.name == LONG
    assert repr(Image.from_dict({"id": IMAGE_ID, "name": "x"})) == f"<Image {IMAGE_ID} 'x' None>"


def test_where_an_image_is_says_no_more_than_fits() -> None:
    """Regions have the names that a catalog gives them."""
    image = Image.from_dict({"id": IMAGE_ID, "name": LONG})
    many = {f"{number}{LONG[:100]}": image for number in range(5000)}
    failed: dict[str, errors.ImagesError] = {name: errors.ConnectionFailed(LONG) for name in many}
    text = repr(LocateResult(many, list(many), failed))
    assert len(text) <= defaults.MAX_LINE
    assert escape_control_characters(text) == text
    assert repr(LocateResult({"DFW": image}, ["ORD"])) == "<LocateResult found=['DFW'] absent=['ORD'] failed=[]>"


def test_what_a_client_says_has_its_bounds_too(way: Way) -> None:
    """A region has the name that the catalog gives it."""
    name = ODD * 10_000
    endpoints = [{"region": name, "publicURL": "https://api.example.test/v2/1"}]
    catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": endpoints}]
    access = {"token": {"id": "t", "expires": "2999-01-01T00:00:00Z"}, "serviceCatalog": catalog}

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            if request.path.endswith("/tokens"):
                endpoints[0]["publicURL"] = f"{server.url}/v2/1"
                line.send(answer(200, json.dumps({"access": access}).encode()))
            else:
                line.send(answer(200, image_body('"status": "SAVING"')))

    with Faulty(script) as server, way.client(auth=ApiKey("demo", "k", auth_url=f"{server.url}/v2.0")) as images:
        got = images.get()
        progress = Progress(got, errors.ConnectionFailed(LONG, region=name), 1.0)
        for text in map(repr, (images.images, got.response, progress)):
            assert len(text) <= defaults.MAX_LINE
            assert escape_control_characters(text) == text


def test_a_url_that_is_longer_than_any_is_none(way: Way, serve: Serve) -> None:
    """It is in no log and no error."""
    url = "https://api.example.test/v2/" + "x" * 1_000_000
    places = [{"region": "DFW", "publicURL": url}]
    catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": places}]
    access = {"token": {"id": "t", "expires": "2999-01-01T00:00:00Z"}, "serviceCatalog": catalog}
    server = serve(answering(answer(200, json.dumps({"access": access}).encode())))
    with way.client(auth=ApiKey("demo", "k", auth_url=f"{server.url}/v2.0"), region="DFW") as images:
        error = images.error()
    assert is_a(error, errors.ConfigError)
    assert all(len(text) <= defaults.MAX_LINE for text in said_of(error))
