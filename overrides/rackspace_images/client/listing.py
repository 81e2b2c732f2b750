"""The list of images: what is asked for, what a page holds, and where the next one begins."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from rackspace_images_api import Client
from rackspace_images_api.api.images import list_images_details
from rackspace_images_api.models import ImagePage
from rackspace_images_api.types import UNSET

from rackspace_images.defaults import MAX_PAGE_BYTES, MAX_PAGE_IMAGES, MAX_PAGE_VALUES, MAX_URL, PAGE_SIZE
from rackspace_images.errors import BadRequest, ConfigError, MalformedResponse, ResponseTooLarge
from rackspace_images.faults import api_error, json_object
from rackspace_images.http.call import Call, Limits
from rackspace_images.http.flow import Operation
from rackspace_images.image import GOOD, Image, copied, image_uuid, missing, received_id
from rackspace_images.text import shown, whole_number

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


def checked_filters(
    server: str | UUID | None, changes_since: object, min_disk: object, min_ram: object, **words: str | None
) -> dict[str, Any]:
    """Which images are asked for, as arguments of the generated operation. Raises `ConfigError` for a bad value."""
    given = {
        "server": server if server is None else str(server),
        "changes_since": point_in_time("changes_since", changes_since),
        "min_disk": checked_count("min_disk", min_disk, 0),
        "min_ram": checked_count("min_ram", min_ram, 0),
        **words,
    }
    return {name: value for name, value in given.items() if value is not None}


def checked_count(name: str, value: object, least: int) -> int | None:
    """The whole number that `value` is, or None. Raises `ConfigError` for anything else, and for less than `least`."""
    number = whole_number(value)
    if value is not None and (number is None or number < least):
        raise ConfigError(f"{name}={value!r} is no count of at least {least}")
    return number


def point_in_time(name: str, value: object) -> datetime | None:
    """A point in time: a `datetime` with a time zone, or a date or text in ISO 8601, in UTC where it has no offset.

    None for None. Raises `ConfigError` for anything else; `name` is the parameter's.
    """
    moment = value
    if isinstance(value, str | date) and not isinstance(value, datetime):
        with contextlib.suppress(ValueError):
            read = datetime.fromisoformat(str(value))
            moment = read if read.tzinfo else read.replace(tzinfo=UTC)
    if not isinstance(moment, datetime | None):
        raise ConfigError(f"{name}={shown(value)} is not a date in ISO 8601", hint="2026-01-31T12:00:00Z")
    if moment is not None and moment.tzinfo is None:
        raise ConfigError(f"{name}={moment} has no time zone", hint="datetime(…, tzinfo=timezone.utc)")
    return moment


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

    def __init__(self, filters: dict[str, Any], page_size: int, limit: int | None, marker: str | UUID | None) -> None:
        self.filters = filters
        self.page_size = checked_count("page_size", page_size, 1) or PAGE_SIZE
        self.wanted: float = checked_count("limit", limit, 1) or math.inf
        """How many more images are wanted."""
        self.is_over = False
        self._start = self._marker = None if marker is None else str(image_uuid(marker))
        self._passed: set[str | None] = set()
        self._before: list[str | None] = []
        """The ids of the page before; None for an image that could not be read."""
        self._is_linked = False

    def operation(self, limits: Limits, marker: str | None) -> Operation:
        """The generated operation for the page after an image, of no more images than are wanted."""
        arguments = {**self.filters, "marker": marker or UNSET, "limit": min(self.page_size, self.wanted)}
        return Operation(
            partial(list_images_details.sync_detailed, **arguments),
            partial(list_images_details.asyncio_detailed, **arguments),
            Client,
            page_call(limits),
        )

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
        if following is None and (new or len(images) >= min(self.page_size, self.wanted)):
            following = next(filter(None, reversed(ids)), None)
        new = list(self._up_to_limit(new))
        following = following if self.wanted else None
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

    def _up_to_limit(self, new: PageItems) -> Iterator[Image | MalformedResponse]:
        """As much of a page as is wanted; an image that could not be read does not count."""
        for item in new:
            if self.wanted:
                self.wanted -= isinstance(item, Image)
                yield item

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
