from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fault import Fault


T = TypeVar("T", bound="BadRequestFault")


@_attrs_define
class BadRequestFault:
    """The fault of 400."""

    bad_request: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bad_request: dict[str, Any] | Unset = UNSET
        if not isinstance(self.bad_request, Unset):
            bad_request = self.bad_request.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if bad_request is not UNSET:
            field_dict["badRequest"] = bad_request

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.fault import Fault

        d = dict(src_dict)
        _bad_request = d.pop("badRequest", UNSET)
        bad_request: Fault | Unset
        if isinstance(_bad_request, Unset):
            bad_request = UNSET
        else:
            bad_request = Fault.from_dict(_bad_request)

        bad_request_fault = cls(
            bad_request=bad_request,
        )

        bad_request_fault.additional_properties = d
        return bad_request_fault

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
