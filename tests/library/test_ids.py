"""Which ids are asked for, and how they are sent."""

from __future__ import annotations

import pickle
import uuid
from typing import Any

import pytest
from conftest import SOURCE_ID, Get
from hypothesis import given
from hypothesis import strategies as st
from rackspace_images import errors
from rackspace_images.image import image_uuid
from scripted import Scripted, answer


class OtherUuid:
    """A UUID of another library, or something else that has bytes."""

    def __init__(self, content: Any) -> None:
        self.bytes = content


BAD_IDS: list[Any] = [
    "",
    "x",
    "../../v2.0/tokens",
    f"{SOURCE_ID}/metadata",
    f"{SOURCE_ID}?a=1",
    f"{SOURCE_ID}#a",
    f"{SOURCE_ID}\n",
    f" {SOURCE_ID}",
    f"urn:uuid:{SOURCE_ID}",
    f"{{{SOURCE_ID}}}",
    SOURCE_ID.replace("0", "٠"),
    "e3d37ab2-8dc0-4000-b773b15aad79ad0a",
    "e" * 9000,
    None,
    42,
    SOURCE_ID.encode(),
    uuid.UUID(SOURCE_ID).bytes,
    OtherUuid(b"x" * 15),
    OtherUuid("x" * 16),
    OtherUuid(None),
]


@pytest.mark.parametrize("image_id", BAD_IDS, ids=lambda value: repr(value)[:30])
def test_what_is_no_uuid_is_refused_before_any_request(get: Get, image_id: Any) -> None:
    """An id that is no UUID is `InvalidImageId`, a ValueError, and nothing is sent."""
    with Scripted([answer(500)]) as server, pytest.raises(errors.InvalidImageId) as caught:
        get(server.endpoint, image_id)
    assert server.requests == []
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) < 300
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    "image_id",
    [
        SOURCE_ID,
        SOURCE_ID.upper(),
        SOURCE_ID.replace("-", ""),
        SOURCE_ID.replace("-", "").upper(),
        uuid.UUID(SOURCE_ID),
        OtherUuid(uuid.UUID(SOURCE_ID).bytes),
    ],
)
def test_every_form_of_a_uuid_is_sent_in_canonical_form(get: Get, image_id: Any) -> None:
    """Upper case and 32 digits are accepted; servers answer 404 to them, so the canonical form goes out.

    A UUID of another library is known by its 16 `bytes`.
    """
    with Scripted([answer(200, {"image": {"id": SOURCE_ID}})]) as server:
        assert get(server.endpoint, image_id).id == SOURCE_ID
    assert [request.path for request in server.requests] == [f"/v2/820712/images/{SOURCE_ID}"]


@given(st.text())
def test_no_text_leaves_the_image_path(text: str) -> None:
    """Whatever the text, it is refused or it is a UUID."""
    try:
        found = image_uuid(text)
    except errors.InvalidImageId:
        return
    assert str(found).replace("-", "") == text.replace("-", "").lower()


def test_the_request_is_the_documents(get: Get) -> None:
    """A GET with the token and no microversion, which would make a real server answer 404."""
    with Scripted([answer(200, {"image": {"id": SOURCE_ID}})]) as server:
        get(server.endpoint, token="a-token", user_agent="my-tool/1")
    (request,) = server.requests
    assert request.method == "GET"
    assert request.body == b""
    assert request.headers["x-auth-token"] == "a-token"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith("my-tool/1 rackspace-images/")
    assert not [name for name in request.headers if "api-version" in name or name == "authorization"]
