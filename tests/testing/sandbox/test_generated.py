"""The contract vectors against the generated client with nothing around it."""

from datetime import datetime
from json import JSONDecodeError
from typing import Any

import pytest
from rackspace_images.documents import vectors
from rackspace_images.testing.sandbox import Sandbox
from rackspace_images_api import AuthenticatedClient
from rackspace_images_api.api.images import get_image, list_images_details
from rackspace_images_api.models import ImageEnvelope, ImagePage

CONTRACT: list[dict[str, Any]] = [vector for vector in vectors()["vectors"] if vector["level"] == "contract"]
LISTS: list[dict[str, Any]] = [vector for vector in vectors()["lists"] if vector["level"] == "contract"]


def generated(sandbox: Sandbox) -> AuthenticatedClient:
    return AuthenticatedClient(
        base_url=sandbox.compute_url, token=sandbox.token, prefix="", auth_header_name="X-Auth-Token"
    )


@pytest.mark.parametrize("vector", CONTRACT, ids=[vector["name"] for vector in CONTRACT])
def test_a_bare_generated_client_manages_the_contract(vector: dict[str, Any], sandbox: Sandbox) -> None:
    """It reports every field of an image and the status of every fault, and takes rubbish for no image."""
    with generated(sandbox) as client:
        for expected in vector["expect"]:
            if expected["outcome"] == "malformed":
                with pytest.raises(JSONDecodeError):
                    get_image.sync_detailed(vector["image_id"], client=client)
                continue
            answer = get_image.sync_detailed(vector["image_id"], client=client)
            assert answer.status_code == expected["status"]
            assert isinstance(answer.parsed, ImageEnvelope) is (expected["outcome"] == "image")
            if isinstance(answer.parsed, ImageEnvelope):
                assert_reported(answer.parsed.image.to_dict(), expected)


@pytest.mark.parametrize("vector", LISTS, ids=[vector["name"] for vector in LISTS])
def test_a_bare_generated_client_manages_the_lists(vector: dict[str, Any], sandbox: Sandbox) -> None:
    """It reports every image of a page, and the status of every fault."""
    with generated(sandbox) as client:
        for expected in vector["expect"]:
            answer = list_images_details.sync_detailed(client=client, server=vector["server"])
            assert answer.status_code == expected["status"]
            assert isinstance(answer.parsed, ImagePage) is (expected["outcome"] == "page")
            if isinstance(answer.parsed, ImagePage):
                for image, told in zip(answer.parsed.images, expected["images"], strict=True):
                    assert_reported(image.to_dict(), told)


def test_a_bare_generated_client_reads_the_sandboxs_list(sandbox: Sandbox) -> None:
    """Whole, and by every filter that it has a parameter for."""
    with generated(sandbox) as client:
        whole = list_images_details.sync(client=client)
        assert isinstance(whole, ImagePage)
        assert len(whole.images) > 10
        filtered = list_images_details.sync(
            client=client,
            server="f879f81a-5455-4e57-a0aa-3773e21c2259",
            name="voweb1-firstimage",
            status="ACTIVE",
            type_="snapshot",
            changes_since=datetime.fromisoformat("2013-06-07T19:00:39+02:00"),
            min_disk=40,
            min_ram=1024,
            marker=whole.images[0].id,
            limit=1,
        )
    assert isinstance(filtered, ImagePage)
    assert [image.name for image in filtered.images] == ["voweb1-firstimage"]


def assert_reported(image: dict[str, Any], expected: dict[str, Any]) -> None:
    """The image reports what is expected of it, dates being compared by the moment they name."""
    fields = {**expected["fields"], **expected.get("kept", {})}
    assert {name: comparable(name, image[name]) for name in fields} == {
        name: comparable(name, value) for name, value in fields.items()
    }
    assert not set(expected.get("absent", [])) & set(image)
    assert all(image[name] is None for name in expected.get("null", []))


def comparable(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in ("created", "updated") else value
