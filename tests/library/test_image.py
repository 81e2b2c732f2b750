"""What an image keeps, and how it reads."""

from __future__ import annotations

import asyncio
import copy
import inspect
import json
import pickle
import pydoc
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import fastapi
import httpx
import pytest
from conftest import SOURCE_ID
from fastapi.encoders import jsonable_encoder
from hypothesis import given
from hypothesis import strategies as st
from rackspace_images import Image, documents, errors
from rackspace_images.image import image_uuid
from rackspace_images_api import completed, models
from rackspace_images_api.types import Unset
from reading import image_from_body

IMAGE_SCHEMA = documents.document("images")["components"]["schemas"]["Image"]["properties"]
FIELDS = sorted(IMAGE_SCHEMA)
RESERVED_NAMES = Path(__file__).parents[2] / "openapi" / "python" / "reserved-names.txt"

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
    for name in ("size", "disk_config", "is_active", "is_snapshot", "server_id", "os_distro", "os_version"):
        getattr(image, name)
    image.link("self")
    assert repr(image).isprintable()
    assert isinstance(image.metadata, Mapping)
    assert dict(image) == {name: image[name] for name in image} == image.to_dict()
    assert "<script" not in image._repr_html_()


def test_the_sources_example_reads_as_documented() -> None:
    """Every field of the source's example has its value, under the document's and under the readable name."""
    image = Image.from_dict(source())
    assert (image.id, image.name, image.status, image.progress) == (SOURCE_ID, "voweb1-firstimage", "ACTIVE", 100)
    assert image.created == datetime(2013, 6, 7, 16, 38, 49, tzinfo=UTC)
    assert (image.min_disk, image.min_ram, image.size, image.disk_config) == (40, 1024, 5562828800, "MANUAL")
    assert image.server_id == "f879f81a-5455-4e57-a0aa-3773e21c2259"
    assert image.link("alternate") == f"https://dfw.servers.api.rackspacecloud.com/images/{SOURCE_ID}"
    assert image.link("nowhere") is None
    assert image.metadata["os_type"] == "windows"
    assert image.is_active
    assert image.is_snapshot


def test_absent_and_null_read_as_none_and_differ_in_to_dict() -> None:
    """`to_dict()` is what tells an absent field from a null one."""
    absent, null = Image.from_dict({"id": SOURCE_ID}), Image.from_dict({"id": SOURCE_ID, "name": None})
    assert absent.name is None
    assert null.name is None
    assert (absent.to_dict(), null.to_dict()) == ({"id": SOURCE_ID}, {"id": SOURCE_ID, "name": None})
    assert absent != null
    assert absent.metadata == null.metadata == {}
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
    """`to_dict()`, `dict(image)`, an item and the argument of `from_dict` are apart from the image."""
    received = source()
    image = Image.from_dict(received)
    for copied in (received, image.to_dict(), dict(image)):
        copied["metadata"]["os_type"] = "changed"
    image["metadata"]["os_type"] = "changed"
    image["links"].clear()
    assert image.to_dict() == source()
    assert image.metadata["os_type"] == "windows"
    with pytest.raises(TypeError):
        image.metadata["os_type"] = "changed"  # type: ignore[index]
    with pytest.raises(TypeError, match=r"to_dict\(\)"):
        image["name"] = "changed"
    with pytest.raises(TypeError, match=r"to_dict\(\)"):
        del image["name"]


@pytest.mark.parametrize("sent", [{"image_type": "base", "": [1, {"b": None}]}, {}])
def test_metadata_is_a_mapping(sent: dict[str, Any]) -> None:
    """All of it by key, documented keys and others alike."""
    metadata = Image.from_dict({"id": SOURCE_ID, "metadata": sent}).metadata
    assert metadata == sent
    assert dict(metadata) == sent
    assert list(metadata) == list(sent)
    assert metadata.get("image_type") == sent.get("image_type")
    assert ("image_type" in metadata) is ("image_type" in sent)
    assert "nothing" not in metadata
    with pytest.raises(KeyError):
        metadata["nothing"]


@pytest.mark.parametrize("sent", [None, [], ["x"], "x", 7, True])
def test_metadata_is_empty_where_it_is_no_object(sent: Any) -> None:
    """`to_dict()` tells what it was."""
    image = Image.from_dict({"id": SOURCE_ID, "metadata": sent})
    assert image.metadata == {}
    assert image.to_dict()["metadata"] == sent
    assert (image.os_distro, image.is_snapshot) == (None, False)


def test_item_is_the_value_that_was_received() -> None:
    """Under its name in the document, documented or not; dates are texts."""
    received = {
        "id": SOURCE_ID,
        "name": None,
        "created": "2013-06-07T16:38:49Z",
        "minDisk": "40",
        "tenant_id": "820712",
    }
    image = Image.from_dict(received)
    assert dict(image) == received
    assert list(image) == list(received)
    assert [image[name] for name in received] == list(received.values())
    assert "tenant_id" in image
    assert "min_disk" not in image
    with pytest.raises(KeyError):
        image["min_disk"]


