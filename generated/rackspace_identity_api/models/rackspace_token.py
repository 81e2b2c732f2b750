from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.rackspace_tenant import RackspaceTenant


T = TypeVar("T", bound="RackspaceToken")


@_attrs_define
class RackspaceToken:
    """The token."""

    id: str
    """ The token itself. A secret. """
    expires: None | str | Unset = UNSET
    """ When it ends, like `2015-07-10T18:24:01.512Z`. A plain string here. """
    tenant: None | RackspaceTenant | Unset = UNSET
    """ The tenant it is good for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.rackspace_tenant import RackspaceTenant

        id = self.id

        expires: None | str | Unset
        if isinstance(self.expires, Unset):
            expires = UNSET
        else:
            expires = self.expires

        tenant: dict[str, Any] | None | Unset
        if isinstance(self.tenant, Unset):
            tenant = UNSET
        elif isinstance(self.tenant, RackspaceTenant):
            tenant = self.tenant.to_dict()
        else:
            tenant = self.tenant

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
            }
        )
        if expires is not UNSET:
            field_dict["expires"] = expires
        if tenant is not UNSET:
            field_dict["tenant"] = tenant

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.rackspace_tenant import RackspaceTenant

        d = dict(src_dict)
        id = d.pop("id")

        def _parse_expires(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expires = _parse_expires(d.pop("expires", UNSET))

        def _parse_tenant(data: object) -> None | RackspaceTenant | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                tenant_type_0 = RackspaceTenant.from_dict(data)

                return tenant_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RackspaceTenant | Unset, data)

        tenant = _parse_tenant(d.pop("tenant", UNSET))

        rackspace_token = cls(
            id=id,
            expires=expires,
            tenant=tenant,
        )

        rackspace_token.additional_properties = d
        return rackspace_token

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
