"""The list of images: filters, order, pages, and what is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images.testing.sandbox.spec import REGIONS, TENANT, example

from .described import problems

SOURCE = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
SERVER = "f879f81a-5455-4e57-a0aa-3773e21c2259"
SNAPSHOT, BASE, LIKE_BASE, DEACTIVATED, FAILING, VANISHING, LIMITED, CACHED = (
    f"00000000-0000-4000-8000-000000{number}"
    for number in (200003, 200001, 200006, 200016, 200017, 200018, 200019, 203001)
)
LIST = f"/dfw/v2/{TENANT}/images/detail"


def listed(client: httpx.Client, url: str = LIST, /, **query: Any) -> list[dict[str, Any]]:
    """The images of one answer, which is as the document says."""
    answer = client.get(url, params=query or None)
    assert answer.status_code == 200
    assert problems("images", "/images/detail", "get", answer) == []
    found: list[dict[str, Any]] = answer.json()["images"]
    return found


def ids(images: list[dict[str, Any]]) -> list[str]:
    return [image["id"] for image in images]


def pages(client: httpx.Client, sandbox: Sandbox, region: str, **query: str | int) -> list[list[str]]:
    """The ids of each page, read as the document says: by the marker of the next link."""
    found = []
    marker: dict[str, str] = {}
    while True:
        answer = client.get(f"{sandbox.endpoint(region)}/images/detail", params={**query, **marker}).json()
        found.append(ids(answer["images"]))
        if "images_links" not in answer:
            return found
        (link,) = answer["images_links"]
        assert link["rel"] == "next"
        marker = {"marker": httpx.URL(link["href"]).params["marker"]}


def test_images_are_those_that_their_ids_answer_with(signed_in: httpx.Client, sandbox: Sandbox) -> None:
    """In each region, the list's image is the one that a request for its id gets next."""
    for region in REGIONS:
        images = listed(signed_in, f"{sandbox.endpoint(region)}/images/detail")
        assert len(images) > 1
        for image in images:
            answer = signed_in.get(f"{sandbox.endpoint(region)}/images/{image['id']}")
            assert answer.json()["image"] == image


def test_each_region_has_its_own(signed_in: httpx.Client, sandbox: Sandbox) -> None:
    """ORD has the two images that are in both regions."""
    assert ids(listed(signed_in, f"{sandbox.endpoint('ORD')}/images/detail")) == [SNAPSHOT, BASE]
    assert {SNAPSHOT, BASE, SOURCE} < set(ids(listed(signed_in)))


def test_the_newest_is_first(signed_in: httpx.Client) -> None:
    """By the moment of creation; those that do not say are last."""
    created = [image.get("created") for image in listed(signed_in)]
    dated = [datetime.fromisoformat(moment) for moment in created if moment]
    assert dated == sorted(dated, reverse=True)
    assert created[len(dated) :] == [None] * 3


def test_it_shows_the_stage_and_does_not_advance_it(signed_in: httpx.Client) -> None:
    """A snapshot is listed as it stands; one that has vanished is no more, one that can be had again is."""

    def stages(image_id: str) -> list[tuple[str, int]]:
        return [(image["status"], image["progress"]) for image in listed(signed_in) if image["id"] == image_id]

    assert stages(SNAPSHOT) == stages(SNAPSHOT) == [("SAVING", 25)]
    assert (stages(VANISHING), stages(LIMITED)) == ([("SAVING", 25)], [])
    for image_id in (SNAPSHOT, SNAPSHOT, VANISHING, LIMITED):
        signed_in.get(LIST.replace("detail", image_id))
    assert (stages(SNAPSHOT), stages(VANISHING), stages(LIMITED)) == ([("ACTIVE", 100)], [], [("ACTIVE", 100)])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"server": SERVER}, {SNAPSHOT, LIKE_BASE, FAILING, VANISHING, SOURCE, CACHED}),
        ({"server": f"https://cloud.example.com/v2/servers/{SERVER}", "name": "voweb1-firstimage"}, {SOURCE, CACHED}),
        ({"server": SERVER.upper()}, set()),
        ({"name": "Ubuntu 24.04 LTS (Noble Numbat)", "minDisk": 20}, {BASE, LIKE_BASE}),
        ({"name": "ubuntu 24.04 lts (noble numbat)"}, set()),
        ({"name": ""}, set()),
        ({"status": "active", "minDisk": 40}, {SOURCE, CACHED}),
        ({"status": "SAVING"}, set()),
        ({"status": "queued"}, {SNAPSHOT, FAILING, VANISHING}),
        ({"status": "ERROR"}, set()),
        ({"status": "UNKNOWN"}, set()),
        ({"status": "deactivated"}, {DEACTIVATED}),
        ({"status": "CACTUS"}, set()),
        ({"type": "base", "minRam": 512}, {BASE, LIKE_BASE}),
        ({"type": "cactus"}, set()),
        ({"minDisk": 39}, set()),
        ({"minRam": "much"}, set()),
        ({"changes-since": "2026-11-20T03:00:04+01:00"}, {SNAPSHOT, FAILING, VANISHING}),
        ({"changes-since": "2026-11-20T02:00:05Z"}, set()),
    ],
)
def test_filters(signed_in: httpx.Client, query: dict[str, str | int], found: set[str]) -> None:
    """All have to fit; what means nothing finds nothing."""
    assert set(ids(listed(signed_in, **query))) == found


