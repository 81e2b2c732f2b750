from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fault import Fault


T = TypeVar("T", bound="ComputeFault")


@_attrs_define
class ComputeFault:
    """The fault of 500: `computeFault` from Nova, `cloudServersFault` from Rackspace."""

    compute_fault: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    cloud_servers_fault: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        compute_fault: dict[str, Any] | Unset = UNSET
        if not isinstance(self.compute_fault, Unset):
            compute_fault = self.compute_fault.to_dict()

        cloud_servers_fault: dict[str, Any] | Unset = UNSET
        if not isinstance(self.cloud_servers_fault, Unset):
            cloud_servers_fault = self.cloud_servers_fault.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if compute_fault is not UNSET:
            field_dict["computeFault"] = compute_fault
        if cloud_servers_fault is not UNSET:
            field_dict["cloudServersFault"] = cloud_servers_fault

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.fault import Fault

        d = dict(src_dict)
        _compute_fault = d.pop("computeFault", UNSET)
        compute_fault: Fault | Unset
        if isinstance(_compute_fault, Unset):
            compute_fault = UNSET
        else:
            compute_fault = Fault.from_dict(_compute_fault)

        _cloud_servers_fault = d.pop("cloudServersFault", UNSET)
        cloud_servers_fault: Fault | Unset
        if isinstance(_cloud_servers_fault, Unset):
            cloud_servers_fault = UNSET
        else:
            cloud_servers_fault = Fault.from_dict(_cloud_servers_fault)

        compute_fault = cls(
            compute_fault=compute_fault,
            cloud_servers_fault=cloud_servers_fault,
        )

        compute_fault.additional_properties = d
        return compute_fault

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
