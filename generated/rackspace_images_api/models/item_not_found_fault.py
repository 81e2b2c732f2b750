from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.fault import Fault


T = TypeVar("T", bound="ItemNotFoundFault")


@_attrs_define
class ItemNotFoundFault:
    """The fault of 404; or `message`, `code` and `title` by themselves, from a router."""

    item_not_found: Fault | Unset = UNSET
    """ What went wrong, in the words of the server. Every member may be absent or null. """
    message: None | str | Unset = UNSET
    """ What happened, for a person, perhaps with HTML in it; from a router, which says no fault. """
    code: None | str | Unset = UNSET
    """ The status and its words, from a router. """
    title: None | str | Unset = UNSET
    """ The status in words, from a router. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item_not_found: dict[str, Any] | Unset = UNSET
        if not isinstance(self.item_not_found, Unset):
            item_not_found = self.item_not_found.to_dict()

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        code: None | str | Unset
        if isinstance(self.code, Unset):
            code = UNSET
        else:
            code = self.code

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if item_not_found is not UNSET:
            field_dict["itemNotFound"] = item_not_found
        if message is not UNSET:
            field_dict["message"] = message
        if code is not UNSET:
            field_dict["code"] = code
        if title is not UNSET:
            field_dict["title"] = title

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

        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        code = _parse_code(d.pop("code", UNSET))

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        item_not_found_fault = cls(
            item_not_found=item_not_found,
            message=message,
            code=code,
            title=title,
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
