"""What a user's type checker makes of the package; checked by `nox -s types` against the installed wheel."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, assert_type

from rackspace_images import AsyncImagesClient, Image, ImageResponse, ImagesClient, StaticToken, errors


def look(image: Image) -> None:
    assert_type(image.id, str)
    assert_type(image.name, str | None)
    assert_type(image.status, str | None)
    assert_type(image.progress, int | None)
    assert_type(image.created, datetime.datetime | None)
    assert_type(image.min_disk, int | None)
    assert_type(image.size, int | None)
    assert_type(image.disk_config, str | None)
    assert_type(image.is_active, bool)
    assert_type(image.server_id, str | None)
    assert_type(image.os_distro, str | None)
    assert_type(image.link("self"), str | None)
    assert_type(image.meta, Mapping[str, Any])
    assert_type(image.response, ImageResponse | None)
    assert_type(image.to_dict(), dict[str, Any])
    assert_type(Image.from_dict({"id": "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"}), Image)
    if image.server is not None:
        assert_type(image.server.id, str | None)
    for link in image.links or []:
        assert_type(link.href, str | None)
        assert_type(link.type_, str | None)
    if image.metadata is not None:
        assert_type(image.metadata.image_type, str | None)


def ask() -> None:
    with ImagesClient(StaticToken("token"), endpoint="https://compute.example.com/v2/1") as images:
        assert_type(images.get("e3d37ab2-8dc0-4000-b773-b15aad79ad0a"), Image)
        try:
            images.get(uuid.UUID("e3d37ab2-8dc0-4000-b773-b15aad79ad0a"), timeout=None)
        except errors.OverLimit as error:
            assert_type(error.retry_after, float | None)
            assert_type(error.status_code, int)
            assert_type(error.fault, str | None)
            assert_type(error.body, bytes)
        except errors.ImagesError as error:
            assert_type(error.region, str | None)
            assert_type(error.retryable, bool)


async def ask_async() -> None:
    async with AsyncImagesClient(StaticToken("token"), endpoint="https://compute.example.com/v2/1") as images:
        assert_type(await images.get("e3d37ab2-8dc0-4000-b773-b15aad79ad0a"), Image)
