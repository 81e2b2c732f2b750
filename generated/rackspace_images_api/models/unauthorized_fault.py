from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fault import Fault


T = TypeVar("T", bound="UnauthorizedFault")


@_attrs_define
class UnauthorizedFault:
    """The fault of 401: `unauthorized` from Rackspace, `error` from Keystone's middleware."""

    unauthorized: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    error: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        unauthorized: dict[str, Any] | Unset = UNSET
        if not isinstance(self.unauthorized, Unset):
            unauthorized = self.unauthorized.to_dict()

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if unauthorized is not UNSET:
            field_dict["unauthorized"] = unauthorized
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.fault import Fault

        d = dict(src_dict)
        _unauthorized = d.pop("unauthorized", UNSET)
        unauthorized: Fault | Unset
        if isinstance(_unauthorized, Unset):
            unauthorized = UNSET
        else:
            unauthorized = Fault.from_dict(_unauthorized)

        _error = d.pop("error", UNSET)
        error: Fault | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = Fault.from_dict(_error)

        unauthorized_fault = cls(
            unauthorized=unauthorized,
            error=error,
        )

        unauthorized_fault.additional_properties = d
        return unauthorized_fault

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
