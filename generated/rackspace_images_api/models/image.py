from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.image_metadata import ImageMetadata
    from ..models.image_server import ImageServer
    from ..models.link import Link


T = TypeVar("T", bound="Image")


@_attrs_define
class Image:
    """The details of one image. Only `id` can be relied on: any other field may be absent or null. Members that are not
    described here occur (`tenant_id`, `fault`, …) and are to be kept.

    """

    id: str
    """ The UUID of the image, in canonical form. A string rather than `format: uuid`, so that it compares with the
    ids that people and programs write. """
    name: None | str | Unset = UNSET
    """ The name its owner gave it; null for an image made without one. """
    status: None | str | Unset = UNSET
    """ The state of the image, in upper case. An open set; known are:

    - `ACTIVE`: ready for use, the only success
    - `SAVING`: a snapshot whose data is still being written
    - `DELETED`: deleted
    - `ERROR`: the build failed
    - `UNKNOWN`: anything else; Nova says so of a deactivated image

    A client that waits treats a word it does not know as "not yet".
     """
    progress: int | None | Unset = UNSET
    """ How far the build is, in percent, 0 to 100. 100 says that it is complete; 25 and 50 are what Nova says of a
    snapshot being built, and 0 of one in ERROR, DELETED or UNKNOWN. """
    created: datetime.datetime | None | Unset = UNSET
    """ When the image was created (RFC 3339; fractions of a second and numeric offsets occur). """
    updated: datetime.datetime | None | Unset = UNSET
    """ When the image was last changed (RFC 3339). Null in some records. """
    min_disk: int | None | Unset = UNSET
    """ The least disk that a server made from it needs, in GB, 0 or more. """
    min_ram: int | None | Unset = UNSET
    """ The least memory that a server made from it needs, in MiB, 0 or more. """
    os_dcf_disk_config: None | str | Unset = UNSET
    """ How the disk is partitioned when a server is built from it. An open set; known are:

    - `AUTO`: one partition, made as large as the server's disk
    - `MANUAL`: the partitions as they are in the image

    Absent where the image does not say (`auto_disk_config`).
     """
    os_ext_img_size_size: int | None | Unset = UNSET
    """ The size of the image's data in bytes, 0 or more. A 64-bit integer: the example is beyond 32 bits. """
    server: ImageServer | None | Unset = UNSET
    """ The server that a snapshot was made from. Absent on other images, null in some records. """
    metadata: ImageMetadata | None | Unset = UNSET
    """ What the owner and the cloud noted about the image: a map with any keys. Documented values are strings;
    numbers, booleans, null, lists and objects occur. Known keys are:

    - `image_type`: where the image comes from, `base` (built-in), `snapshot` (made from a server) or another word
    - `os_type`: the family of its operating system, such as `linux` or `windows`
    - `os_distro`: its operating system, in lower case, such as `ubuntu`
    - `os_version`: the version of its operating system, as its maker counts, such as `24.04`
    - `org.openstack__1__os_distro`, `org.openstack__1__os_version`: the same in Rackspace's own images, such as
      `com.ubuntu` and `14.04`
    - `auto_disk_config`: whether `OS-DCF:diskConfig` is `AUTO`, `True` or `False`
     """
    links: list[Link] | None | Unset = UNSET
    """ Where the image stands: `self`, `bookmark` and `alternate`. May be absent or empty. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.image_metadata import ImageMetadata
        from ..models.image_server import ImageServer

        id = self.id

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        status: None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        else:
            status = self.status

        progress: int | None | Unset
        if isinstance(self.progress, Unset):
            progress = UNSET
        else:
            progress = self.progress

        created: None | str | Unset
        if isinstance(self.created, Unset):
            created = UNSET
        elif isinstance(self.created, datetime.datetime):
            created = self.created.isoformat()
        else:
            created = self.created

        updated: None | str | Unset
        if isinstance(self.updated, Unset):
            updated = UNSET
        elif isinstance(self.updated, datetime.datetime):
            updated = self.updated.isoformat()
        else:
            updated = self.updated

        min_disk: int | None | Unset
        if isinstance(self.min_disk, Unset):
            min_disk = UNSET
        else:
            min_disk = self.min_disk

        min_ram: int | None | Unset
        if isinstance(self.min_ram, Unset):
            min_ram = UNSET
        else:
            min_ram = self.min_ram

        os_dcf_disk_config: None | str | Unset
        if isinstance(self.os_dcf_disk_config, Unset):
            os_dcf_disk_config = UNSET
        else:
            os_dcf_disk_config = self.os_dcf_disk_config

        os_ext_img_size_size: int | None | Unset
        if isinstance(self.os_ext_img_size_size, Unset):
            os_ext_img_size_size = UNSET
        else:
            os_ext_img_size_size = self.os_ext_img_size_size

        server: dict[str, Any] | None | Unset
        if isinstance(self.server, Unset):
            server = UNSET
        elif isinstance(self.server, ImageServer):
            server = self.server.to_dict()
        else:
            server = self.server

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, ImageMetadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        links: list[dict[str, Any]] | None | Unset
        if isinstance(self.links, Unset):
            links = UNSET
        elif isinstance(self.links, list):
            links = []
            for links_type_0_item_data in self.links:
                links_type_0_item = links_type_0_item_data.to_dict()
                links.append(links_type_0_item)

        else:
            links = self.links

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if status is not UNSET:
            field_dict["status"] = status
        if progress is not UNSET:
            field_dict["progress"] = progress
        if created is not UNSET:
            field_dict["created"] = created
        if updated is not UNSET:
            field_dict["updated"] = updated
        if min_disk is not UNSET:
            field_dict["minDisk"] = min_disk
        if min_ram is not UNSET:
            field_dict["minRam"] = min_ram
        if os_dcf_disk_config is not UNSET:
            field_dict["OS-DCF:diskConfig"] = os_dcf_disk_config
        if os_ext_img_size_size is not UNSET:
            field_dict["OS-EXT-IMG-SIZE:size"] = os_ext_img_size_size
        if server is not UNSET:
            field_dict["server"] = server
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if links is not UNSET:
            field_dict["links"] = links

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.image_metadata import ImageMetadata
        from ..models.image_server import ImageServer
        from ..models.link import Link

        d = dict(src_dict)
        id = d.pop("id")

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        def _parse_progress(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        progress = _parse_progress(d.pop("progress", UNSET))

        def _parse_created(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_type_0 = datetime.datetime.fromisoformat(data)

                return created_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        created = _parse_created(d.pop("created", UNSET))

        def _parse_updated(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                updated_type_0 = datetime.datetime.fromisoformat(data)

                return updated_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        updated = _parse_updated(d.pop("updated", UNSET))

        def _parse_min_disk(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        min_disk = _parse_min_disk(d.pop("minDisk", UNSET))

        def _parse_min_ram(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        min_ram = _parse_min_ram(d.pop("minRam", UNSET))

        def _parse_os_dcf_disk_config(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        os_dcf_disk_config = _parse_os_dcf_disk_config(
            d.pop("OS-DCF:diskConfig", UNSET)
        )

        def _parse_os_ext_img_size_size(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        os_ext_img_size_size = _parse_os_ext_img_size_size(
            d.pop("OS-EXT-IMG-SIZE:size", UNSET)
        )

        def _parse_server(data: object) -> ImageServer | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                server_type_0 = ImageServer.from_dict(data)

                return server_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ImageServer | None | Unset, data)

        server = _parse_server(d.pop("server", UNSET))

        def _parse_metadata(data: object) -> ImageMetadata | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                metadata_type_0 = ImageMetadata.from_dict(data)

                return metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ImageMetadata | None | Unset, data)

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        def _parse_links(data: object) -> list[Link] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                links_type_0 = []
                _links_type_0 = data
                for links_type_0_item_data in _links_type_0:
                    links_type_0_item = Link.from_dict(links_type_0_item_data)

                    links_type_0.append(links_type_0_item)

                return links_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Link] | None | Unset, data)

        links = _parse_links(d.pop("links", UNSET))

        image = cls(
            id=id,
            name=name,
            status=status,
            progress=progress,
            created=created,
            updated=updated,
            min_disk=min_disk,
            min_ram=min_ram,
            os_dcf_disk_config=os_dcf_disk_config,
            os_ext_img_size_size=os_ext_img_size_size,
            server=server,
            metadata=metadata,
            links=links,
        )

        image.additional_properties = d
        return image

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
