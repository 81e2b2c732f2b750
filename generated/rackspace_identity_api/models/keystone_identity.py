from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.keystone_application_credential import KeystoneApplicationCredential
    from ..models.keystone_password_method import KeystonePasswordMethod


T = TypeVar("T", bound="KeystoneIdentity")


@_attrs_define
class KeystoneIdentity:
    """Who signs in."""

    methods: list[str]
    """ The kinds of proof that follow; here `password` or `application_credential`. """
    password: KeystonePasswordMethod | Unset = UNSET
    """ A user and a password. """
    application_credential: KeystoneApplicationCredential | Unset = UNSET
    """ An application credential, by id, or by name and user; no scope goes with it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        methods = self.methods

        password: dict[str, Any] | Unset = UNSET
        if not isinstance(self.password, Unset):
            password = self.password.to_dict()

        application_credential: dict[str, Any] | Unset = UNSET
        if not isinstance(self.application_credential, Unset):
            application_credential = self.application_credential.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "methods": methods,
            }
        )
        if password is not UNSET:
            field_dict["password"] = password
        if application_credential is not UNSET:
            field_dict["application_credential"] = application_credential

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.keystone_application_credential import (
            KeystoneApplicationCredential,
        )
        from ..models.keystone_password_method import KeystonePasswordMethod

        d = dict(src_dict)
        methods = cast(list[str], d.pop("methods"))

        _password = d.pop("password", UNSET)
        password: KeystonePasswordMethod | Unset
        if isinstance(_password, Unset):
            password = UNSET
        else:
            password = KeystonePasswordMethod.from_dict(_password)

        _application_credential = d.pop("application_credential", UNSET)
        application_credential: KeystoneApplicationCredential | Unset
        if isinstance(_application_credential, Unset):
            application_credential = UNSET
        else:
            application_credential = KeystoneApplicationCredential.from_dict(
                _application_credential
            )

        keystone_identity = cls(
            methods=methods,
            password=password,
            application_credential=application_credential,
        )

        keystone_identity.additional_properties = d
        return keystone_identity

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
