"""What Nova makes of a list: its pages, its filters, and a snapshot that is waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rackspace_images import Image, Progress, errors

from .clients import NOBODYS_ID, Opened, both, password_of
from .lab import SNAPSHOT_SERVER, OpenStackLab


@both
@pytest.mark.parametrize("page_size", [1, 2, 3, 200])
def test_every_image_is_listed_once(lab: OpenStackLab, opened: Opened, page_size: int) -> None:
    """Whatever the page, in the same order, and each as `get` has it."""
    with opened(password_of(lab, lab.demo), region="DFW") as images:
        listed = list(images.list(page_size=page_size))
        assert {image.id for image in listed} >= set(lab.images.values())
        assert len({image.id for image in listed}) == len(listed)
        if page_size == 200:
            got = dict(images.get_many([image.id for image in listed]))
            assert {image.id: image.to_dict() for image in listed} == {
                image_id: image.to_dict() for image_id, image in got.items() if isinstance(image, Image)
            }


@both
@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"type": "snapshot"}, {"snapshot"}),
        ({"server": SNAPSHOT_SERVER}, {"snapshot"}),
        ({"name": "nightly snapshot"}, {"snapshot"}),
        ({"name": "nightly"}, set()),
        ({"min_ram": 512}, {"base"}),
        ({"min_ram": 511}, set()),
        ({"min_disk": 20}, {"base"}),
        ({"status": "SAVING"}, set()),  # Glance calls it queued
        ({"status": "CACTUS"}, set()),
        ({"changes_since": datetime.now(UTC) + timedelta(days=1)}, set()),
    ],
    ids=str,
)
def test_filters(lab: OpenStackLab, opened: Opened, filters: dict[str, Any], names: set[str]) -> None:
    """As `openapi/images.yaml` says that they are."""
    with opened(password_of(lab, lab.demo), region="DFW") as images:
        found = {image.id for image in images.list(**filters)}
    assert found == {lab.images[name] for name in names}


@both
def test_a_marker_that_is_gone(lab: OpenStackLab, opened: Opened) -> None:
    """Is a 400 that names it."""
    with opened(password_of(lab, lab.demo), region="DFW") as images:
        with pytest.raises(errors.BadRequest, match=NOBODYS_ID):
            list(images.list(marker=NOBODYS_ID))


@pytest.fixture
def queued(lab: OpenStackLab) -> Iterator[str]:
    """An image that waits for its data."""
    image_id = lab.create_image("being made")
    yield image_id
    lab.delete_image(image_id)


@both
def test_data_arrives_while_it_is_waited_for(lab: OpenStackLab, opened: Opened, queued: str) -> None:
    """SAVING until then, and ACTIVE after it."""
    told: list[Progress] = []

    def look(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 2:
            threading.Thread(target=lab.upload, args=(queued, b"data")).start()

    with opened(password_of(lab, lab.demo), region="DFW") as images:
        image = images.wait_until_active(queued, on_progress=look, timeout=60)
    assert image.is_active
    assert image.size == 4
    assert [(progress.image.status, progress.image.progress) for progress in told[:2] if progress.image] == [
        ("SAVING", 25)
    ] * 2


@both
def test_an_image_that_is_deleted_while_it_is_waited_for(lab: OpenStackLab, opened: Opened) -> None:
    """Has vanished, and the error has it as it was."""
    image_id = lab.create_image("in vain")

    def look(progress: Progress) -> None:
        lab.delete_image(image_id)

    with opened(password_of(lab, lab.demo), region="DFW") as images:
        with pytest.raises(errors.ImageVanished) as caught:
            images.wait_until_active(image_id, on_progress=look, timeout=60)
        with pytest.raises(errors.ImageNotFound):
            images.wait_until_active(image_id, grace=1, timeout=60)
    assert caught.value.image is not None
    assert caught.value.image.name == "in vain"
