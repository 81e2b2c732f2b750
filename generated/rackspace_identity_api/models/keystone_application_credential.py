from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.keystone_user_reference import KeystoneUserReference


T = TypeVar("T", bound="KeystoneApplicationCredential")


@_attrs_define
class KeystoneApplicationCredential:
    """An application credential, by id, or by name and user; no scope goes with it."""

    secret: str
    """ Its secret. """
    id: str | Unset = UNSET
    """ The id of the application credential. """
    name: str | Unset = UNSET
    """ Its name among the user's own. """
    user: KeystoneUserReference | Unset = UNSET
    """ A user, by id, or by name and domain. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        secret = self.secret

        id = self.id

        name = self.name

        user: dict[str, Any] | Unset = UNSET
        if not isinstance(self.user, Unset):
            user = self.user.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "secret": secret,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if name is not UNSET:
            field_dict["name"] = name
        if user is not UNSET:
            field_dict["user"] = user

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.keystone_user_reference import KeystoneUserReference

        d = dict(src_dict)
        secret = d.pop("secret")

        id = d.pop("id", UNSET)

        name = d.pop("name", UNSET)

        _user = d.pop("user", UNSET)
        user: KeystoneUserReference | Unset
        if isinstance(_user, Unset):
            user = UNSET
        else:
            user = KeystoneUserReference.from_dict(_user)

        keystone_application_credential = cls(
            secret=secret,
            id=id,
            name=name,
            user=user,
        )

        keystone_application_credential.additional_properties = d
        return keystone_application_credential

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
