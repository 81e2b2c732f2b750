from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fault import Fault


T = TypeVar("T", bound="BadMethodFault")


@_attrs_define
class BadMethodFault:
    """The fault of 405."""

    bad_method: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bad_method: dict[str, Any] | Unset = UNSET
        if not isinstance(self.bad_method, Unset):
            bad_method = self.bad_method.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if bad_method is not UNSET:
            field_dict["badMethod"] = bad_method

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.fault import Fault

        d = dict(src_dict)
        _bad_method = d.pop("badMethod", UNSET)
        bad_method: Fault | Unset
        if isinstance(_bad_method, Unset):
            bad_method = UNSET
        else:
            bad_method = Fault.from_dict(_bad_method)

        bad_method_fault = cls(
            bad_method=bad_method,
        )

        bad_method_fault.additional_properties = d
        return bad_method_fault

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
