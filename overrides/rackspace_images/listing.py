"""The list of images: what is asked for, what a page holds, and where the next one begins."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from rackspace_images_api import Client
from rackspace_images_api.api.images import list_images_details
from rackspace_images_api.models import ImagePage

from .defaults import LARGEST_BODY, PAGE_SIZE
from .errors import ConfigError, MalformedResponse
from .faults import api_error, json_object
from .http.call import Call, Limits
from .http.flow import Operation
from .image import GOOD, Image, copied, missing, received_id

OnError = Callable[[MalformedResponse], object]


@dataclass(frozen=True, slots=True)
class Page:
    """The images of one page, each an image or why it is none, and the marker of the next page, if there is one."""

    images: list[Image | MalformedResponse]
    marker: str | None

    def readable(self, on_error: OnError | None) -> Iterator[Image]:
        """The images; of what is none `on_error` is told, or else a warning tells."""
        for item in self.images:
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
        page = json_object(body)
        received = page.get("images")
        if not isinstance(received, list):
            raise missing(page, "images", "an array", wanted="a page")
        self.found = [_readable(item) for item in received]
        return {**page, "images": [item[1] for item in self.found if isinstance(item, tuple)]}


def page_call(limits: Limits) -> Call:
    """A call of `list_images_details`."""
    return Call(limits, GOOD, LARGEST_BODY, api_error, PageCheck())


def page_from_parsed(parsed: ImagePage, check: PageCheck, limit: int, marker: str | None) -> Page:
    """The page of a parsed response. `limit` and `marker` are those it was requested with.

    Raises `MalformedResponse` for one that leads back to itself.
    """
    models = iter(parsed.images)
    images = [Image.from_parsed(next(models), item[0]) if isinstance(item, tuple) else item for item in check.found]
    following = _next_marker(parsed)
    if following is None and len(images) >= limit and isinstance(images[-1], Image):
        # Nova leaves the link out where its operator allows fewer than were asked for, and gives as many.
        following = images[-1].id
    if following is not None and following == marker:
        raise MalformedResponse("the next page begins where this one did")
    return Page(images, following)


def _readable(item: Any) -> tuple[dict[str, Any], dict[str, Any]] | MalformedResponse:
    try:
        if not isinstance(item, dict):
            raise MalformedResponse("an image in the list is no object")
        received_id(item)
        return item, copied(item)
    except MalformedResponse as malformed:
        return malformed


def _next_marker(page: ImagePage) -> str | None:
    """The marker in the link to the next page. Its host and path may be those of a server behind a gateway."""
    links = page.images_links if isinstance(page.images_links, list) else []
    for link in links:
        href = getattr(link, "href", None)
        if getattr(link, "rel", None) == "next" and isinstance(href, str):
            try:
                return parse_qs(urlsplit(href).query).get("marker", [None])[-1]
            except ValueError:
                break
    return None
