"""The list of images: page after page, as they are wanted, and past what cannot be read."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rackspace_images import ApiKey, AsyncImagesClient, Image, ImagesClient, StaticToken, errors
from rackspace_images.documents import vectors
from rackspace_images.testing.sandbox import Sandbox
from reading import page_from_body
from scripted import Request, Scripted, answer

LISTS: list[dict[str, Any]] = vectors()["lists"]
Listed = Callable[..., tuple[list[Image], errors.ImagesError | None]]


def numbered(number: int) -> str:
    return str(UUID(int=number))


def _listed(endpoint: str, *, take: int | None = None, token: str = "t", **options: Any) -> Any:
    found: list[Image] = []
    with ImagesClient(StaticToken(token), endpoint=endpoint, retry=None) as images:
        try:
            found.extend(itertools.islice(images.list(**options), take))
        except errors.ImagesError as error:
            return found, error
    return found, None


def _listed_async(endpoint: str, *, take: int | None = None, token: str = "t", **options: Any) -> Any:
    async def ask() -> Any:
        found: list[Image] = []
        async with AsyncImagesClient(StaticToken(token), endpoint=endpoint, retry=None) as images:
            try:
                async for image in images.list(**options):
                    found.append(image)
                    if len(found) == take:
                        break
            except errors.ImagesError as error:
                return found, error
        return found, None

    return asyncio.run(ask())


@pytest.fixture(params=[_listed, _listed_async], ids=["sync", "async"])
def listed(request: pytest.FixtureRequest) -> Listed:
    chosen: Listed = request.param
    return chosen


class Whole:
    """A whole number of another library."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __index__(self) -> int:
        return self.number


class Store:
    """So many images, newest first, in pages as Nova makes them; `most`: what its operator allows in one page."""

    def __init__(self, count: int, most: int = 1000) -> None:
        self.ids = [numbered(number) for number in range(count)]
        self.most = most
        self.queries: list[dict[str, list[str]]] = []

    def __call__(self, request: Request) -> bytes:
        parts = urlsplit(request.path)
        assert parts.path.endswith("/images/detail")
        query = parse_qs(parts.query)
        self.queries.append(query)
        start = self.ids.index(query["marker"][0]) + 1 if "marker" in query else 0
        limit = int(query["limit"][0])
        page = self.ids[start : start + limit]
        body: dict[str, Any] = {"images": [{"id": one} for one in page]}
        if len(page) == min(limit, self.most):
            # An address that only the server's own side knows; nobody may follow it.
            href = f"http://nova.internal:8774/v2/1/images/detail?limit={limit}&marker={page[-1]}"
            body["images_links"] = [{"rel": "next", "href": href}]
        return answer(200, body)


@pytest.mark.parametrize(("count", "size", "pages"), [(0, 3, 1), (5, 3, 3), (6, 3, 3), (1, 1, 2), (7, 200, 2)])
def test_every_image_is_listed_once(listed: Listed, count: int, size: int, pages: int) -> None:
    """In the order of the pages; only the marker is taken from the link."""
    store = Store(count)
    with Scripted(store) as server:
        found, error = listed(server.endpoint, page_size=size)
    assert error is None
    assert [image.id for image in found] == store.ids
    assert len(store.queries) == pages
    assert all(image.response is not None and image.response.status_code == 200 for image in found)


def test_an_operators_smaller_page_loses_nothing(listed: Listed) -> None:
    """Nova leaves the link out where fewer are allowed than were asked for, and gives as many as were asked for."""
    store = Store(17, most=3)
    with Scripted(store) as server:
        found, _ = listed(server.endpoint, page_size=5)
    assert [image.id for image in found] == store.ids


def test_pages_are_asked_for_as_they_are_wanted(listed: Listed) -> None:
    """Who takes two images of a million asks for one page."""
    store = Store(50)
    with Scripted(store) as server:
        found, _ = listed(server.endpoint, page_size=5, take=2)
    assert (len(found), len(store.queries)) == (2, 1)


def test_every_filter_is_sent(listed: Listed) -> None:
    """By the names of the document; what was not given is not sent."""
    store = Store(3)
    with Scripted(store) as server:
        listed(
            server.endpoint,
            server=UUID(int=9),
            name="näme & co",
            status="ACTIVE",
            type="snapshot",
            changes_since=datetime(2026, 11, 1, tzinfo=UTC),
            min_disk=0,
            min_ram=512,
            marker=numbered(0).upper().replace("-", ""),
            page_size=7,
        )
        listed(server.endpoint)
    first, after_first, second, after_second = store.queries
    assert first == {
        "server": [numbered(9)],
        "name": ["näme & co"],
        "status": ["ACTIVE"],
        "type": ["snapshot"],
        "changes-since": ["2026-11-01T00:00:00+00:00"],
        "minDisk": ["0"],
        "minRam": ["512"],
        "marker": [numbered(0)],
        "limit": ["7"],
    }
    assert after_first == {**first, "marker": [numbered(2)]}
    assert second == {"limit": ["200"]}
    assert after_second == {"limit": ["200"], "marker": [numbered(2)]}


