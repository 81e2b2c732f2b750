from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.keystone_token import KeystoneToken


T = TypeVar("T", bound="KeystoneTokenEnvelope")


@_attrs_define
class KeystoneTokenEnvelope:
    """The outer object of Keystone's response."""

    token: KeystoneToken
    """ What the token in the header is good for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        token = self.token.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "token": token,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.keystone_token import KeystoneToken

        d = dict(src_dict)
        token = KeystoneToken.from_dict(d.pop("token"))

        keystone_token_envelope = cls(
            token=token,
        )

        keystone_token_envelope.additional_properties = d
        return keystone_token_envelope

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
