"""What a user's type checker makes of the package; checked by `nox -s types` against the installed wheel."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, assert_type

import httpx
from rackspace_images import (
    UK_AUTH_URL,
    ApiKey,
    ApplicationCredential,
    AsyncImagesClient,
    Image,
    ImageResponse,
    ImagesClient,
    KeystonePassword,
    LocateResult,
    Password,
    StaticToken,
    client_auth,
    errors,
    generated_client,
)
from rackspace_images.auth.token_cache import TokenCache
from rackspace_images_api import Client


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
    assert_type(image.metadata, Mapping[str, Any])
    assert_type(image["name"], Any)
    assert_type(dict(image), dict[str, Any])
    assert_type(image.response, ImageResponse | None)
    assert_type(image.to_dict(), dict[str, Any])
    assert_type(Image.from_dict({"id": "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"}), Image)
    if image.server is not None:
        assert_type(image.server.id, str | None)
    for link in image.links or []:
        assert_type(link.href, str | None)
        assert_type(link.type_, str | None)
    assert_type(image.metadata.get("image_type"), Any | None)


def ask() -> None:
    with ImagesClient(StaticToken("token"), endpoint="https://compute.example.com/v2/1") as images:
        assert_type(images.get("e3d37ab2-8dc0-4000-b773-b15aad79ad0a"), Image)
        assert_type(list(images.list(changes_since="2026-01-31", limit=5)), list[Image])
        assert_type(list(images.list(changes_since=datetime.date(2026, 1, 31))), list[Image])
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


def sign_in() -> None:
    images = ImagesClient.from_config("mycloud", region="DFW", timeout=5.0)
    assert_type(images, ImagesClient)
    assert_type(images.in_region("ORD"), ImagesClient)
    assert_type(images.regions(), dict[str, str])
    assert_type(images.region, str | None)
    assert_type(images.locate("e3d37ab2-8dc0-4000-b773-b15aad79ad0a"), LocateResult)
    for image_id, result in images.locate_many(["e3d37ab2-8dc0-4000-b773-b15aad79ad0a"]):
        assert_type(image_id, str)
        assert_type(result, LocateResult | errors.ImagesError)
        if isinstance(result, LocateResult):
            assert_type(result.found, dict[str, Image])
            assert_type(result.failed, dict[str, errors.ImagesError])
    ImagesClient(ApiKey("user", "key", auth_url=UK_AUTH_URL), token_cache=TokenCache())
    ImagesClient(KeystonePassword(auth_url="https://k/v3", user_id="u", password="p", project_id="p"))
    httpx.Client(auth=client_auth(ApplicationCredential(auth_url="https://k/v3", id="i", secret="s")))
    assert_type(generated_client(Password("user", "password"), region="DFW"), Client)


async def ask_async() -> None:
    async with AsyncImagesClient(StaticToken("token"), endpoint="https://compute.example.com/v2/1") as images:
        assert_type(await images.get("e3d37ab2-8dc0-4000-b773-b15aad79ad0a"), Image)
