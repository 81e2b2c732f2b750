from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ImageMetadata")


@_attrs_define
class ImageMetadata:
    """What the owner and the cloud noted about the image: a map with any keys. Documented values are strings;
    numbers, booleans, null, lists and objects occur. Known keys are:

    - `image_type`: where the image comes from, `base` (built-in), `snapshot` (made from a server) or another word
    - `os_type`: the family of its operating system, such as `linux` or `windows`
    - `os_distro`: its operating system, in lower case, such as `ubuntu`
    - `os_version`: the version of its operating system, as its maker counts, such as `24.04`
    - `org.openstack__1__os_distro`, `org.openstack__1__os_version`: the same in Rackspace's own images, such as
      `com.ubuntu` and `14.04`
    - `auto_disk_config`: whether `OS-DCF:diskConfig` is `AUTO`, `True` or `False`

        Example:
            {'image_type': 'snapshot', 'os_type': 'windows', 'auto_disk_config': 'False'}

    """

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        image_metadata = cls()

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
