"""`list`: filters, pages, regions, formats."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from rackspace_images.testing.sandbox import Sandbox
from scripted import Request, Scripted, answer

from .running import ID, Run

SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"
TWO_PAGES = "00000000-0000-4000-8001-000000200001"
ODD_IMAGES = "00000000-0000-4000-8001-000000200051"
UNREADABLE = "00000000-0000-4000-8001-000000500001"


@pytest.fixture
def signed_in(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox with a catalog."""
    running.reset()
    username, api_key = running.api_key
    given = {"USERNAME": username, "API_KEY": api_key, "REGION_NAME": "DFW", "AUTH_URL": running.auth_url}
    for name, value in given.items():
        monkeypatch.setenv(f"RS_{name}", value)
    return running


def test_every_filter_reaches_the_api(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under its name on the wire."""
    with Scripted([answer(200, {"images": []})]) as server:
        monkeypatch.setenv("OS_TOKEN", "t")
        monkeypatch.setenv("OS_ENDPOINT_OVERRIDE", server.endpoint)
        words = [
            *("--server", "s-1", "--name", "web 1", "--status", "ACTIVE", "--type", "snapshot", "--min-disk", "0"),
            *("--min-ram", "512", "--marker", ID, "--page-size", "7", "--changes-since", "2026-01-31"),
        ]
        ended = run("list", *words, "-f", "json")
    assert ended == (0, "[]\n", "")
    query = server.requests[0].path.partition("?")[2]
    assert dict(part.split("=") for part in query.split("&")) == {
        "server": "s-1",
        "name": "web+1",
        "status": "ACTIVE",
        "type": "snapshot",
        "minDisk": "0",
        "minRam": "512",
        "marker": ID,
        "limit": "7",
        "changes-since": "2026-01-31T00%3A00%3A00%2B00%3A00",
    }


def test_the_pages_are_followed_no_further_than_wanted(run: Run, sandbox: Sandbox) -> None:
    """`--limit` is how many in all; `--page-size` how many with one request."""
    everything = json.loads(run("list", "-f", "json").out)
    assert len(everything) > 10
    sandbox.reset()
    assert json.loads(run("list", "-f", "json", "--page-size", "3").out) == everything
    assert len(sandbox.requests) >= len(everything) // 3
    sandbox.reset()
    assert json.loads(run("list", "-f", "json", "--page-size", "3", "--limit", "4").out) == everything[:4]
    assert len(sandbox.requests) == 2
    sandbox.reset()
    assert json.loads(run("list", "-f", "json", "--limit", "2").out) == everything[:2]
    assert len(sandbox.requests) == 1


def test_every_format_lists_the_same(run: Run, sandbox: Sandbox) -> None:
    """Whole images in JSON and YAML, the usual columns in CSV and values."""
    images = json.loads(run("list", "-f", "json").out)
    assert [json.loads(line) for line in run("list", "-f", "jsonl").out.splitlines()] == images
    assert yaml.safe_load(run("list", "-f", "yaml").out) == images
    rows = run("list", "-f", "csv").out.splitlines()
    assert rows[0] == "id,status,name"
    assert [row.split(",")[0] for row in rows[1:]] == [image["id"] for image in images]
    assert run("list", "-f", "value", "-c", "ID").out.split() == [image["id"] for image in images]
    assert run("list", "-c", "id", "-c", "minDisk").out.startswith("ID                                    MINDISK\n")


def test_nothing_listed_is_said_to_people_only(run: Run, sandbox: Sandbox) -> None:
    """An empty array is JSON; an empty table is nothing, so that somebody has to say it."""
    assert run("list", "--name", "none") == (0, "", "no such images\n")
    assert run("list", "--name", "none", "-q") == (0, "", "")
    for name, out in {"json": "[]\n", "yaml": "[]\n", "jsonl": "", "csv": "", "value": ""}.items():
        assert run("list", "--name", "none", "-f", name) == (0, out, "")


def test_an_image_that_cannot_be_read_costs_only_itself(run: Run, sandbox: Sandbox) -> None:
    """A line on standard error for each, exit code 1, and the others are listed."""
    ended = run("list", "--server", ODD_IMAGES, "-f", "json")
    assert ended.code == 1
    assert len(json.loads(ended.out)) == 2
    told = [json.loads(line)["error"] for line in ended.err.splitlines()]
    assert told == ["MalformedResponse"] * 3


def test_a_page_that_fails_leaves_what_came_before_it_whole(run: Run, sandbox: Sandbox) -> None:
    """The array is closed; the error says the rest."""
    ended = run("list", "--server", UNREADABLE, "-f", "json")
    assert ended.code == 1
    assert json.loads(ended.out)
    assert json.loads(ended.err)["error"] == "ApiFault"


def test_an_error_before_any_image_leaves_standard_output_empty(run: Run, running: Sandbox) -> None:
    """As with every command."""
    ended = run("list", "--marker", ID, "-f", "json", "--sandbox")
    assert (ended.code, ended.out) == (1, "")


def test_all_regions(run: Run, signed_in: Sandbox) -> None:
    """Each image with its region, in the order of the regions' names; a limit is for all together."""
    images = json.loads(run("list", "--all-regions", "-f", "json").out)
    assert next(iter(images[0])) == "region"
    regions = [image["region"] for image in images]
    assert regions == sorted(regions)
    assert set(regions) == {"DFW", "ORD"}
    rows = run("list", "--all-regions", "-f", "value", "-c", "region", "-c", "id").out.splitlines()
    assert rows == [f"{image['region']} {image['id']}" for image in images]
    assert run("list", "--all-regions", "-f", "csv", "--limit", "1").out.splitlines()[0] == "region,id,status,name"
    for limit in (1, len(images) - 1):
        assert len(run("list", "--all-regions", "-f", "jsonl", "--limit", str(limit)).out.splitlines()) == limit


def test_a_region_that_fails_does_not_lose_the_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is told, and its exit code stays."""

    def cloud(request: Request) -> bytes:
        if request.path.endswith("/tokens"):
            return answer(200, access(server.url))
        if request.path.startswith("/ord/"):
            return answer(503, b"")
        return answer(200, {"images": [{"id": ID, "name": "web"}]})

    with Scripted(cloud) as server:
        for name, value in {"USERNAME": "demo", "API_KEY": "k", "AUTH_URL": f"{server.url}/identity/v2.0"}.items():
            monkeypatch.setenv(f"RS_{name}", value)
        ended = run("list", "--all-regions", "-f", "value")
    assert (ended.code, ended.out) == (5, f"DFW {ID}  web\n")
    assert "ServiceUnavailable: 503" in ended.err
    assert "region=ORD" in ended.err


def access(url: str) -> dict[str, Any]:
    endpoints = [{"region": region, "publicURL": f"{url}/{region.lower()}/v2/1"} for region in ("DFW", "ORD")]
    catalog = [{"name": "cloudServersOpenStack", "type": "compute", "endpoints": endpoints}]
    token = {"id": "t", "expires": "2099-01-01T00:00:00Z", "tenant": {"id": "1"}}
    return {"access": {"token": token, "serviceCatalog": catalog, "user": {"id": "1"}}}
