from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.api_key_credentials import ApiKeyCredentials
    from ..models.password_credentials import PasswordCredentials


T = TypeVar("T", bound="RackspaceAuthBody")


@_attrs_define
class RackspaceAuthBody:
    """The member `auth` of a request, with one kind of credentials, by its key."""

    rax_kskey_api_key_credentials: ApiKeyCredentials | Unset = UNSET
    """ A user name and an API key. """
    password_credentials: PasswordCredentials | Unset = UNSET
    """ A user name and a password. """
    tenant_id: str | Unset = UNSET
    """ The tenant to sign in to; the user's own when absent. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rax_kskey_api_key_credentials: dict[str, Any] | Unset = UNSET
        if not isinstance(self.rax_kskey_api_key_credentials, Unset):
            rax_kskey_api_key_credentials = self.rax_kskey_api_key_credentials.to_dict()

        password_credentials: dict[str, Any] | Unset = UNSET
        if not isinstance(self.password_credentials, Unset):
            password_credentials = self.password_credentials.to_dict()

        tenant_id = self.tenant_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if rax_kskey_api_key_credentials is not UNSET:
            field_dict["RAX-KSKEY:apiKeyCredentials"] = rax_kskey_api_key_credentials
        if password_credentials is not UNSET:
            field_dict["passwordCredentials"] = password_credentials
        if tenant_id is not UNSET:
            field_dict["tenantId"] = tenant_id

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.api_key_credentials import ApiKeyCredentials
        from ..models.password_credentials import PasswordCredentials

        d = dict(src_dict)
        _rax_kskey_api_key_credentials = d.pop("RAX-KSKEY:apiKeyCredentials", UNSET)
        rax_kskey_api_key_credentials: ApiKeyCredentials | Unset
        if isinstance(_rax_kskey_api_key_credentials, Unset):
            rax_kskey_api_key_credentials = UNSET
        else:
            rax_kskey_api_key_credentials = ApiKeyCredentials.from_dict(
                _rax_kskey_api_key_credentials
            )

        _password_credentials = d.pop("passwordCredentials", UNSET)
        password_credentials: PasswordCredentials | Unset
        if isinstance(_password_credentials, Unset):
            password_credentials = UNSET
        else:
            password_credentials = PasswordCredentials.from_dict(_password_credentials)

        tenant_id = d.pop("tenantId", UNSET)

        rackspace_auth_body = cls(
            rax_kskey_api_key_credentials=rax_kskey_api_key_credentials,
            password_credentials=password_credentials,
            tenant_id=tenant_id,
        )

        rackspace_auth_body.additional_properties = d
        return rackspace_auth_body

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
