from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ImageMetadata")


@_attrs_define
class ImageMetadata:
    """What the owner and the cloud noted about the image, by key. Documented values are strings; numbers, booleans, null,
    lists and objects occur.

    """

    image_type: None | str | Unset = UNSET
    """ Where the image comes from. An open set; known are:

    - `base`: built-in
    - `snapshot`: made from a server
     """
    os_type: None | str | Unset = UNSET
    """ The family of its operating system, such as `linux` or `windows`. """
    os_distro: None | str | Unset = UNSET
    """ The operating system, in lower case. """
    os_version: None | str | Unset = UNSET
    """ The version of the operating system, as its maker counts. """
    org_openstack_1_os_distro: None | str | Unset = UNSET
    """ The same as `os_distro`, as Rackspace's own images have it. """
    org_openstack_1_os_version: None | str | Unset = UNSET
    """ The same as `os_version`, as Rackspace's own images have it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        image_type: None | str | Unset
        if isinstance(self.image_type, Unset):
            image_type = UNSET
        else:
            image_type = self.image_type

        os_type: None | str | Unset
        if isinstance(self.os_type, Unset):
            os_type = UNSET
        else:
            os_type = self.os_type

        os_distro: None | str | Unset
        if isinstance(self.os_distro, Unset):
            os_distro = UNSET
        else:
            os_distro = self.os_distro

        os_version: None | str | Unset
        if isinstance(self.os_version, Unset):
            os_version = UNSET
        else:
            os_version = self.os_version

        org_openstack_1_os_distro: None | str | Unset
        if isinstance(self.org_openstack_1_os_distro, Unset):
            org_openstack_1_os_distro = UNSET
        else:
            org_openstack_1_os_distro = self.org_openstack_1_os_distro

        org_openstack_1_os_version: None | str | Unset
        if isinstance(self.org_openstack_1_os_version, Unset):
            org_openstack_1_os_version = UNSET
        else:
            org_openstack_1_os_version = self.org_openstack_1_os_version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if image_type is not UNSET:
            field_dict["image_type"] = image_type
        if os_type is not UNSET:
            field_dict["os_type"] = os_type
        if os_distro is not UNSET:
            field_dict["os_distro"] = os_distro
        if os_version is not UNSET:
            field_dict["os_version"] = os_version
        if org_openstack_1_os_distro is not UNSET:
            field_dict["org.openstack__1__os_distro"] = org_openstack_1_os_distro
        if org_openstack_1_os_version is not UNSET:
            field_dict["org.openstack__1__os_version"] = org_openstack_1_os_version

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_image_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        image_type = _parse_image_type(d.pop("image_type", UNSET))

        def _parse_os_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        os_type = _parse_os_type(d.pop("os_type", UNSET))

        def _parse_os_distro(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        os_distro = _parse_os_distro(d.pop("os_distro", UNSET))

        def _parse_os_version(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        os_version = _parse_os_version(d.pop("os_version", UNSET))

        def _parse_org_openstack_1_os_distro(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        org_openstack_1_os_distro = _parse_org_openstack_1_os_distro(
            d.pop("org.openstack__1__os_distro", UNSET)
        )

        def _parse_org_openstack_1_os_version(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        org_openstack_1_os_version = _parse_org_openstack_1_os_version(
            d.pop("org.openstack__1__os_version", UNSET)
        )

        image_metadata = cls(
            image_type=image_type,
            os_type=os_type,
            os_distro=os_distro,
            os_version=os_version,
            org_openstack_1_os_distro=org_openstack_1_os_distro,
            org_openstack_1_os_version=org_openstack_1_os_version,
        )

        image_metadata.additional_properties = d
        return image_metadata

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
