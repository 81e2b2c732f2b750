from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fault import Fault


T = TypeVar("T", bound="ConflictingRequestFault")


@_attrs_define
class ConflictingRequestFault:
    """The fault of 409; Nova also says `buildInProgress`."""

    conflicting_request: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    build_in_progress: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        conflicting_request: dict[str, Any] | Unset = UNSET
        if not isinstance(self.conflicting_request, Unset):
            conflicting_request = self.conflicting_request.to_dict()

        build_in_progress: dict[str, Any] | Unset = UNSET
        if not isinstance(self.build_in_progress, Unset):
            build_in_progress = self.build_in_progress.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if conflicting_request is not UNSET:
            field_dict["conflictingRequest"] = conflicting_request
        if build_in_progress is not UNSET:
            field_dict["buildInProgress"] = build_in_progress

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.fault import Fault

        d = dict(src_dict)
        _conflicting_request = d.pop("conflictingRequest", UNSET)
        conflicting_request: Fault | Unset
        if isinstance(_conflicting_request, Unset):
            conflicting_request = UNSET
        else:
            conflicting_request = Fault.from_dict(_conflicting_request)

        _build_in_progress = d.pop("buildInProgress", UNSET)
        build_in_progress: Fault | Unset
        if isinstance(_build_in_progress, Unset):
            build_in_progress = UNSET
        else:
            build_in_progress = Fault.from_dict(_build_in_progress)

        conflicting_request_fault = cls(
            conflicting_request=conflicting_request,
            build_in_progress=build_in_progress,
        )

        conflicting_request_fault.additional_properties = d
        return conflicting_request_fault

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
