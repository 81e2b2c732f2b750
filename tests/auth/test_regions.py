"""From a catalog to a compute URL."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, rackspace
from conftest import SOURCE_ID
from rackspace_images import ImagesClient, StaticToken, errors
from rackspace_images.regions import (
    Endpoint,
    ServiceFilter,
    checked_endpoint,
    choose_region,
    compute_endpoints,
    has_version,
)
from scripted import answer


@pytest.mark.parametrize("wanted", ["ORD", "ord", "Ord"])
def test_a_region_is_written_in_any_case(wanted: str) -> None:
    """`ord` is ORD; the answer names it as the catalog does."""
    with Cloud() as cloud, ImagesClient(cloud.api_key(), region=wanted) as images:
        assert (images.region, images.endpoint) == (None, None)
        image = images.get(SOURCE_ID)
        assert (images.region, images.endpoint) == ("ORD", f"{cloud.url}/ord/v2/820712")
    assert image.response is not None
    assert (image.response.region, image.response.endpoint) == ("ORD", f"{cloud.url}/ord/v2/820712")


def test_without_a_region_the_users_own() -> None:
    """`RAX-AUTH:defaultRegion` decides where no region is given."""
    with Cloud(default_region="ord") as cloud, ImagesClient(cloud.api_key()) as images:
        images.get(SOURCE_ID)
        assert images.region == "ORD"


def test_without_a_region_the_only_one() -> None:
    """One region needs no name."""
    with Cloud(default_region=None, regions=("IAD",)) as cloud, ImagesClient(cloud.api_key()) as images:
        images.get(SOURCE_ID)
        assert images.region == "IAD"


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (None, "no region was given; compute is in: DFW, ORD; try: region=, --region"),
        ("LON", "no region LON; compute is in: DFW, ORD"),
        ("syd", "region syd has no compute; public compute is in: DFW, ORD"),
    ],
)
def test_a_region_that_is_not_there_says_which_are(region: str | None, words: str) -> None:
    """`RegionNotFound` names the choices on one line."""
    with Cloud(default_region=None) as cloud, ImagesClient(cloud.api_key(), region=region) as images:
        with pytest.raises(errors.RegionNotFound) as caught:
            images.get(SOURCE_ID)
    assert words.split(";")[0] in str(caught.value)
    assert "DFW, ORD" in str(caught.value)
    assert cloud.asked == []


@pytest.mark.parametrize("region", ["https://dfw.servers.api.rackspacecloud.com/v2/1", "http://x", "a/b"])
def test_a_url_is_no_region(region: str) -> None:
    """A URL where a region belongs is refused with a hint, before any request."""
    with Cloud() as cloud, pytest.raises(errors.ConfigError, match="endpoint= for a compute URL"):
        ImagesClient(cloud.api_key(), region=region)
    assert cloud.requests == []


def test_the_first_generation_is_never_chosen() -> None:
    """`cloudServers` is of type compute too, and another API: without the next generation there is no region."""
    with Cloud(regions=()) as cloud, ImagesClient(cloud.api_key()) as images:
        with pytest.raises(errors.RegionNotFound, match="compute is in: none"):
            images.get(SOURCE_ID)
        assert images.regions() == {}


def test_the_interface_that_is_asked_for() -> None:
    """`internal` takes the catalog's internal URL; one that no region has is said."""
    with Cloud() as cloud:
        with ImagesClient(cloud.keystone(), region="DFW", interface="internalURL") as images:
            assert images.regions()["DFW"] == f"{cloud.url}/dfw/internal/v2/820712"
            images.get(SOURCE_ID)
        with ImagesClient(cloud.keystone(), region="DFW", interface="admin") as images:
            with pytest.raises(errors.RegionNotFound, match="only the interfaces internal, public"):
                images.get(SOURCE_ID)


