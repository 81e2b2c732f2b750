"""The list of images: what is asked for, what a page holds, and where the next one begins."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from rackspace_images_api import Client
from rackspace_images_api.api.images import list_images_details
from rackspace_images_api.models import ImagePage

from rackspace_images.defaults import MAX_PAGE_BYTES, MAX_PAGE_IMAGES, MAX_PAGE_VALUES, MAX_URL, PAGE_SIZE
from rackspace_images.errors import BadRequest, ConfigError, MalformedResponse, ResponseTooLarge
from rackspace_images.faults import api_error, json_object
from rackspace_images.http.call import Call, Limits
from rackspace_images.http.flow import Operation
from rackspace_images.image import GOOD, Image, copied, image_uuid, missing, received_id

OnError = Callable[[MalformedResponse], object]
PageItems = list[Image | MalformedResponse]
"""What a page holds: each an image, or why it is none."""


def readable(page: PageItems, on_error: OnError | None) -> Iterator[Image]:
    """The images of a page; of what is none `on_error` is told, or else a warning tells."""
    for item in page:
        if isinstance(item, Image):
            yield item
        elif on_error is not None:
            on_error(item)
        else:
            # A log that nobody configured would lose an image without a word. The frames between are generators.
            warnings.warn(f"left out of the list: {item}", RuntimeWarning, stacklevel=3)


@dataclass(frozen=True, slots=True)
class Query:
    """Which images are asked for. Raises `ConfigError` for what cannot be asked."""

    server: str | UUID | None = None
    name: str | None = None
    status: str | None = None
    type: str | None = None
    changes_since: datetime | None = None
    min_disk: int | None = None
    min_ram: int | None = None
    page_size: int = PAGE_SIZE

    def __post_init__(self) -> None:
        if self.changes_since is not None and self.changes_since.tzinfo is None:
            raise ConfigError(
                f"changes_since={self.changes_since} has no time zone", hint="datetime(…, tzinfo=timezone.utc)"
            )
        for name, least in (("page_size", 1), ("min_disk", 0), ("min_ram", 0)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
                raise ConfigError(f"{name}={value!r} is no count of at least {least}")

    def operation(self, limits: Limits, marker: str | None) -> Operation:
        """The generated operation for the page after an image."""
        given = {
            "server": None if self.server is None else str(self.server),
            "name": self.name,
            "status": self.status,
            "type_": self.type,
            "changes_since": self.changes_since,
            "min_disk": self.min_disk,
            "min_ram": self.min_ram,
            "marker": marker,
        }
        known: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        arguments = {"limit": self.page_size, **known}
        return Operation(
            partial(list_images_details.sync_detailed, **arguments),
            partial(list_images_details.asyncio_detailed, **arguments),
            Client,
            page_call(limits),
        )


class PageCheck:
    """The check of a page's response. `found`: each image as it was received, with a copy, or why it is none."""

    def __init__(self) -> None:
        self.found: list[tuple[dict[str, Any], dict[str, Any]] | MalformedResponse] = []

    def __call__(self, body: bytes) -> dict[str, Any]:
        """The page for generated code to parse, without the images that cannot be read.

        Raises `MalformedResponse` for what is not a page.
        """
        page = json_object(body, MAX_PAGE_VALUES)
        received = page.get("images")
        if not isinstance(received, list):
            raise missing(page, "images", "an array", wanted="a page")
        if len(received) > MAX_PAGE_IMAGES:
            raise ResponseTooLarge(f"the page has more than {MAX_PAGE_IMAGES} images", hint="a smaller page_size")
        self.found = [_readable(item) for item in received]
        return {**page, "images": [item[1] for item in self.found if isinstance(item, tuple)]}


def page_call(limits: Limits) -> Call:
    """A call of `list_images_details`."""
    return Call(limits, GOOD, MAX_PAGE_BYTES, api_error, PageCheck())


