"""The models of an image as they are once every absent field reads as None.

Written by `nox -s generate` from the models; do not edit. A type checker sees each field as its type or None. At
run time these are the models themselves: who completes them is the one who imports them from here.
"""

# ruff: noqa
# mypy: ignore-errors
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import TYPE_CHECKING

from . import models

if TYPE_CHECKING:
    import datetime

    class Image(models.Image):
        id: str
        name: str | None
        status: str | None
        progress: int | None
        created: datetime.datetime | None
        updated: datetime.datetime | None
        min_disk: int | None
        min_ram: int | None
        os_dcf_disk_config: str | None
        os_ext_img_size_size: int | None
        server: ImageServer | None
        metadata: ImageMetadata | None
        links: list[Link] | None

    class ImageServer(models.ImageServer):
        id: str | None
        links: list[Link] | None

    class ImageMetadata(models.ImageMetadata):
        image_type: str | None
        os_type: str | None
        os_distro: str | None
        os_version: str | None
        org_openstack_1_os_distro: str | None
        org_openstack_1_os_version: str | None

    class Link(models.Link):
        href: str | None
        rel: str | None
        type_: str | None
else:
    Image = models.Image
    ImageServer = models.ImageServer
    ImageMetadata = models.ImageMetadata
    Link = models.Link
