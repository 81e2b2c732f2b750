from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RackspaceEndpoint")


@_attrs_define
class RackspaceEndpoint:
    """Where one service is served in one region."""

    region: None | str | Unset = UNSET
    """ The region; absent where the service has none. """
    tenant_id: None | str | Unset = UNSET
    """ The tenant. """
    public_url: None | str | Unset = UNSET
    """ The URL for everyone, version and tenant included. """
    internal_url: None | str | Unset = UNSET
    """ The URL inside Rackspace's network. """
    admin_url: None | str | Unset = UNSET
    """ The URL for administrators. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        region: None | str | Unset
        if isinstance(self.region, Unset):
            region = UNSET
        else:
            region = self.region

        tenant_id: None | str | Unset
        if isinstance(self.tenant_id, Unset):
            tenant_id = UNSET
        else:
            tenant_id = self.tenant_id

        public_url: None | str | Unset
        if isinstance(self.public_url, Unset):
            public_url = UNSET
        else:
            public_url = self.public_url

        internal_url: None | str | Unset
        if isinstance(self.internal_url, Unset):
            internal_url = UNSET
        else:
            internal_url = self.internal_url

        admin_url: None | str | Unset
        if isinstance(self.admin_url, Unset):
            admin_url = UNSET
        else:
            admin_url = self.admin_url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if region is not UNSET:
            field_dict["region"] = region
        if tenant_id is not UNSET:
            field_dict["tenantId"] = tenant_id
        if public_url is not UNSET:
            field_dict["publicURL"] = public_url
        if internal_url is not UNSET:
            field_dict["internalURL"] = internal_url
        if admin_url is not UNSET:
            field_dict["adminURL"] = admin_url

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        region = _parse_region(d.pop("region", UNSET))

        def _parse_tenant_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        tenant_id = _parse_tenant_id(d.pop("tenantId", UNSET))

        def _parse_public_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        public_url = _parse_public_url(d.pop("publicURL", UNSET))

        def _parse_internal_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        internal_url = _parse_internal_url(d.pop("internalURL", UNSET))

        def _parse_admin_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        admin_url = _parse_admin_url(d.pop("adminURL", UNSET))

        rackspace_endpoint = cls(
            region=region,
            tenant_id=tenant_id,
            public_url=public_url,
            internal_url=internal_url,
            admin_url=admin_url,
        )

        rackspace_endpoint.additional_properties = d
        return rackspace_endpoint

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
