"""The list of images: pages, filters, markers, links, and images that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from referee.cases import IMAGE_ID, Case, call
from referee.server import Reply, Request, response


def numbered(number: int) -> str:
    return str(UUID(int=number))


class Store:
    """So many images in pages as Nova makes them; `most`: what its operator allows in one page."""

    def __init__(self, count: int, most: int = 1000) -> None:
        self._ids = [numbered(number) for number in range(1, count + 1)]
        self._most = most

    def __call__(self, request: Request) -> Reply:
        query = parse_qs(request.target.partition("?")[2])
        start = self._ids.index(query["marker"][0]) + 1 if "marker" in query else 0
        limit = int(query.get("limit", ["1000"])[0])
        page = self._ids[start : start + min(limit, self._most)]
        body: dict[str, Any] = {"images": [{"id": one} for one in page]}
        if len(page) == min(limit, self._most):
            href = f"http://nova.internal:8774/v2/1/images/detail?limit={limit}&marker={page[-1]}"
            body["images_links"] = [{"rel": "next", "href": href}]
        return response(200, body)


def page(*images: Any, links: Any = None) -> Reply:
    return response(200, {"images": list(images), **({} if links is None else {"images_links": links})})


def next_link(marker: Any, more: str = "") -> list[dict[str, Any]]:
    return [{"rel": "next", "href": f"http://x/images/detail?marker={marker}{more}"}]


ONE, TWO = {"id": numbered(1)}, {"id": numbered(2)}
EMPTY = page()

FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "all": {
        "server": UUID(int=9),
        "name": "näme & co",
        "status": "ACTIVE",
        "type": "snapshot",
        "changes_since": datetime(2026, 11, 1, tzinfo=UTC),
        "min_disk": 0,
        "min_ram": 512,
        "marker": numbered(1).upper().replace("-", ""),
        "page_size": 7,
    },
    "server-url": {"server": "http://dfw.example.com/servers/1"},
    "name-empty": {"name": ""},
    "type-odd": {"type": "nonsense"},
    "page-size-zero": {"page_size": 0},
    "page-size-text": {"page_size": "5"},
    "page-size-huge": {"page_size": 10**6},
    "min-disk-negative": {"min_disk": -1},
    "min-ram-true": {"min_ram": True},
    "changes-since-no-zone": {"changes_since": datetime(2026, 11, 1)},
    "changes-since-date": {"changes_since": date(2026, 11, 1)},
    "marker-word": {"marker": "x&limit=1"},
    "marker-uuid": {"marker": UUID(int=1)},
    "unknown": {"colour": "red"},
}

PAGES: dict[str, Any] = {
    "html": response(200, b"<html>"),
    "empty-body": response(200),
    "no-images": response(200, {}),
    "images-null": response(200, {"images": None}),
    "images-object": response(200, {"images": {}}),
    "images-text": response(200, {"images": "x"}),
    "one-image": response(200, {"image": {"id": IMAGE_ID}}),
    "fault": response(200, {"badRequest": {"code": 400, "message": "m"}}),
    "array": response(200, []),
    "deep": response(200, b"[" * 200_000),
    "nan": response(200, b'{"images": [NaN]}'),
    "202": response(202, {"images": []}),
    "203": response(203, {"images": [ONE]}),
    "204": response(204),
    "400": response(400, {"badRequest": {"code": 400, "message": "marker [x] not found"}}),
    "401": response(401),
    "404": response(404),
    "404-fault": response(404, {"itemNotFound": {"code": 404, "message": "m"}}),
    "413": response(413, b"", {"Retry-After": "4"}),
    "500": response(500, {"computeFault": {"code": 500, "message": "m"}}),
    "503-page": response(503, b"<html>"),
    "closed": Reply(b"", "close"),
}

LINKS: dict[str, Any] = {
    "itself": next_link(numbered(1)),
    "null": [],
    "odd": [None, 1, "x", {}, {"rel": "next"}, {"rel": "next", "href": 5}],
    "text": "x",
    "object": {"rel": "next", "href": "x"},
    "no-marker": [{"rel": "next", "href": "http://x/images/detail?limit=5"}],
    "no-url": [{"rel": "next", "href": "::::"}],
    "bracket": [{"rel": "next", "href": "http://[::1"}],
    "marker-word": next_link("word"),
    "marker-empty": next_link(""),
    "marker-twice": next_link(numbered(1), f"&marker={numbered(2)}"),
    "previous": [{"rel": "previous", "href": f"http://x/images/detail?marker={numbered(1)}"}],
    "relative": [{"rel": "next", "href": f"?marker={numbered(1)}"}],
}

ODD_IMAGES: dict[str, list[Any]] = {
    "no-id": [ONE, {"name": "x"}, "y", None, 7, [], {"id": 7}, {"id": "x"}, TWO],
    "duplicates": [ONE, ONE],
    "deep": [ONE, {"id": numbered(3), "x": [[[[1]]]]}, TWO],
    "hostile": [{"id": "\x1b[31m"}, {"id": {"a": "geheim-token-1"}}, TWO],
}


def cases() -> Iterator[Case]:
    for count, size in ((0, 3), (5, 3), (6, 3), (1, 1), (7, 200)):
        yield Case(f"pages-{count}-by-{size}", Store(count), (call("list", page_size=size),))
    yield Case("operator-allows-less", Store(17, most=3), (call("list", page_size=5),))
    yield Case("page-then-fault", [page(ONE, links=next_link(numbered(1))), PAGES["500"]], (call("list", page_size=1),))
    yield Case("page-then-gone", [page(ONE, links=next_link(numbered(1))), PAGES["400"]], (call("list", page_size=1),))
    yield Case("round", [page(ONE, links=next_link(numbered(1))), page(TWO, links=next_link(numbered(2))),
                         page(ONE, links=next_link(numbered(1))), EMPTY], (call("list", page_size=1),))  # fmt: skip
    yield Case("headers", [EMPTY], (call("list"),), records_headers=True)
    for name, options in FILTERS.items():
        yield Case(f"filter-{name}", [EMPTY], (call("list", **options),))
    for name, reply in PAGES.items():
        yield Case(f"page-{name}", [reply], (call("list"),))
    for name, links in LINKS.items():
        for size in (1, 200):
            yield Case(f"link-{name}-{size}", [page(ONE, links=links), EMPTY], (call("list", page_size=size),))
    for name, images in ODD_IMAGES.items():
        yield Case(f"odd-images-{name}", [page(*images), EMPTY], (call("list"),))