class Walk:
    """Where one list is: which page is to be requested next, and what of it is new.

    A page with a next link is followed by what its link names. One without a link is followed by what comes after its
    last image, as the server may allow fewer images than were asked for; the list ends with a page that has nothing
    new. Where the image that a page is to begin after is gone, an earlier one of the page before takes its place.
    """

    def __init__(self, query: Query, marker: str | UUID | None) -> None:
        self.query = query
        self.is_over = False
        self._start = self._marker = None if marker is None else str(image_uuid(marker))
        self._passed: set[str | None] = set()
        self._before: list[str | None] = []
        """The ids of the page before; None for an image that could not be read."""
        self._is_linked = False

    def markers(self) -> Iterable[str | None]:
        """What the next page may begin after, in the order in which to try: the marker, then what came before it.

        Where no link says that there is a next page, that all of the page before was deleted does not end the list.
        """
        start = [] if self._is_linked else [self._start]
        return dict.fromkeys([self._marker, *filter(None, reversed(self._before)), *start])

    def page(self, parsed: ImagePage, check: PageCheck, marker: str | None) -> PageItems:
        """What is new in a parsed response that begins after `marker`.

        Raises `MalformedResponse` for a page that leads back to an earlier one.
        """
        models = iter(parsed.images)
        images = [Image.from_parsed(next(models), item[0]) if isinstance(item, tuple) else item for item in check.found]
        ids = [str(UUID(image.id)) if isinstance(image, Image) else None for image in images]
        new = self._new(images, ids, marker)
        following = _next_marker(parsed)
        self._start, self._is_linked = marker, following is not None
        if following is None and (new or len(images) >= self.query.page_size):
            following = next(filter(None, reversed(ids)), None)
        self._passed.add(marker)
        if following is not None and following in self._passed:
            raise MalformedResponse("the list goes round: the next page begins where this one did, or one before it")
        self._marker, self._before, self.is_over = following, ids, following is None
        return new

    def _new(self, images: PageItems, ids: list[str | None], marker: str | None) -> PageItems:
        """The images that the page before did not have; what could not be read of it comes again with them."""
        after = self._before.index(marker) + 1 if marker in self._before else len(self._before)
        # A server that does not obey a marker sends all of it again.
        again = self._before if marker in ids else self._before[after:]
        known, unreadable, new = set(self._before), again.count(None), []
        for image, image_id in zip(images, ids, strict=True):
            if image_id is None and unreadable:
                unreadable -= 1
            elif image_id is None or image_id not in known:
                new.append(image)
        return new

    def gone(self, refusal: BadRequest) -> BadRequest:
        """The error of a page that the server refused after every image it could begin after."""
        if self._passed:
            deleted = f"image {self._marker}, after which the next page begins, was deleted meanwhile"
            refusal.message = f"{deleted}: {refusal.message}" if refusal.message else deleted
            refusal._hint = "list the images again"
        return refusal


def _readable(item: Any) -> tuple[dict[str, Any], dict[str, Any]] | MalformedResponse:
    try:
        if not isinstance(item, dict):
            raise MalformedResponse("an image in the list is no object")
        received_id(item)
        return item, copied(item)
    except MalformedResponse as malformed:
        return malformed


def _next_marker(page: ImagePage) -> str | None:
    """The marker in the link to the next page. Its host and path may be those of a server behind a gateway.

    Raises `MalformedResponse` for a marker that is not an id.
    """
    links = page.images_links if isinstance(page.images_links, list) else []
    for link in links:
        href = getattr(link, "href", None)
        if getattr(link, "rel", None) == "next" and isinstance(href, str):
            with contextlib.suppress(ValueError):
                marker = parse_qs(urlsplit(href[:MAX_URL]).query, keep_blank_values=True).get("marker")
                return None if marker is None else str(image_uuid(marker[-1]))
            raise MalformedResponse("the link to the next page has a marker that is not an image id")
    return None
