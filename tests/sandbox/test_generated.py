"""The contract vectors against the generated client with nothing around it."""

from datetime import datetime
from json import JSONDecodeError
from typing import Any

import pytest
from rackspace_images.documents import vectors
from rackspace_images.sandbox import Sandbox
from rackspace_images_api import AuthenticatedClient
from rackspace_images_api.api.images import get_image
from rackspace_images_api.models import ImageEnvelope

CONTRACT: list[dict[str, Any]] = [vector for vector in vectors()["vectors"] if vector["level"] == "contract"]


@pytest.mark.parametrize("vector", CONTRACT, ids=[vector["name"] for vector in CONTRACT])
def test_a_bare_generated_client_manages_the_contract(vector: dict[str, Any], sandbox: Sandbox) -> None:
    """It reports every field of an image and the status of every fault, and takes rubbish for no image."""
    client = AuthenticatedClient(
        base_url=sandbox.compute_url, token=sandbox.token, prefix="", auth_header_name="X-Auth-Token"
    )
    with client:
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