@pytest.mark.parametrize(
    ("count", "limit", "sizes"),
    [
        (20, 1, ["1"]),
        (20, 5, ["5"]),
        (20, 7, ["5", "2"]),
        (20, 10, ["5", "5"]),
        (3, 10, ["5", "5"]),
        (10, 20, ["5", "5", "5"]),
    ],
)
def test_list_limit_counts_images_in_total(listed: Listed, count: int, limit: int, sizes: list[str]) -> None:
    """Page after page; the last one asks for no more than is wanted, and none is asked for after it."""
    store = Store(count)
    with Scripted(store) as server:
        found, error = listed(server.endpoint, page_size=5, limit=limit)
    assert error is None
    assert [image.id for image in found] == store.ids[:limit]
    assert [query["limit"][0] for query in store.queries] == sizes


def test_list_limit_holds_where_the_server_sends_more(listed: Listed) -> None:
    """A server that does not obey `limit` changes nothing."""
    with Scripted([answer(200, {"images": [{"id": numbered(number)} for number in range(9)]})]) as server:
        found, _ = listed(server.endpoint, limit=2)
        assert [image.id for image in found] == [numbered(0), numbered(1)]
        assert len(server.requests) == 1


def test_list_limit_does_not_count_what_cannot_be_read(listed: Listed) -> None:
    """The images are counted; so the next page makes up for one that could not be read."""
    link = [{"rel": "next", "href": f"http://x/images/detail?marker={numbered(1)}"}]
    pages = [
        answer(200, {"images": [{"name": "x"}, {"id": numbered(1)}], "images_links": link}),
        answer(200, {"images": [{"id": numbered(2)}, {"name": "y"}]}),
    ]
    told: list[errors.MalformedResponse] = []
    with Scripted(pages) as server:
        found, error = listed(server.endpoint, limit=2, on_error=told.append)
        assert (error, [image.id for image in found]) == (None, [numbered(1), numbered(2)])
        assert len(told) == 1
        assert [parse_qs(urlsplit(one.path).query)["limit"] for one in server.requests] == [["2"], ["1"]]


def test_list_limit_ends_a_list_that_goes_round(listed: Listed) -> None:
    """What comes after the last image that is wanted is of no interest."""
    link = {"rel": "next", "href": f"http://x/images/detail?marker={numbered(1)}"}
    with Scripted([answer(200, {"images": [{"id": numbered(1)}], "images_links": [link]})]) as server:
        found, error = listed(server.endpoint, page_size=1, limit=2)
    assert isinstance(error, errors.MalformedResponse)
    with Scripted([answer(200, {"images": [{"id": numbered(1)}], "images_links": [link]})]) as server:
        found, error = listed(server.endpoint, page_size=1, limit=1)
    assert (error, len(found)) == (None, 1)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00+00:00"),
        (date(2026, 1, 31), "2026-01-31T00:00:00+00:00"),
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("20260131T120000", "2026-01-31T12:00:00+00:00"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00+00:00"),
        ("2026-01-31 12:00:00.5+02:00", "2026-01-31T12:00:00.500000+02:00"),
        ("2026-W05-6", "2026-01-31T00:00:00+00:00"),
    ],
)
def test_changes_since_is_read_as_iso_8601(listed: Listed, given: Any, sent: str) -> None:
    """A date or a text without an offset is in UTC."""
    store = Store(0)
    with Scripted(store) as server:
        listed(server.endpoint, changes_since=given)
    assert store.queries[0]["changes-since"] == [sent]


def test_whole_numbers_of_other_libraries_are_taken(listed: Listed) -> None:
    """By `__index__`, as numpy's numbers have it."""
    store = Store(20)
    with Scripted(store) as server:
        found, _ = listed(server.endpoint, page_size=Whole(3), limit=Whole(4), min_disk=Whole(0), min_ram=Whole(512))
    assert len(found) == 4
    assert [query["limit"] for query in store.queries] == [["3"], ["1"]]
    assert (store.queries[0]["minDisk"], store.queries[0]["minRam"]) == (["0"], ["512"])


