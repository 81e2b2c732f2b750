"""The fields of an image as a user reads them: each with its text, and None where the server left it out.

Written by `nox -s generate` from the models and the document; do not edit.
"""

# ruff: noqa
# mypy: ignore-errors
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from . import models
from .types import UNSET


def value_of(parsed):
    """The value of a field: None where it is absent."""
    return None if parsed is UNSET else parsed


def list_of(kind, parsed):
    """The value of a field with many models."""
    return (
        [kind.from_model(one) for one in parsed]
        if isinstance(parsed, list)
        else value_of(parsed)
    )


def mapping_of(parsed):
    """The value of a field that is a plain map: read-only, and empty where the server sent no object."""
    return MappingProxyType(getattr(parsed, "additional_properties", {}))


class Image(models.Image):
    """The details of one image. Only `id` can be relied on: any other field may be absent or
    null. Members that are not described here occur (`tenant_id`, `fault`, …) and are to be
    kept.
    """

    __slots__ = {
        "id": """The UUID of the image, in canonical form. A string rather than `format: uuid`, so that
        it compares with the ids that people and programs write.

        Type: `str`.
        In the document: `id`.
        Example: `"e3d37ab2-8dc0-4000-b773-b15aad79ad0a"`.
        """,
        "name": """The name its owner gave it; null for an image made without one.

        Type: `str | None`.
        In the document: `name`.
        Example: `"voweb1-firstimage"`.
        """,
        "status": """The state of the image, in upper case. An open set; known are:

        - `ACTIVE`: ready for use, the only success
        - `SAVING`: a snapshot whose data is still being written
        - `DELETED`: deleted
        - `ERROR`: the build failed
        - `UNKNOWN`: anything else; Nova says so of a deactivated image

        A client that waits treats a word it does not know as "not yet".

        Type: `str | None`.
        In the document: `status`.
        Example: `"ACTIVE"`.
        """,
        "progress": """How far the build is, in percent, 0 to 100. 100 says that it is complete; 25 and 50 are
        what Nova says of a snapshot being built, and 0 of one in ERROR, DELETED or UNKNOWN.

        Type: `int | None`.
        In the document: `progress`.
        Example: `100`.
        """,
        "created": """When the image was created (RFC 3339; fractions of a second and numeric offsets occur).

        Type: `datetime.datetime | None`.
        In the document: `created`.
        Example: `"2013-06-07T16:38:49Z"`.
        """,
        "updated": """When the image was last changed (RFC 3339). Null in some records.

        Type: `datetime.datetime | None`.
        In the document: `updated`.
        Example: `"2013-06-07T17:00:39Z"`.
        """,
        "min_disk": """The least disk that a server made from it needs, in GB, 0 or more.

        Type: `int | None`.
        In the document: `minDisk`.
        Example: `40`.
        """,
        "min_ram": """The least memory that a server made from it needs, in MiB, 0 or more.

        Type: `int | None`.
        In the document: `minRam`.
        Example: `1024`.
        """,
        "os_dcf_disk_config": """How the disk is partitioned when a server is built from it. An open set; known are:

        - `AUTO`: one partition, made as large as the server's disk
        - `MANUAL`: the partitions as they are in the image

        Absent where the image does not say (`auto_disk_config`).

        Type: `str | None`.
        In the document: `OS-DCF:diskConfig`.
        Example: `"MANUAL"`.
        """,
        "os_ext_img_size_size": """The size of the image's data in bytes, 0 or more. A 64-bit integer: the example is
        beyond 32 bits.

        Type: `int | None`.
        In the document: `OS-EXT-IMG-SIZE:size`.
        Example: `5562828800`.
        """,
        "server": """The server that a snapshot was made from. Absent on other images, null in some records.

        Type: `ImageServer | None`.
        In the document: `server`.
        """,
        "metadata": """What the owner and the cloud noted about the image: a map with any keys. Documented
        values are strings; numbers, booleans, null, lists and objects occur. Known keys are:

        - `image_type`: where the image comes from, `base` (built-in), `snapshot` (made from a
          server) or another word
        - `os_type`: the family of its operating system, such as `linux` or `windows`
        - `os_distro`: its operating system, in lower case, such as `ubuntu`
        - `os_version`: the version of its operating system, as its maker counts, such as
          `24.04`
        - `org.openstack__1__os_distro`, `org.openstack__1__os_version`: the same in Rackspace's
          own images, such as `com.ubuntu` and `14.04`
        - `auto_disk_config`: whether `OS-DCF:diskConfig` is `AUTO`, `True` or `False`

        Type: `Mapping[str, Any]`.
        In the document: `metadata`.
        Example: `{"image_type": "snapshot", "os_type": "windows", "auto_disk_config": "False"}`.
        """,
        "links": """Where the image stands: `self`, `bookmark` and `alternate`. May be absent or empty.

        Type: `list[Link] | None`.
        In the document: `links`.
        """,
    }
    id: str
    """The UUID of the image, in canonical form. A string rather than `format: uuid`, so that
    it compares with the ids that people and programs write.

    Type: `str`.
    In the document: `id`.
    Example: `"e3d37ab2-8dc0-4000-b773-b15aad79ad0a"`.
    """
    name: str | None
    """The name its owner gave it; null for an image made without one.

    Type: `str | None`.
    In the document: `name`.
    Example: `"voweb1-firstimage"`.
    """
    status: str | None
    """The state of the image, in upper case. An open set; known are:

    - `ACTIVE`: ready for use, the only success
    - `SAVING`: a snapshot whose data is still being written
    - `DELETED`: deleted
    - `ERROR`: the build failed
    - `UNKNOWN`: anything else; Nova says so of a deactivated image

    A client that waits treats a word it does not know as "not yet".

    Type: `str | None`.
    In the document: `status`.
    Example: `"ACTIVE"`.
    """
    progress: int | None
    """How far the build is, in percent, 0 to 100. 100 says that it is complete; 25 and 50 are
    what Nova says of a snapshot being built, and 0 of one in ERROR, DELETED or UNKNOWN.

    Type: `int | None`.
    In the document: `progress`.
    Example: `100`.
    """
    created: datetime.datetime | None
    """When the image was created (RFC 3339; fractions of a second and numeric offsets occur).

    Type: `datetime.datetime | None`.
    In the document: `created`.
    Example: `"2013-06-07T16:38:49Z"`.
    """
    updated: datetime.datetime | None
    """When the image was last changed (RFC 3339). Null in some records.

    Type: `datetime.datetime | None`.
    In the document: `updated`.
    Example: `"2013-06-07T17:00:39Z"`.
    """
    min_disk: int | None
    """The least disk that a server made from it needs, in GB, 0 or more.

    Type: `int | None`.
    In the document: `minDisk`.
    Example: `40`.
    """
    min_ram: int | None
    """The least memory that a server made from it needs, in MiB, 0 or more.

    Type: `int | None`.
    In the document: `minRam`.
    Example: `1024`.
    """
    os_dcf_disk_config: str | None
    """How the disk is partitioned when a server is built from it. An open set; known are:

    - `AUTO`: one partition, made as large as the server's disk
    - `MANUAL`: the partitions as they are in the image

    Absent where the image does not say (`auto_disk_config`).

    Type: `str | None`.
    In the document: `OS-DCF:diskConfig`.
    Example: `"MANUAL"`.
    """
    os_ext_img_size_size: int | None
    """The size of the image's data in bytes, 0 or more. A 64-bit integer: the example is
    beyond 32 bits.

    Type: `int | None`.
    In the document: `OS-EXT-IMG-SIZE:size`.
    Example: `5562828800`.
    """
    server: ImageServer | None
    """The server that a snapshot was made from. Absent on other images, null in some records.

    Type: `ImageServer | None`.
    In the document: `server`.
    """
    metadata: Mapping[str, Any]
    """What the owner and the cloud noted about the image: a map with any keys. Documented
    values are strings; numbers, booleans, null, lists and objects occur. Known keys are:

    - `image_type`: where the image comes from, `base` (built-in), `snapshot` (made from a
      server) or another word
    - `os_type`: the family of its operating system, such as `linux` or `windows`
    - `os_distro`: its operating system, in lower case, such as `ubuntu`
    - `os_version`: the version of its operating system, as its maker counts, such as
      `24.04`
    - `org.openstack__1__os_distro`, `org.openstack__1__os_version`: the same in Rackspace's
      own images, such as `com.ubuntu` and `14.04`
    - `auto_disk_config`: whether `OS-DCF:diskConfig` is `AUTO`, `True` or `False`

    Type: `Mapping[str, Any]`.
    In the document: `metadata`.
    Example: `{"image_type": "snapshot", "os_type": "windows", "auto_disk_config": "False"}`.
    """
    links: list[Link] | None
    """Where the image stands: `self`, `bookmark` and `alternate`. May be absent or empty.

    Type: `list[Link] | None`.
    In the document: `links`.
    """

    @classmethod
    def from_model(cls, parsed: models.Image) -> Self:
        """A parsed model with None in place of Unset; what is not such a model is returned as it is."""
        if not isinstance(parsed, models.Image):
            return value_of(parsed)
        made = object.__new__(cls)
        made.id = value_of(parsed.id)
        made.name = value_of(parsed.name)
        made.status = value_of(parsed.status)
        made.progress = value_of(parsed.progress)
        made.created = value_of(parsed.created)
        made.updated = value_of(parsed.updated)
        made.min_disk = value_of(parsed.min_disk)
        made.min_ram = value_of(parsed.min_ram)
        made.os_dcf_disk_config = value_of(parsed.os_dcf_disk_config)
        made.os_ext_img_size_size = value_of(parsed.os_ext_img_size_size)
        made.server = ImageServer.from_model(parsed.server)
        made.metadata = mapping_of(parsed.metadata)
        made.links = list_of(Link, parsed.links)
        made.additional_properties = parsed.additional_properties
        return made


