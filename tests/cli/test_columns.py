"""`-c`: what can be asked for."""

from __future__ import annotations

import json

import attrs
import pytest
from rackspace_images import Image
from rackspace_images.cli.columns import readable_columns, wire_columns
from rackspace_images.documents import document
from rackspace_images.testing.sandbox import Sandbox

from .running import ID, Run, printed

RECEIVED = {
    "name": "web",
    "OS-DCF:diskConfig": "MANUAL",
    "OS-EXT-IMG-SIZE:size": 1.5e9,
    "minDisk": 40,
    "created": "2013-06-07T16:38:49Z",
    "server": {"id": "s-1"},
    "metadata": {"os_distro": "ubuntu", "os_version": "24.04"},
}


def test_the_columns_are_the_documents_fields() -> None:
    """Every field of the document is a column by its name on the wire, and there is no list of them to keep."""
    described = document("images")["components"]["schemas"]["Image"]["properties"]
    assert {column.name for column in wire_columns()} == set(described)


def test_every_property_of_an_image_is_a_column() -> None:
    """The readable names are Image's own."""
    names = {column.name for column in readable_columns()}
    assert {name for name, member in vars(Image).items() if isinstance(member, property)} <= names
    assert {"min_disk", "min_ram"} <= names
    assert {"os_dcf_disk_config", "os_ext_img_size_size"} <= names, "as OpenStack's own tools print them"
    assert all(hasattr(Image, name) or name in attrs.fields_dict(Image) for name in names)


@pytest.mark.parametrize(
    ("asked", "name", "value"),
    [
        ("name", "name", "web"),
        ("NAME", "name", "web"),
        ("os-ext-img-size:SIZE", "OS-EXT-IMG-SIZE:size", 1.5e9),
        ("os_ext_img_size_size", "os_ext_img_size_size", 1.5e9),
        ("os_dcf_disk_config", "os_dcf_disk_config", "MANUAL"),
        ("size", "size", 1500000000),
        ("minDisk", "minDisk", 40),
        ("min_disk", "min_disk", 40),
        ("Disk_Config", "disk_config", "MANUAL"),
        ("server_id", "server_id", "s-1"),
        ("os_distro", "os_distro", "ubuntu"),
        ("os_version", "os_version", "24.04"),
        ("is_active", "is_active", False),
        ("is_snapshot", "is_snapshot", True),
        ("metadata", "metadata", {"os_distro": "ubuntu", "os_version": "24.04"}),
        ("created", "created", "2013-06-07T16:38:49Z"),
        ("status", "status", None),
        ("region", "region", "DFW"),
        ("metadata.os_distro", "metadata.os_distro", "ubuntu"),
        ("METADATA.os_distro", "metadata.os_distro", "ubuntu"),
        ("metadata.none", "metadata.none", None),
    ],
)
def test_a_column_is_known_by_its_wire_or_readable_name(asked: str, name: str, value: object) -> None:
    """In any case; in JSON it bears the name that was asked for."""
    assert json.loads(printed(RECEIVED, "-f", "json", "-c", asked)) == {name: value}


def test_columns_come_in_the_order_asked_each_once() -> None:
    """A script may rely on the order of its own `-c`."""
    words = ["-c", "minDisk", "-c", "name", "-c", "MINDISK"]
    assert printed(RECEIVED, "-f", "value", *words) == "40\nweb\n"
    assert list(json.loads(printed(RECEIVED, "-f", "json", *words))) == ["minDisk", "name"]
    assert printed(RECEIVED, "-f", "shell", *words) == "image_mindisk='40'\nimage_name='web'\n"
    assert printed(RECEIVED, "-f", "yaml", *words) == "minDisk: 40\nname: web\n"
    assert printed(RECEIVED, "-f", "value", "-c", "minDisk,name", "-c", "id") == f"40\nweb\n{ID}\n"


def test_an_unknown_column_is_refused_with_the_known_ones(run: Run, sandbox: Sandbox) -> None:
    """Exit code 2, the list, and no request."""
    ended = run("show", ID, "-c", "sise")
    assert ended.code == 2
    assert ended.out == ""
    assert "no column 'sise'" in ended.err
    assert "OS-EXT-IMG-SIZE:size, " in ended.err
    assert " os_dcf_disk_config, os_ext_img_size_size, disk_config, size," in ended.err
    assert not sandbox.requests


def test_a_table_of_columns_names_them_as_they_were_asked_for() -> None:
    """The values are the readable ones."""
    words = [
        word for name in ("size", "minDisk", "created", "is_active", "metadata", "status") for word in ("-c", name)
    ]
    assert printed(RECEIVED, *words) == (
        "size       1.4 GiB (1500000000 bytes)\n"
        "minDisk    40 GB\n"
        "created    2013-06-07 16:38:49 UTC\n"
        "is_active  false\n"
        "metadata   os_distro: ubuntu\n"
        "           os_version: 24.04\n"
        "status     -\n"
    )
