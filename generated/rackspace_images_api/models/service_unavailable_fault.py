from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fault import Fault


T = TypeVar("T", bound="ServiceUnavailableFault")


@_attrs_define
class ServiceUnavailableFault:
    """The fault of 503."""

    service_unavailable: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        service_unavailable: dict[str, Any] | Unset = UNSET
        if not isinstance(self.service_unavailable, Unset):
            service_unavailable = self.service_unavailable.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if service_unavailable is not UNSET:
            field_dict["serviceUnavailable"] = service_unavailable

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.fault import Fault

        d = dict(src_dict)
        _service_unavailable = d.pop("serviceUnavailable", UNSET)
        service_unavailable: Fault | Unset
        if isinstance(_service_unavailable, Unset):
            service_unavailable = UNSET
        else:
            service_unavailable = Fault.from_dict(_service_unavailable)

        service_unavailable_fault = cls(
            service_unavailable=service_unavailable,
        )

        service_unavailable_fault.additional_properties = d
        return service_unavailable_fault

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