def test_a_token_from_elsewhere_learns_the_catalog() -> None:
    """A `StaticToken` with its Keystone's `auth_url` finds the regions by itself."""
    from rackspace_images.testing.sandbox import Sandbox

    with Sandbox() as sandbox, ImagesClient(StaticToken(sandbox.token, auth_url=sandbox.keystone_url)) as images:
        assert sorted(images.regions()) == ["DFW", "ORD"]
        assert images.in_region("dfw").get(SOURCE_ID).id == SOURCE_ID


def versions(*ids: str) -> bytes:
    return answer(
        200, {"versions": [{"id": name, "links": [{"href": "http://internal.example.com/"}]} for name in ids]}
    )


@pytest.mark.parametrize(
    ("offered", "path"),
    [
        (versions("v2.0", "v2.1"), "/compute/v2.1"),
        (versions("v2.0"), "/compute/v2"),
        (answer(300, json.loads(versions("v2.1").split(b"\r\n\r\n")[1])), "/compute/v2.1"),
    ],
)
def test_a_url_without_a_version_is_discovered(offered: bytes, path: str) -> None:
    """The version is learned at the URL, once for all calls, and put after it; the answer's own host is not asked."""
    with Cloud(path="/compute") as cloud:
        usual = cloud._answer
        cloud.answers = lambda request: offered if request.path == "/compute/" else usual(request)
        with ImagesClient(cloud.api_key()) as images:
            images.get(SOURCE_ID)
            images.get(SOURCE_ID)
            assert images.endpoint == cloud.url + path
    assert [request.path for request in cloud.requests if request.path == "/compute/"] == ["/compute/"]
    assert "x-auth-token" not in cloud.requests[1].headers


@pytest.mark.parametrize(
    "said", [answer(200, b"<html>"), answer(200, {}), answer(404, b""), answer(200, {"versions": ["x"]})]
)
def test_a_version_that_cannot_be_learned(said: bytes) -> None:
    """`MalformedResponse` says that the catalog's URL names no version."""
    with Cloud(path="/compute") as cloud:
        usual = cloud._answer
        cloud.answers = lambda request: said if request.path == "/compute/" else usual(request)
        with (
            ImagesClient(cloud.api_key(), retry=None) as images,
            pytest.raises(errors.MalformedResponse, match="names no version"),
        ):
            images.get(SOURCE_ID)


@pytest.mark.parametrize(
    ("url", "versioned"),
    [
        ("https://dfw.servers.api.rackspacecloud.com/v2/820712", True),
        ("https://c/compute/v2.1", True),
        ("https://c/compute/v2.1/abc", True),
        ("https://c:8774", False),
        ("https://v2.example.com/compute", False),
        ("https://c/v2x", False),
    ],
)
def test_what_names_a_version(url: str, versioned: bool) -> None:
    """A version is a whole part of the path."""
    assert has_version(url) is versioned


@pytest.mark.parametrize(
    ("url", "auth_url", "allow_http", "good"),
    [
        ("https://c/v2", "https://k", False, True),
        ("http://c/v2", "https://k", False, False),
        ("http://127.0.0.1/v2", "https://k", False, False),
        ("http://c/v2", "https://k", True, True),
        ("http://c/v2", "http://k", False, True),
    ],
)
def test_an_https_sign_in_leads_to_no_http(url: str, auth_url: str, allow_http: bool, good: bool) -> None:
    """A catalog that names plain http is refused, unless the sign-in was plain too or `allow_http` says so."""
    if good:
        assert checked_endpoint(url, auth_url=auth_url, allow_http=allow_http) == url
    else:
        with pytest.raises(errors.InsecureUrl, match="allow_http"):
            checked_endpoint(url, auth_url=auth_url, allow_http=allow_http)


def outcome(images: ImagesClient, image_id: str, **options: Any) -> tuple[list[str], list[str], list[str]]:
    result = images.locate(image_id, **options)
    return list(result.found), result.absent, list(result.failed)


