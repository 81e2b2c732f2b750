"""Images as Nova tells them, and what it says of those that it does not tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rackspace_images import StaticToken, errors

from .clients import NOBODYS_ID, Opened, both, password_of
from .lab import SNAPSHOT_SERVER, OpenStackLab

SIZE = 1280
BASE = {
    "os_type": "linux",
    "os_distro": "ubuntu",
    "os_version": "24.04",
    "image_type": "base",
    "auto_disk_config": "True",
}
SNAPSHOT = {"image_type": "snapshot", "instance_uuid": SNAPSHOT_SERVER, "auto_disk_config": "False"}
PLAIN: dict[str, Any] = {"name": None, "status": "ACTIVE", "progress": 100, "minDisk": 0, "minRam": 0, "metadata": {}}
RECEIVED: dict[str, dict[str, Any]] = {
    "base": {
        "name": "Ubuntu 24.04 LTS (Noble Numbat)",
        "minDisk": 20,
        "minRam": 512,
        "metadata": BASE,
        "OS-DCF:diskConfig": "AUTO",
    },
    "snapshot": {"name": "nightly snapshot", "metadata": SNAPSHOT, "OS-DCF:diskConfig": "MANUAL"},
    "queued": {"name": "not uploaded yet", "status": "SAVING", "progress": 25, "OS-EXT-IMG-SIZE:size": 0},
    "nameless": {},
    "deactivated": {"name": "withdrawn", "status": "UNKNOWN", "progress": 0},
    "private": {"name": "only for demo"},
}


def links(lab: OpenStackLab, what: str, one: str) -> list[dict[str, str]]:
    root = lab.compute_url.removesuffix("/v2.1")
    return [
        {"rel": "self", "href": f"{lab.compute_url}/{what}/{one}"},
        {"rel": "bookmark", "href": f"{root}/{what}/{one}"},
    ]


@both
@pytest.mark.parametrize("name", RECEIVED)
def test_every_member_of_the_document_arrives(lab: OpenStackLab, opened: Opened, name: str) -> None:
    """An image has the members, all and no other, that the document promises for its kind."""
    image_id = lab.images[name]
    alternate = {"rel": "alternate", "type": "application/vnd.openstack.image", "href": f"{lab.image_url}/images/"}
    alternate["href"] += image_id
    expected: dict[str, Any] = {
        "id": image_id,
        "OS-EXT-IMG-SIZE:size": SIZE,
        "links": [*links(lab, "images", image_id), alternate],
    }
    expected |= PLAIN | RECEIVED[name]
    if name == "snapshot":
        expected["server"] = {"id": SNAPSHOT_SERVER, "links": links(lab, "servers", SNAPSHOT_SERVER)}

    with opened(password_of(lab, lab.demo), region="DFW") as images:
        image = images.get(image_id)

    received = image.to_dict()
    times = [received.pop(key) for key in ("created", "updated")]
    assert received == expected
    assert [image.created, image.updated] == [datetime.fromisoformat(time) for time in times]
    assert image.created is not None
    assert timedelta(0) <= datetime.now(UTC) - image.created < timedelta(hours=2)
    assert (image.id, image.name, image.status) == (image_id, expected["name"], expected["status"])
    assert (image.progress, image.min_disk, image.min_ram) == tuple(expected[k] for k in ("progress", *MINIMA))
    assert image.size == expected["OS-EXT-IMG-SIZE:size"]
    assert image.disk_config == expected.get("OS-DCF:diskConfig")
    assert image.metadata == expected["metadata"]
    assert image.link("self") == f"{lab.compute_url}/images/{image_id}"
    assert image.link("bookmark") == links(lab, "images", image_id)[1]["href"]
    assert image.link("alternate") == alternate["href"]


MINIMA = ("minDisk", "minRam")


@both
def test_readable_names(lab: OpenStackLab, opened: Opened) -> None:
    """What people ask of an image has a name of its own, and is None where Nova leaves it out."""
    with opened(password_of(lab, lab.demo), region="DFW") as images:
        base, snapshot, queued, nameless, deactivated = (
            images.get(lab.images[name]) for name in ("base", "snapshot", "queued", "nameless", "deactivated")
        )
    assert (base.os_distro, base.os_version, base.is_active) == ("ubuntu", "24.04", True)
    assert (base.is_snapshot, base.server, base.server_id) == (False, None, None)
    assert (snapshot.is_snapshot, snapshot.server_id, snapshot.os_distro) == (True, SNAPSHOT_SERVER, None)
    assert [queued.is_active, deactivated.is_active, nameless.is_active] == [False, False, True]
    assert (nameless.name, nameless.disk_config, nameless.is_snapshot) == (None, None, False)


@both
def test_answer_is_kept_beside_the_image(lab: OpenStackLab, opened: Opened) -> None:
    """An image knows which region and URL it came from, and the server's name for the request."""
    with opened(password_of(lab, lab.demo), region="dfw") as images:
        assert (images.region, images.endpoint) == (None, None)
        answer = images.get(lab.images["base"]).response
        assert (images.region, images.endpoint) == ("DFW", lab.compute_url)
    assert answer is not None
    assert (answer.status_code, answer.region, answer.endpoint) == (200, "DFW", lab.compute_url)
    assert answer.request_id is not None
    assert answer.request_id.startswith("req-")
    assert answer.attempts == 1