class ImageServer(models.ImageServer):
    """The server that a snapshot was made from. Absent on other images, null in some records."""

    __slots__ = {
        "id": """The id of the server. Not always a UUID.

        Type: `str | None`.
        In the document: `id`.
        Example: `"f879f81a-5455-4e57-a0aa-3773e21c2259"`.
        """,
        "links": """Where the server stands, `self` and `bookmark`.

        Type: `list[Link] | None`.
        In the document: `links`.
        """,
    }
    id: str | None
    """The id of the server. Not always a UUID.

    Type: `str | None`.
    In the document: `id`.
    Example: `"f879f81a-5455-4e57-a0aa-3773e21c2259"`.
    """
    links: list[Link] | None
    """Where the server stands, `self` and `bookmark`.

    Type: `list[Link] | None`.
    In the document: `links`.
    """

    @classmethod
    def from_model(cls, parsed: models.ImageServer) -> Self:
        """A parsed model with None in place of Unset; what is not such a model is returned as it is."""
        if not isinstance(parsed, models.ImageServer):
            return value_of(parsed)
        made = object.__new__(cls)
        made.id = value_of(parsed.id)
        made.links = list_of(Link, parsed.links)
        made.additional_properties = parsed.additional_properties
        return made


class Link(models.Link):
    """A link from the image, its server or a version to itself, or from a page to the next."""

    __slots__ = {
        "href": """The URL.

        Type: `str | None`.
        In the document: `href`.
        Example: `"https://dfw.servers.api.rackspacecloud.com/v2/820712/images/e3d37ab2-8dc0-4000-b773-b15aad79ad0a"`.
        """,
        "rel": """What the URL is. An open set; known are:

        - `self`: this version of the resource
        - `bookmark`: the resource, whatever the version
        - `alternate`: another representation, whose media type `type` names
        - `next`: the page after this one

        Type: `str | None`.
        In the document: `rel`.
        Example: `"self"`.
        """,
        "type_": """The media type of what stands there; on `alternate` links only.

        Type: `str | None`.
        In the document: `type`.
        Example: `"application/vnd.openstack.image"`.
        """,
    }
    href: str | None
    """The URL.

    Type: `str | None`.
    In the document: `href`.
    Example: `"https://dfw.servers.api.rackspacecloud.com/v2/820712/images/e3d37ab2-8dc0-4000-b773-b15aad79ad0a"`.
    """
    rel: str | None
    """What the URL is. An open set; known are:

    - `self`: this version of the resource
    - `bookmark`: the resource, whatever the version
    - `alternate`: another representation, whose media type `type` names
    - `next`: the page after this one

    Type: `str | None`.
    In the document: `rel`.
    Example: `"self"`.
    """
    type_: str | None
    """The media type of what stands there; on `alternate` links only.

    Type: `str | None`.
    In the document: `type`.
    Example: `"application/vnd.openstack.image"`.
    """

    @classmethod
    def from_model(cls, parsed: models.Link) -> Self:
        """A parsed model with None in place of Unset; what is not such a model is returned as it is."""
        if not isinstance(parsed, models.Link):
            return value_of(parsed)
        made = object.__new__(cls)
        made.href = value_of(parsed.href)
        made.rel = value_of(parsed.rel)
        made.type_ = value_of(parsed.type_)
        made.additional_properties = parsed.additional_properties
        return made