def test_locate_asks_all_regions_with_one_sign_in() -> None:
    """Found, absent and failed, each with its region; what fails in one region fails no other."""
    with Cloud(regions=("DFW", "ORD", "IAD", "LON")) as cloud:
        usual = cloud._answer
        gone = answer(404, {"itemNotFound": {"code": 404, "message": "Image not found."}})
        ends = {"/ord/": gone, "/iad/": answer(500, b""), "/lon/": b"garbage\r\n\r\n"}
        cloud.answers = lambda request: next((ends[part] for part in ends if part in request.path), usual(request))
        with ImagesClient(cloud.api_key(), retry=None) as images:
            assert outcome(images, SOURCE_ID) == (["DFW"], ["ORD"], ["IAD", "LON"])
            assert outcome(images, SOURCE_ID, regions=["lon", "dfw", "DFW"]) == (["DFW"], [], ["LON"])
            failed = images.locate(SOURCE_ID).failed
        assert isinstance(failed["IAD"], errors.ApiFault)
        assert (failed["LON"].region, failed["LON"].image_id) == ("LON", SOURCE_ID)
        assert len(cloud.logins) == 1


def test_locate_raises_what_is_no_regions_fault() -> None:
    """A bad id, an unknown region and a refused sign-in are raised, not filed under a region."""
    with Cloud(life=timedelta(hours=1)) as cloud, ImagesClient(cloud.api_key()) as images:
        with pytest.raises(errors.InvalidImageId):
            images.locate("x")
        with pytest.raises(errors.RegionNotFound):
            images.locate(SOURCE_ID, regions=["SYD"])
        assert cloud.asked == []
    with Cloud(login=answer(401, b"")) as cloud, ImagesClient(cloud.api_key()) as images:
        with pytest.raises(errors.AuthenticationFailed):
            images.locate(SOURCE_ID)
        with pytest.raises(errors.AuthenticationFailed):
            list(images.locate_many([SOURCE_ID]))


def test_a_failed_sign_in_is_nobodys_answer() -> None:
    """Identity that is down stops a run at once; it is not filed under each id, nor under each region."""
    with Cloud(login=answer(500, b"")) as cloud, ImagesClient(cloud.api_key(), retry=None) as images:
        with pytest.raises(errors.ApiFault):
            list(images.locate_many([SOURCE_ID] * 200, concurrency=1))
        assert len(cloud.logins) == 1
        with pytest.raises(errors.ApiFault):
            images.locate(SOURCE_ID)


def test_one_broken_catalog_url_fails_one_region() -> None:
    """The others are asked all the same."""
    with Cloud() as cloud:
        where = {"DFW": f"{cloud.url}/dfw/v2/1", "ORD": "https://x:%(port)s/v2/1"}
        user = {"access": {"token": {"id": "tok"}, "serviceCatalog": rackspace(where)}}
        cloud.login = answer(200, user)
        cloud.good.add("tok")
        with ImagesClient(cloud.api_key(), retry=None) as images:
            assert outcome(images, SOURCE_ID) == (["DFW"], [], ["ORD"])


