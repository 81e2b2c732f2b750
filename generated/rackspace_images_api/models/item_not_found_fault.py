from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fault import Fault


T = TypeVar("T", bound="ItemNotFoundFault")


@_attrs_define
class ItemNotFoundFault:
    """The fault of 404."""

    item_not_found: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item_not_found: dict[str, Any] | Unset = UNSET
        if not isinstance(self.item_not_found, Unset):
            item_not_found = self.item_not_found.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if item_not_found is not UNSET:
            field_dict["itemNotFound"] = item_not_found

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.fault import Fault

        d = dict(src_dict)
        _item_not_found = d.pop("itemNotFound", UNSET)
        item_not_found: Fault | Unset
        if isinstance(_item_not_found, Unset):
            item_not_found = UNSET
        else:
            item_not_found = Fault.from_dict(_item_not_found)

        item_not_found_fault = cls(
            item_not_found=item_not_found,
        )

        item_not_found_fault.additional_properties = d
        return item_not_found_fault

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
