"""A catalog of two regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from rackspace_images import errors

from .clients import NOBODYS_ID, Opened, both, password_of
from .lab import OpenStackLab


@pytest.fixture
def catalog(lab: OpenStackLab) -> Iterator[Callable[[str, str], None]]:
    """Says another compute URL for a region, until the test ends."""
    before = dict(lab.regions)
    yield lab.set_endpoint
    for region, url in before.items():
        if lab.regions[region] != url:
            lab.set_endpoint(region, url)


@both
def test_regions(lab: OpenStackLab, opened: Opened) -> None:
    """The regions are those of Keystone's catalog that have compute, for each interface."""
    for interface in ("public", "internal", "admin", "publicURL"):
        with opened(password_of(lab, lab.demo), interface=interface) as images:
            assert images.regions() == {"RegionOne": lab.compute_url, "DFW": lab.compute_url}


@both
def test_no_region_given(lab: OpenStackLab, opened: Opened) -> None:
    """Where there are two regions and none is given, the error names both; so it does for one that is not there."""
    with opened(password_of(lab, lab.demo)) as images:
        with pytest.raises(errors.RegionNotFound, match="no region was given; compute is in: DFW, RegionOne"):
            images.get(lab.images["base"])
    with opened(password_of(lab, lab.demo), region="ORD") as images:
        with pytest.raises(errors.RegionNotFound, match="no region ORD; compute is in: DFW, RegionOne"):
            images.get(lab.images["base"])


@both
def test_in_region(lab: OpenStackLab, opened: Opened) -> None:
    """The same client asks another region, named in any case."""
    with opened(password_of(lab, lab.demo), region="regionone") as images:
        there = images.in_region("dfw")
        image = there.get(lab.images["base"])
        assert (there.region, images.region) == ("DFW", None)
        assert images.get(lab.images["base"]) == image
        assert images.region == "RegionOne"


@both
def test_locate(lab: OpenStackLab, opened: Opened) -> None:
    """All regions are asked at once, or those that are named."""
    with opened(password_of(lab, lab.demo)) as images:
        everywhere = images.locate(lab.images["base"])
        nowhere = images.locate(NOBODYS_ID)
        one = images.locate(lab.images["base"], regions=["dfw"])
    assert {region: image.name for region, image in everywhere.found.items()} == dict.fromkeys(
        ("RegionOne", "DFW"), "Ubuntu 24.04 LTS (Noble Numbat)"
    )
    assert (everywhere.absent, everywhere.failed) == ([], {})
    assert (nowhere.found, sorted(nowhere.absent), nowhere.failed) == ({}, ["DFW", "RegionOne"], {})
    assert (list(one.found), one.absent, one.failed) == (["DFW"], [], {})


@both
def test_locate_with_a_region_that_fails(
    lab: OpenStackLab, opened: Opened, catalog: Callable[[str, str], None]
) -> None:
    """A region that cannot be asked is told beside the one that has the image."""
    catalog("DFW", f"{lab.image_url}/v2")
    with opened(password_of(lab, lab.demo)) as images:
        result = images.locate(lab.images["base"])
    assert (list(result.found), result.absent, list(result.failed)) == (["RegionOne"], [], ["DFW"])
    assert isinstance(result.failed["DFW"], errors.MalformedResponse)


@both
def test_version_is_found(lab: OpenStackLab, opened: Opened, catalog: Callable[[str, str], None]) -> None:
    """A compute URL of the catalog that lacks its version is completed with what Nova offers there."""
    root = lab.compute_url.removesuffix("/v2.1")
    for url in (root, f"{root}/"):
        catalog("DFW", url)
        with opened(password_of(lab, lab.demo), region="DFW") as images:
            assert images.get(lab.images["base"]).link("self") == f"{root}/v2.1/images/{lab.images['base']}"
            assert images.endpoint == f"{root}/v2.1"


@both
def test_catalog_with_projects(lab: OpenStackLab, opened: Opened, catalog: Callable[[str, str], None]) -> None:
    """A catalog that puts the project into the compute URL, as older deployments have it, is followed."""
    catalog("DFW", f"{lab.compute_url}/$(project_id)s")
    with opened(password_of(lab, lab.other), region="DFW") as images:
        image = images.get(lab.images["base"])
        assert images.endpoint == f"{lab.compute_url}/{lab.other.project_id}"
    assert image.link("self") == f"{lab.compute_url}/{lab.other.project_id}/images/{image.id}"
