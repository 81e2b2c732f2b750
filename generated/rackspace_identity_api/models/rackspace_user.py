from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RackspaceUser")


@_attrs_define
class RackspaceUser:
    """Who the token was given to."""

    id: None | str | Unset = UNSET
    """ The user's number. """
    name: None | str | Unset = UNSET
    """ The user name. """
    rax_auth_default_region: None | str | Unset = UNSET
    """ The user's own region. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id: None | str | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        rax_auth_default_region: None | str | Unset
        if isinstance(self.rax_auth_default_region, Unset):
            rax_auth_default_region = UNSET
        else:
            rax_auth_default_region = self.rax_auth_default_region

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if name is not UNSET:
            field_dict["name"] = name
        if rax_auth_default_region is not UNSET:
            field_dict["RAX-AUTH:defaultRegion"] = rax_auth_default_region

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        id = _parse_id(d.pop("id", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_rax_auth_default_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        rax_auth_default_region = _parse_rax_auth_default_region(
            d.pop("RAX-AUTH:defaultRegion", UNSET)
        )

        rackspace_user = cls(
            id=id,
            name=name,
            rax_auth_default_region=rax_auth_default_region,
        )

        rackspace_user.additional_properties = d
        return rackspace_user

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