@both
@pytest.mark.parametrize("image_id", [str.upper, lambda image_id: image_id.replace("-", "")], ids=["upper", "bare"])
def test_id_is_sent_as_nova_knows_it(lab: OpenStackLab, opened: Opened, image_id: Any) -> None:
    """An id in capitals or without dashes finds its image, though Nova itself compares letter by letter."""
    with opened(password_of(lab, lab.demo), region="DFW") as images:
        assert images.get(image_id(lab.images["base"])).id == lab.images["base"]


@both
def test_unknown_image(lab: OpenStackLab, opened: Opened) -> None:
    """An id that no image has is an `ImageNotFound` in Nova's words, with all that support asks for."""
    with opened(password_of(lab, lab.demo), region="DFW") as images:
        with pytest.raises(errors.ImageNotFound) as caught:
            images.get(NOBODYS_ID)
    error = caught.value
    assert (error.status_code, error.fault, error.message) == (404, "itemNotFound", "Image not found.")
    assert (error.image_id, error.region, error.endpoint) == (NOBODYS_ID, "DFW", lab.compute_url)
    assert (error.request_id or "").startswith("req-")
    assert not error.retryable


@both
def test_private_image_of_another_project(lab: OpenStackLab, opened: Opened) -> None:
    """A reader of another project sees public images, and cannot tell a private one from none."""
    with opened(password_of(lab, lab.other), region="DFW") as images:
        assert images.get(lab.images["base"]).name == RECEIVED["base"]["name"]
        with pytest.raises(errors.ImageNotFound, match="Image not found"):
            images.get(lab.images["private"])


@both
def test_project_in_the_url(lab: OpenStackLab, opened: Opened) -> None:
    """The token's own project may stand in the URL, and is then in the links; another one is a `BadRequest`."""
    token = StaticToken(lab.token(lab.demo))
    own = f"{lab.compute_url}/{lab.demo.project_id}"
    with opened(token, endpoint=own) as images:
        assert images.get(lab.images["base"]).link("self") == f"{own}/images/{lab.images['base']}"
    with opened(token, endpoint=f"{lab.compute_url}/{lab.other.project_id}") as images:
        with pytest.raises(errors.BadRequest, match="Malformed request URL") as caught:
            images.get(lab.images["base"])
    assert (caught.value.status_code, caught.value.fault) == (400, "badRequest")


@both
@pytest.mark.parametrize("version", ["/v2.1", "/v2"])
def test_both_versions_of_the_api(lab: OpenStackLab, opened: Opened, version: str) -> None:
    """v2.1 and v2 tell the same image, each with links of its own."""
    endpoint = lab.compute_url.removesuffix("/v2.1") + version
    with opened(StaticToken(lab.token(lab.demo)), endpoint=endpoint) as images:
        image = images.get(lab.images["snapshot"])
    assert (image.name, image.server_id) == ("nightly snapshot", SNAPSHOT_SERVER)
    assert image.link("self") == f"{endpoint}/images/{image.id}"


NOT_COMPUTE = {
    "glance": ("image_url", "", errors.UnexpectedStatus, "300"),
    "glance-v2": ("image_url", "/v2", errors.MalformedResponse, "no image in the answer"),
    "keystone": ("auth_url", "", errors.UnexpectedStatus, "404"),
    "nova-no-version": ("compute_url", "/..", errors.UnexpectedStatus, "300"),
}


@both
@pytest.mark.parametrize("service", NOT_COMPUTE)
def test_endpoint_that_is_none(lab: OpenStackLab, opened: Opened, service: str) -> None:
    """An endpoint that is another service's, or lacks its version, is told with a hint at the endpoint."""
    attribute, path, kind, words = NOT_COMPUTE[service]
    endpoint = (getattr(lab, attribute) + path).removesuffix("/v2.1/..")
    with opened(StaticToken(lab.token(lab.demo)), endpoint=endpoint) as images:
        with pytest.raises(kind, match=words) as caught:
            images.get(lab.images["base"])
    assert isinstance(caught.value, errors.ImagesError)
    assert "check that the endpoint is a compute endpoint" in (caught.value.hint or "")
    assert caught.value.endpoint == endpoint
