from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.keystone_identity import KeystoneIdentity
    from ..models.keystone_scope import KeystoneScope


T = TypeVar("T", bound="KeystoneAuthBody")


@_attrs_define
class KeystoneAuthBody:
    """The member `auth` of a request, who signs in and to what."""

    identity: KeystoneIdentity
    """ Who signs in. """
    scope: KeystoneScope | Unset = UNSET
    """ What to sign in to, one of these; most often a project. Without a scope the token has no catalog. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        identity = self.identity.to_dict()

        scope: dict[str, Any] | Unset = UNSET
        if not isinstance(self.scope, Unset):
            scope = self.scope.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "identity": identity,
            }
        )
        if scope is not UNSET:
            field_dict["scope"] = scope

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.keystone_identity import KeystoneIdentity
        from ..models.keystone_scope import KeystoneScope

        d = dict(src_dict)
        identity = KeystoneIdentity.from_dict(d.pop("identity"))

        _scope = d.pop("scope", UNSET)
        scope: KeystoneScope | Unset
        if isinstance(_scope, Unset):
            scope = UNSET
        else:
            scope = KeystoneScope.from_dict(_scope)

        keystone_auth_body = cls(
            identity=identity,
            scope=scope,
        )

        keystone_auth_body.additional_properties = d
        return keystone_auth_body

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