def test_fastapi_returns_the_image_as_received() -> None:
    """By itself and inside other values; its return annotation needs `response_model=None`."""
    image = Image.from_dict(source())
    assert jsonable_encoder({"found": [image]}) == {"found": [source()]}
    app = fastapi.FastAPI()
    app.get("/plain")(lambda: image)

    def annotated() -> Image:
        return image

    app.get("/annotated", response_model=None)(annotated)

    async def ask(path: str) -> Any:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return (await client.get(path)).json()

    for path in ("/plain", "/annotated"):
        assert asyncio.run(ask(path)) == source()


def test_notebook_shows_what_was_received_escaped() -> None:
    """A table of names and values; no value of a server becomes markup, and a long one is cut."""
    received = {"id": SOURCE_ID, "name": '<script>&"', "metadata": {"<b>": "ü"}, "x<": "y" * 10_000, "minDisk": 40}
    html = Image.from_dict(received)._repr_html_()
    assert html.startswith("<table><tr><th>id</th>")
    assert "<th>name</th><td>&lt;script&gt;&amp;&quot;</td>" in html
    assert "<th>metadata</th><td>{&quot;&lt;b&gt;&quot;: &quot;ü&quot;}</td>" in html
    assert "<th>minDisk</th><td>40</td>" in html
    assert "<th>x&lt;</th>" in html
    assert len(html) < 2_000


@pytest.mark.parametrize("name", FIELDS)
def test_help_describes_each_field(name: str) -> None:
    """With its text, which has its unit, its type, and its name in the document."""
    python_name = re.sub(r"[^A-Za-z]|(?<=[a-z])(?=[A-Z])", "_", name).lower()
    text = pydoc.plain(pydoc.render_doc(Image))
    entry = text[re.search(rf"(?m)^ \|  {python_name}$", text).end() :]  # type: ignore[union-attr]
    entry = " ".join(entry.replace("|", " ").split("In the document")[0].split())
    first_words = " ".join(IMAGE_SCHEMA[name]["description"].split()[:8])
    assert entry.startswith(first_words)
    assert "Type: `" in entry
    assert f"In the document: `{name}`." in (inspect.getdoc(getattr(Image, python_name)) or "")


def test_help_has_units_and_types() -> None:
    """A field without a unit in its text would be a riddle; a readable name has a text too."""
    ours = {name for name in dir(Image) if not name.startswith(("_", "additional_"))}
    said = {name: inspect.getdoc(getattr(Image, name)) or "" for name in ours}
    assert "in GB" in said["min_disk"]
    assert "in MiB" in said["min_ram"]
    assert "in bytes" in said["os_ext_img_size_size"]
    assert "in percent" in said["progress"]
    assert "Type: `int | None`." in said["min_disk"]
    assert "Type: `datetime.datetime | None`." in said["created"]
    assert "Type: `Mapping[str, Any]`." in said["metadata"]
    assert all(said.values())


def test_models_inside_an_image_are_described_and_complete() -> None:
    """A link and a server are classes with texts too; what is absent in them reads as None, and they pickle."""
    image = Image.from_dict({"id": SOURCE_ID, "links": [{"rel": "self"}], "server": {}})
    assert image.links is not None
    (link,) = image.links
    assert isinstance(link, completed.Link)
    assert isinstance(image.server, completed.ImageServer)
    assert (link.href, link.rel, link.type_, image.server.id, image.server.links) == (None, "self", None, None, None)
    assert "URL" in (inspect.getdoc(vars(completed.Link)["href"]) or "")
    assert pickle.loads(pickle.dumps(link)) == copy.deepcopy(link) == link


def test_reserved_names_are_those_that_are_no_fields() -> None:
    """`generate` refuses a field of such a name, and reads no file of the library for it."""
    lines = RESERVED_NAMES.read_text(encoding="utf-8").splitlines()
    reserved = [line for line in lines if not line.startswith("#")]
    python_names = {attribute.name for attribute in attrs.fields(models.Image) if attribute.init}
    public = {name for name in (*dir(Image), *Image.__annotations__) if not name.startswith("_")}
    assert reserved == sorted(public - python_names)


@pytest.mark.parametrize("received", [{}, {"id": None}, {"id": 7}, {"id": "x"}, {"id": f"{SOURCE_ID}\n"}])
def test_an_image_has_an_id(received: dict[str, Any]) -> None:
    """`from_dict` relies on `id` and on nothing else."""
    with pytest.raises(errors.MalformedResponse, match="not a UUID"):
        Image.from_dict(received)
