"""What an image keeps, and how it reads."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from conftest import SOURCE_ID
from hypothesis import given
from hypothesis import strategies as st
from rackspace_images import Image, documents, errors
from rackspace_images.image import image_uuid
from rackspace_images_api.types import Unset
from reading import image_from_body

IMAGE_SCHEMA = documents.document("images")["components"]["schemas"]["Image"]["properties"]
FIELDS = sorted(IMAGE_SCHEMA)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
odd_images = st.builds(
    lambda known, unknown, metadata: {**unknown, **known, **metadata, "id": SOURCE_ID},
    st.dictionaries(st.sampled_from(FIELDS), json_values),
    st.dictionaries(st.text(), json_values, max_size=3),
    st.one_of(st.just({}), st.fixed_dictionaries({"metadata": st.dictionaries(st.text(), json_values, max_size=4)})),
)


def source() -> dict[str, Any]:
    found: dict[str, Any] = documents.document("images")["components"]["examples"]["Source"]["value"]["image"]
    return copy.deepcopy(found)


def unset(model: Any) -> Iterator[str]:
    """The fields of a generated model, and of those within, that are still unset."""
    for attribute in attrs.fields(type(model)):
        value = getattr(model, attribute.name)
        if isinstance(value, Unset):
            yield attribute.name
        for inner in value if isinstance(value, list) else [value]:
            if attrs.has(type(inner)):
                yield from unset(inner)


@given(odd_images)
def test_whatever_was_received_comes_back_whole(received: dict[str, Any]) -> None:
    """Missing, null, odd and unknown members survive the parse, a pickle and a copy, and nothing reads as unset."""
    body = json.dumps({"image": received}).encode()
    image = image_from_body(body, image_uuid(SOURCE_ID))
    assert image.to_dict() == json.loads(body)["image"]
    for other in (pickle.loads(pickle.dumps(image)), copy.copy(image), copy.deepcopy(image), Image.from_dict(received)):
        assert other == image
        assert hash(other) == hash(image)
        assert other.to_dict() == image.to_dict()
    assert not list(unset(image))
    for name in ("size", "disk_config", "is_active", "is_snapshot", "server_id", "os_distro", "os_version", "meta"):
        getattr(image, name)
    image.link("self")
    assert repr(image).isprintable()


def test_the_sources_example_reads_as_documented() -> None:
    """Every field of the source's example has its value, under the document's and under the readable name."""
    image = Image.from_dict(source())
    assert (image.id, image.name, image.status, image.progress) == (SOURCE_ID, "voweb1-firstimage", "ACTIVE", 100)
    assert image.created == datetime(2013, 6, 7, 16, 38, 49, tzinfo=UTC)
    assert (image.min_disk, image.min_ram, image.size, image.disk_config) == (40, 1024, 5562828800, "MANUAL")
    assert image.server_id == "f879f81a-5455-4e57-a0aa-3773e21c2259"
    assert image.link("alternate") == f"https://dfw.servers.api.rackspacecloud.com/images/{SOURCE_ID}"
    assert image.link("nowhere") is None
    assert image.meta["os_type"] == "windows"
    assert image.is_active
    assert image.is_snapshot


def test_absent_and_null_read_as_none_and_differ_in_to_dict() -> None:
    """`to_dict()` is what tells an absent field from a null one."""
    absent, null = Image.from_dict({"id": SOURCE_ID}), Image.from_dict({"id": SOURCE_ID, "name": None})
    assert absent.name is None
    assert null.name is None
    assert (absent.to_dict(), null.to_dict()) == ({"id": SOURCE_ID}, {"id": SOURCE_ID, "name": None})
    assert absent != null
    assert dict(absent.meta) == {}
    assert absent.links is None


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (5562828800, 5562828800),
        (1.5e9, 1500000000),
        ("5562828800", 5562828800),
        ("1.5e9", 1500000000),
        (0, 0),
        (2**70, 2**70),
        (1.5, None),
        (-1, None),
        (True, None),
        ("big", None),
        ("nan", None),
        ("inf", None),
        ([], None),
        (None, None),
    ],
)
def test_a_size_reads_as_whole_bytes_or_none(sent: Any, read: int | None) -> None:
    """`size` converts where it can; the generated field keeps what was sent."""
    image = Image.from_dict({"id": SOURCE_ID, "OS-EXT-IMG-SIZE:size": sent})
    assert image.size == read
    assert image.os_ext_img_size_size == sent


@pytest.mark.parametrize(
    ("server", "server_id"),
    [
        ({"id": "not-a-uuid"}, "not-a-uuid"),
        ("a-server", "a-server"),
        ({"id": 7}, "7"),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_server_may_be_object_string_or_null(server: Any, server_id: str | None) -> None:
    """Some servers embed a bare string where an object belongs; the id is read from either."""
    assert Image.from_dict({"id": SOURCE_ID, "server": server}).server_id == server_id


@pytest.mark.parametrize(
    ("image", "is_snapshot"),
    [
        ({"metadata": {"image_type": "snapshot"}}, True),
        ({"metadata": {"image_type": "base"}, "server": {"id": "a"}}, False),
        ({"server": {"id": "a"}}, True),
        ({}, False),
    ],
)
def test_metadata_say_whether_it_is_a_snapshot(image: dict[str, Any], is_snapshot: bool) -> None:
    """`image_type` decides; where it is silent, an image that names its server is a snapshot."""
    assert Image.from_dict({"id": SOURCE_ID, **image}).is_snapshot is is_snapshot


def test_rackspaces_own_images_name_their_system_in_longer_keys() -> None:
    """The operating system is read from the common keys, else from Rackspace's."""
    plain = {"os_distro": "ubuntu", "os_version": 24.04}
    long = {"org.openstack__1__os_distro": "com.ubuntu", "org.openstack__1__os_version": "14.04"}
    image = Image.from_dict({"id": SOURCE_ID, "metadata": {**long, **plain}})
    assert (image.os_distro, image.os_version) == ("ubuntu", "24.04")
    image = Image.from_dict({"id": SOURCE_ID, "metadata": long})
    assert (image.os_distro, image.os_version) == ("com.ubuntu", "14.04")


def test_nobody_can_change_what_was_received() -> None:
    """`to_dict()` and the argument of `from_dict` are apart from the image; `meta` is read-only."""
    received = source()
    image = Image.from_dict(received)
    received["metadata"]["os_type"] = "changed"
    image.to_dict()["metadata"]["os_type"] = "changed"
    assert image.metadata is not None
    image.metadata["new"] = "changed"
    assert image.to_dict() == source()
    with pytest.raises(TypeError):
        image.meta["os_type"] = "changed"  # type: ignore[index]


@pytest.mark.parametrize("received", [{}, {"id": None}, {"id": 7}, {"id": "x"}, {"id": f"{SOURCE_ID}\n"}])
def test_an_image_has_an_id(received: dict[str, Any]) -> None:
    """`from_dict` relies on `id` and on nothing else."""
    with pytest.raises(errors.MalformedResponse, match="not a UUID"):
        Image.from_dict(received)
