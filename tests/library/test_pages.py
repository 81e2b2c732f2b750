"""How a list goes from page to page: to its end, past images that are deleted meanwhile, and never in a circle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rackspace_images import AsyncImagesClient, ImagesClient, StaticToken, errors

Outcome = tuple[list[str], errors.ImagesError | None]
ENDPOINT = "https://compute.example.com/v2/820712"
TOKEN = StaticToken("geheim-4711")


def numbered(number: int) -> str:
    return str(UUID(int=number))


def list_sync(handle: Callable[[httpx.Request], httpx.Response], **options: Any) -> Outcome:
    """The ids of a list, and the error that it ended in."""
    found: list[str] = []
    with ImagesClient(TOKEN, endpoint=ENDPOINT, transport=httpx.MockTransport(handle), retry=None) as images:
        try:
            found.extend(image.id for image in images.list(**options))
        except errors.ImagesError as error:
            return found, error
    return found, None


def list_async(handle: Callable[[httpx.Request], httpx.Response], **options: Any) -> Outcome:
    """`list_sync` with tasks."""

    async def ask() -> Outcome:
        found: list[str] = []
        transport = httpx.MockTransport(handle)
        async with AsyncImagesClient(TOKEN, endpoint=ENDPOINT, transport=transport, retry=None) as images:
            try:
                async for image in images.list(**options):
                    found.append(image.id)  # noqa: PERF401  what was found before an error counts
            except errors.ImagesError as error:
                return found, error
        return found, None

    return asyncio.run(ask())


@pytest.fixture(params=[list_sync, list_async], ids=["sync", "async"])
def listed(request: pytest.FixtureRequest) -> Callable[..., Outcome]:
    chosen: Callable[..., Outcome] = request.param
    return chosen


def page(ids: list[Any], marker: str | None = None) -> httpx.Response:
    """A page of these images, with a link that names `marker`."""
    body: dict[str, Any] = {"images": [{"id": one} for one in ids]}
    if marker is not None:
        body["images_links"] = [{"rel": "next", "href": f"https://nova.internal/images/detail?marker={marker}"}]
    return httpx.Response(200, json=body)


class Server:
    """A list of images in pages of at most `most`.

    `linked`: whether a full page has a link, and "full" is what was asked for, or what is allowed. `deleted`: what is
    deleted before a request, by its number. Without `obeys_marker` every request gets the first page.
    """

    def __init__(
        self,
        count: int,
        most: int = 1000,
        linked: str = "never",
        deleted: dict[int, set[int]] | None = None,
        *,
        obeys_marker: bool = True,
    ) -> None:
        self.ids = [numbered(number) for number in range(1, count + 1)]
        self.most, self.linked, self.obeys_marker = most, linked, obeys_marker
        self.deleted = {number: {numbered(one) for one in ids} for number, ids in (deleted or {}).items()}
        self.markers: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        gone = self.deleted.get(len(self.markers), set())
        self.ids = [one for one in self.ids if one not in gone]
        marker = request.url.params.get("marker")
        self.markers.append(marker)
        if marker is not None and marker not in self.ids:
            message = f"No image found with ID {marker}"
            return httpx.Response(400, json={"badRequest": {"code": 400, "message": message}})
        start = self.ids.index(marker) + 1 if marker is not None and self.obeys_marker else 0
        limit = int(request.url.params["limit"])
        ids = self.ids[start : start + min(limit, self.most)]
        full = {"never": 0, "asked": limit, "allowed": min(limit, self.most)}[self.linked]
        return page(ids, ids[-1] if ids and len(ids) == full else None)


def test_a_server_that_allows_fewer_than_were_asked_for_and_has_no_links_is_read_to_its_end(
    listed: Callable[..., Outcome],
) -> None:
    """Ten on a page, where 200 were asked for; an empty page ends the list."""
    server = Server(25, most=10)
    assert listed(server, page_size=200) == (server.ids, None)
    assert server.markers == [None, numbered(10), numbered(20), numbered(25)]


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 2), (5, 2)])
def test_a_list_costs_one_request_more_than_its_pages(
    listed: Callable[..., Outcome], count: int, requests: int
) -> None:
    """An empty list does not."""
    server = Server(count)
    assert listed(server) == (server.ids, None)
    assert len(server.markers) == requests


def test_a_server_that_does_not_obey_a_marker_gives_each_image_once(listed: Callable[..., Outcome]) -> None:
    """It sends all of its images again for the page that follows."""
    server = Server(5, obeys_marker=False)
    assert listed(server) == (server.ids, None)
    assert len(server.markers) == 2


def test_a_full_page_of_a_server_that_does_not_obey_a_marker_is_malformed(listed: Callable[..., Outcome]) -> None:
    """What comes after it cannot be requested."""
    server = Server(5, obeys_marker=False)
    found, error = listed(server, page_size=3)
    assert (found, type(error)) == (server.ids[:3], errors.MalformedResponse)


def test_what_cannot_be_read_at_the_end_of_a_page_is_reported_once(listed: Callable[..., Outcome]) -> None:
    """The page after the last image that can be read begins with it."""
    pages = {None: [numbered(1), "odd", "odd"], numbered(1): ["odd", "odd", "new", numbered(2)], numbered(2): []}
    told: list[errors.ImagesError] = []
    found, error = listed(lambda sent: page(pages[sent.url.params.get("marker")]), on_error=told.append)
    assert (found, error, len(told)) == ([numbered(1), numbered(2)], None, 3)


CIRCLES: dict[str, dict[int, int]] = {
    "to itself": {0: 1, 1: 1},
    "to the one before": {0: 1, 1: 2, 2: 1},
    "of four": {0: 1, 1: 2, 2: 3, 3: 4, 4: 2},
}


@pytest.mark.parametrize("circle", CIRCLES.values(), ids=CIRCLES)
def test_links_that_go_round_are_malformed(listed: Callable[..., Outcome], circle: dict[int, int]) -> None:
    """No page is read twice."""
    requests: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        marker = request.url.params.get("marker", numbered(0))
        requests.append(marker)
        number = UUID(marker).int
        return page([numbered(100 + number)], numbered(circle[number]))

    found, error = listed(handle)
    assert isinstance(error, errors.MalformedResponse)
    assert "the list goes round" in str(error)
    assert "/images/detail" in (error.url or "")
    assert len(requests) == len(circle)
    assert found == [numbered(100 + number) for number in list(circle)[:-1]]


@pytest.mark.parametrize("marker", ["next", "", "../x", "1", f"{numbered(1)}x", "%ff"])
def test_a_marker_in_a_link_that_is_not_an_id_is_malformed(listed: Callable[..., Outcome], marker: str) -> None:
    """It is not sent."""
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return page([numbered(1)], marker)

    found, error = listed(handle)
    assert (found, type(error), len(requests)) == ([], errors.MalformedResponse, 1)
    assert "the link to the next page has a marker that is not an image id" in str(error)


@pytest.mark.parametrize("linked", ["never", "asked"])
def test_a_marker_that_is_deleted_meanwhile_is_replaced_by_the_nearest_before_it(
    listed: Callable[..., Outcome], linked: str
) -> None:
    """Images 4 and 5, which end the first page, are deleted before the second is requested."""
    server = Server(12, linked=linked, deleted={1: {4, 5}})
    found, error = listed(server, page_size=5)
    assert (found, error) == ([numbered(number) for number in range(1, 13)], None)
    assert server.markers[:4] == [None, numbered(5), numbered(4), numbered(3)]


def test_a_page_of_which_every_image_is_deleted_ends_the_list(listed: Callable[..., Outcome]) -> None:
    """The error says so, in the server's words too."""
    server = Server(9, linked="asked", deleted={1: {1, 2, 3}})
    found, error = listed(server, page_size=3)
    assert found == [numbered(1), numbered(2), numbered(3)]
    assert isinstance(error, errors.BadRequest)
    assert f"image {numbered(3)}, after which the next page begins, was deleted meanwhile" in str(error)
    assert f"No image found with ID {numbered(3)}" in str(error)
    assert len(server.markers) == 4