def test_the_regions_of_a_cloud_are_all_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`regions` in clouds.yaml limits `regions()` and `locate`."""
    with Cloud(regions=("A", "B", "C")) as cloud:
        auth = {"auth_url": cloud.auth_url, "username": "demo", "api_key": "key"}
        mine = {"profile": "rackspace", "auth_type": "rackspace_apikey", "auth": auth, "regions": ["a", "C"]}
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
        (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"mine": mine}}))
        with ImagesClient.from_config("mine") as images:
            assert list(images.regions()) == ["A", "C"]
            assert list(images.locate(SOURCE_ID).found) == ["A", "C"]


@pytest.mark.parametrize("interface", ["publik", "", "Public"])
def test_an_interface_is_one_of_three(interface: str) -> None:
    """Any other word is a `ConfigError` when the client is made."""
    with Cloud() as cloud, pytest.raises(errors.ConfigError, match="public, internal, admin"):
        ImagesClient(cloud.api_key(), interface=interface)


def test_a_client_of_one_endpoint_has_no_other_regions() -> None:
    """A `StaticToken` without `auth_url` knows no catalog, and says so before it is asked."""
    with ImagesClient(StaticToken("t"), endpoint="https://c.example.com/v2/1") as images:
        with pytest.raises(errors.ConfigError, match="knows one endpoint"):
            images.in_region("ORD")


def test_locate_many_yields_each_id_as_it_was_given() -> None:
    """A bad id among good ones is that id's error; an endless iterable is read as it is needed."""
    with Cloud() as cloud, ImagesClient(cloud.api_key()) as images:
        results = dict(images.locate_many([SOURCE_ID, "x", SOURCE_ID.upper()]))
        assert list(results[SOURCE_ID].found) == ["DFW", "ORD"]  # type: ignore[union-attr]
        assert isinstance(results["x"], errors.InvalidImageId)
        assert SOURCE_ID.upper() in results

        read = 0

        def endless() -> Any:
            nonlocal read
            while True:
                read += 1
                yield SOURCE_ID

        run = images.locate_many(endless(), concurrency=2)
        next(run)
        run.close()  # type: ignore[attr-defined]
        assert read <= 4


CATALOG = (
    Endpoint("not-nova", "compute", "DFW", "public", "https://other.example.com/v2.1"),
    Endpoint("nova", "compute", "DFW", "internal", "https://nova.internal/v2.1"),
    Endpoint("nova", "compute", "DFW", "public", "https://nova.example.com/v2.1"),
    Endpoint("nova", "compute", "ORD", "public", "https://nova-ord.example.com/v2.1"),
    Endpoint("new", "computev21", "DFW", "public", "https://new.example.com/v2.1"),
)


@pytest.mark.parametrize(
    ("service", "found"),
    [
        (ServiceFilter(), {"DFW": "other.example.com", "ORD": "nova-ord.example.com"}),
        (ServiceFilter(name="nova"), {"DFW": "nova.example.com", "ORD": "nova-ord.example.com"}),
        (ServiceFilter(type="computev21"), {"DFW": "new.example.com"}),
        (ServiceFilter(type="computev21", name="nova"), {}),
        (ServiceFilter(("internal",)), {"DFW": "nova.internal"}),
        (ServiceFilter(("internal", "public")), {"DFW": "nova.internal", "ORD": "nova-ord.example.com"}),
        (ServiceFilter(("admin", "public"), name="nova"), {"DFW": "nova.example.com", "ORD": "nova-ord.example.com"}),
    ],
)
def test_service_and_interface_of_the_catalog_are_chosen(service: ServiceFilter, found: dict[str, str]) -> None:
    """By type and name; of several interfaces the first that a region has."""
    urls = {region: f"https://{host}/v2.1" for region, host in found.items()}
    assert compute_endpoints(CATALOG, service) == urls


def test_service_that_a_region_lacks_is_told() -> None:
    """With what it has, and where the service is."""
    with pytest.raises(errors.RegionNotFound, match="region ORD has no compute; public compute is in: DFW"):
        choose_region(CATALOG, "ORD", default=None, service=ServiceFilter(type="computev21"))
    with pytest.raises(errors.RegionNotFound, match="region ORD has only the interfaces public; internal"):
        choose_region(CATALOG, "ORD", default=None, service=ServiceFilter(("internal",)))


def test_client_takes_service_and_interfaces() -> None:
    """A catalog has two services of a type, and each client the one that it was told of."""
    with Cloud() as cloud:
        with ImagesClient(cloud.keystone(), region="DFW", interface=["admin", "public"]) as images:
            images.get(SOURCE_ID)
        with ImagesClient(cloud.keystone(), region="DFW", service_type="computev21") as images:
            with pytest.raises(errors.RegionNotFound, match="region DFW has no compute"):
                images.get(SOURCE_ID)