def test_an_unknown_query_is_ignored(signed_in: httpx.Client) -> None:
    """As at Nova; and of a parameter given twice the last counts."""
    assert listed(signed_in, sort_key="name") == listed(signed_in)
    assert len(listed(signed_in, f"{LIST}?limit=1&limit=2")) == 2


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("query", [{}, {"server": SERVER}, {"status": "ACTIVE"}])
def test_pages_walked_to_the_end_have_each_image_once(
    signed_in: httpx.Client, sandbox: Sandbox, region: str, query: dict[str, str]
) -> None:
    """In the list's order, with every limit; a full page has a next link even if nothing follows."""
    whole = ids(listed(signed_in, f"{sandbox.endpoint(region)}/images/detail", **query))
    assert whole
    for limit in range(1, len(whole) + 2):
        walked = pages(signed_in, sandbox, region, limit=limit, **query)
        assert [image_id for page in walked for image_id in page] == whole
        assert [len(page) for page in walked[:-1]] == [limit] * (len(whole) // limit)
        assert len(walked[-1]) == len(whole) % limit


def test_the_next_link_keeps_the_query(signed_in: httpx.Client) -> None:
    """It is the same URL with a marker, so a client that follows it gets the same as one that takes the marker."""
    answer = signed_in.get(LIST, params={"limit": 2, "server": SERVER, "name": "a&b=c"})
    assert "images_links" not in answer.json()
    answer = signed_in.get(LIST, params={"limit": 1, "server": SERVER})
    following = httpx.URL(answer.json()["images_links"][0]["href"])
    assert following.copy_with(query=None) == answer.request.url.copy_with(query=None)
    assert dict(following.params) == {"limit": "1", "server": SERVER, "marker": SNAPSHOT}
    assert ids(signed_in.get(following).json()["images"]) == [FAILING]


def test_a_marker_need_not_fit_the_filters(signed_in: httpx.Client) -> None:
    """It says where to begin in the whole list."""
    assert SOURCE in ids(listed(signed_in, marker=BASE, name="voweb1-firstimage"))
    assert ids(listed(signed_in, marker=SOURCE, name="voweb1-firstimage")) == []
    assert listed(signed_in, marker="") == listed(signed_in)


@pytest.mark.parametrize("limit", ["1001", "9" * 20])
def test_a_limit_above_the_most_is_taken(signed_in: httpx.Client, limit: str) -> None:
    """As at Nova."""
    assert listed(signed_in, limit=limit) == listed(signed_in)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"limit": ""},
        {"limit": "1.5"},
        {"limit": "٣"},
        {"marker": "ubuntu"},
        {"marker": SOURCE.upper()},
        {"changes-since": "yesterday"},
        {"changes-since": ""},
    ],
)
def test_what_is_refused(signed_in: httpx.Client, query: dict[str, str]) -> None:
    """A limit, marker or date that cannot be: 400 with the fault."""
    answer = signed_in.get(LIST, params=query)
    assert (answer.status_code, list(answer.json())) == (400, ["badRequest"])
    assert problems("images", "/images/detail", "get", answer) == []


def test_an_unknown_marker_is_refused_in_the_documents_words(signed_in: httpx.Client) -> None:
    """The example of the document."""
    answer = signed_in.get(LIST, params={"marker": "00000000-0000-4000-8000-000000999999"})
    assert (answer.status_code, answer.json()) == (400, example("images", "UnknownMarker"))


def test_a_marker_of_another_region_is_unknown(signed_in: httpx.Client, sandbox: Sandbox) -> None:
    """Each region is its own."""
    assert signed_in.get(f"{sandbox.endpoint('ORD')}/images/detail", params={"marker": SOURCE}).status_code == 400


def test_what_stands_around_it_is_the_images(signed_in: httpx.Client, anonymous: httpx.Client) -> None:
    """Token, tenant, microversion, method and path are checked as for one image."""
    v21 = LIST.replace("v2", "v2.1")
    assert anonymous.get(LIST).json() == example("images", "RackspaceUnauthorized")
    assert signed_in.get(f"/dfw/v2/12345/images/detail?server={SERVER}").json() == example("images", "BadRequest")
    assert signed_in.get(v21, headers={"OpenStack-API-Version": "compute 2.36"}).status_code == 404
    assert listed(signed_in, v21) == listed(signed_in, "/dfw/v2.1/images/detail") == listed(signed_in)
    assert (signed_in.head(LIST).status_code, signed_in.post(LIST).status_code) == (404, 405)
    assert signed_in.get(f"{LIST}/").json() == example("images", "RouterNotFound")
    assert "X-Compute-Request-Id" in signed_in.get(LIST).headers
