from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.keystone_domain import KeystoneDomain


T = TypeVar("T", bound="KeystoneUserReference")


@_attrs_define
class KeystoneUserReference:
    """A user, by id, or by name and domain."""

    id: str | Unset = UNSET
    """ The user's id. """
    name: str | Unset = UNSET
    """ The user's name. """
    domain: KeystoneDomain | Unset = UNSET
    """ A domain, by id or name. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        domain: dict[str, Any] | Unset = UNSET
        if not isinstance(self.domain, Unset):
            domain = self.domain.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if name is not UNSET:
            field_dict["name"] = name
        if domain is not UNSET:
            field_dict["domain"] = domain

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.keystone_domain import KeystoneDomain

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        name = d.pop("name", UNSET)

        _domain = d.pop("domain", UNSET)
        domain: KeystoneDomain | Unset
        if isinstance(_domain, Unset):
            domain = UNSET
        else:
            domain = KeystoneDomain.from_dict(_domain)

        keystone_user_reference = cls(
            id=id,
            name=name,
            domain=domain,
        )

        keystone_user_reference.additional_properties = d
        return keystone_user_reference

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