@pytest.mark.parametrize("deleted", [{1, 2, 3}, {4, 5, 6}, {9}])
def test_a_page_without_a_link_of_which_every_image_is_deleted_is_passed(
    listed: Callable[..., Outcome], deleted: set[int]
) -> None:
    """The next page begins where it began."""
    server = Server(9, most=3, deleted={(max(deleted) + 2) // 3: deleted})
    assert listed(server) == ([numbered(number) for number in range(1, 10)], None)


@pytest.mark.parametrize(("size", "ends"), [(200, type(None)), (3, errors.BadRequest)])
def test_a_server_that_refuses_every_marker_is_not_asked_for_ever(
    listed: Callable[..., Outcome], size: int, ends: type
) -> None:
    """The first page, which it gives again, has nothing new; if it is full, others are missing."""
    ids = [numbered(1), numbered(2), numbered(3)]
    markers: list[str | None] = []

    def handle(request: httpx.Request) -> httpx.Response:
        markers.append(request.url.params.get("marker"))
        return page(ids) if markers[-1] is None else httpx.Response(400)

    found, error = listed(handle, page_size=size)
    assert (found, type(error)) == (ids, ends)
    assert markers == [None, *reversed(ids), None]


def test_a_marker_that_was_given_and_is_gone_is_the_servers_refusal(listed: Callable[..., Outcome]) -> None:
    """Nothing was read before it."""
    server = Server(3)
    found, error = listed(server, marker=numbered(9))
    assert (found, type(error), len(server.markers)) == ([], errors.BadRequest, 1)
    assert "meanwhile" not in str(error)


def test_the_time_of_a_page_holds_for_all_of_its_markers(listed: Callable[..., Outcome]) -> None:
    """`deadline=` is that of a page."""
    server = Server(9, linked="asked", deleted={1: {1, 2, 3}})

    def handle(request: httpx.Request) -> httpx.Response:
        import time

        if "marker" in request.url.params:
            time.sleep(0.15)
        return server(request)

    _, error = listed(handle, page_size=3, deadline=0.2)
    assert isinstance(error, errors.ImagesError)
    assert len(server.markers) < 4


sizes = st.integers(1, 12)
deletions = st.dictionaries(st.integers(1, 12), st.sets(st.integers(1, 30), max_size=6), max_size=8)


@given(st.integers(0, 30), sizes, sizes, st.sampled_from(["never", "asked", "allowed"]), deletions)
def test_every_image_that_stays_is_listed_once(
    count: int, size: int, most: int, linked: str, deleted: dict[int, set[int]]
) -> None:
    """Whatever the server allows, links, and deletes between two pages."""
    server = Server(count, most, linked, deleted)
    every = list(server.ids)
    found, error = list_sync(server, page_size=size)
    assert len(set(found)) == len(found)
    assert found == [one for one in every if one in found]
    assert len(server.markers) <= 3 * count + 2
    if error is None:
        assert set(server.ids) <= set(found)
    else:
        assert isinstance(error, errors.BadRequest)
        assert "was deleted meanwhile" in str(error)
        assert found[-1] not in server.ids
        # Without links, what the last page began after was tried too.
        assert linked != "never" or server.markers[-1] not in server.ids


@given(
    st.lists(st.lists(st.integers(1, 6) | st.just(0), max_size=4), min_size=7, max_size=7),
    st.lists(st.none() | st.integers(1, 6), min_size=7, max_size=7),
    sizes,
)
def test_every_list_ends_whatever_its_links_say(pages: list[list[int]], links: list[int | None], size: int) -> None:
    """Six images, each with a page after it that holds any of them, or what cannot be read, and links to any."""
    requests = 0

    def handle(request: httpx.Request) -> httpx.Response:
        nonlocal requests
        requests += 1
        number = UUID(request.url.params.get("marker", numbered(0))).int
        ids = [numbered(one) if one else "odd" for one in pages[number]]
        link = links[number]
        return page(ids, None if link is None else numbered(link))

    _, error = list_sync(handle, page_size=size, on_error=lambda _: None)
    assert error is None or isinstance(error, errors.MalformedResponse)
    assert requests <= 7