@pytest.mark.parametrize(
    "bad",
    [
        {"page_size": 0},
        {"page_size": "5"},
        {"limit": 0},
        {"limit": -1},
        {"limit": 1.0},
        {"limit": True},
        {"min_disk": -1},
        {"min_ram": True},
        {"changes_since": datetime(2026, 11, 1)},
        {"changes_since": "yesterday"},
        {"changes_since": ""},
        {"changes_since": "x" * 10_000},
        {"changes_since": 20260131},
        {"changes_since": 1.5},
        {"changes_since": False},
    ],
)
def test_what_cannot_be_asked(bad: dict[str, Any]) -> None:
    """Is refused when it is given, by an error that is a `ValueError` too; nothing is sent."""
    for kind in (ImagesClient, AsyncImagesClient):
        images: Any = kind(StaticToken("t"), endpoint="http://127.0.0.1:1/v2/1")
        with pytest.raises(ValueError, match=f"^ConfigError: {next(iter(bad))}=") as caught:
            images.list(**bad)
        assert isinstance(caught.value, errors.ConfigError)
        assert len(str(caught.value)) < 300


def test_a_marker_that_is_no_id(listed: Listed) -> None:
    """Is refused before anything is sent."""
    with Scripted(Store(1)) as server:
        _, error = listed(server.endpoint, marker="x&limit=1")
        assert isinstance(error, errors.InvalidImageId)
        assert server.requests == []


def test_an_image_that_cannot_be_read_costs_no_other(listed: Listed) -> None:
    """`on_error` is told of it, with where it was; without one a `RuntimeWarning` tells."""
    body = {"images": [{"id": numbered(1)}, {"name": "x"}, "y", {"id": numbered(2)}]}
    with Scripted([answer(200, body, X_Compute_Request_Id="req-1")]) as server:
        told: list[errors.MalformedResponse] = []
        found, error = listed(server.endpoint, on_error=told.append)
        assert ([image.id for image in found], error) == ([numbered(1), numbered(2)], None)
        assert len(told) == 2
        assert (told[0].request_id, told[0].status_code) == ("req-1", 200)
        assert (told[0].url or "").startswith(f"{server.endpoint}/images/detail")
        with pytest.warns(RuntimeWarning, match="left out of the list: ") as warned:
            assert len(listed(server.endpoint)[0]) == 2
    assert len(warned) == 2
    assert "is None, not a UUID" in str(warned[0].message)


def test_a_page_that_leads_to_itself(listed: Listed) -> None:
    """Ends the list instead of going on for ever."""
    link = {"rel": "next", "href": f"http://x/images/detail?marker={numbered(1)}"}
    with Scripted([answer(200, {"images": [{"id": numbered(1)}], "images_links": [link]})]) as server:
        found, error = listed(server.endpoint)
    assert isinstance(error, errors.MalformedResponse)
    assert "begins where this one did" in str(error)
    assert len(found) == 1


def test_a_token_that_ends_between_two_pages() -> None:
    """Is renewed, and the list goes on where it was."""
    with Sandbox() as sandbox, ImagesClient(ApiKey(*sandbox.api_key, auth_url=sandbox.auth_url)) as images:
        every = [image.id for image in images.list()]
        iterator = images.list(page_size=3)
        found = [next(iterator).id for _ in range(3)]
        object.__setattr__(images._session.tokens._access, "token", "gone")
        assert found + [image.id for image in iterator] == every


@pytest.mark.parametrize("vector", LISTS, ids=[vector["name"] for vector in LISTS])
def test_vectors(listed: Listed, vector: dict[str, Any]) -> None:
    """What the vectors expect of a client, page after page."""
    told: list[errors.ImagesError] = []
    pages = [expected for expected in vector["expect"] if expected["outcome"] == "page"]
    wanted = [image for page in pages for image in page["images"]]
    fails = next((expected for expected in vector["expect"] if expected["outcome"] != "page"), None)
    good = [image["fields"] for image in wanted if "fields" in image]
    with Sandbox() as sandbox:
        found, error = listed(
            sandbox.endpoint("DFW"),
            token=sandbox.token,
            server=vector["server"],
            on_error=told.append,
            take=len(good) if fails is None else None,
        )
    for image, fields in zip(found, good, strict=True):
        assert {name: image.to_dict().get(name) for name in fields} == fields
    assert len(told) == len(wanted) - len(good)
    assert type(error).__name__ == (fails["error"] if fails else "NoneType")
    if isinstance(error, errors.ApiError) and fails:
        assert (error.status_code, error.fault, error.message) == (fails["status"], fails["fault"], fails["message"])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(json_values, json_values)
def test_whatever_a_page_holds(images: Any, links: Any) -> None:
    """It is a page or a `MalformedResponse`, nothing else."""
    import json

    body = json.dumps({"images": images, "images_links": links}).encode()
    try:
        page = page_from_body(body, 200)
    except errors.MalformedResponse:
        return
    assert len(page) == len(images)
