from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.keystone_service import KeystoneService


T = TypeVar("T", bound="KeystoneToken")


@_attrs_define
class KeystoneToken:
    """What the token in the header is good for."""

    expires_at: None | str | Unset = UNSET
    """ When it ends, like `2015-11-07T01:58:43.578929Z`. A plain string here. """
    catalog: list[KeystoneService] | None | Unset = UNSET
    """ What the project may use, and where. Absent from an unscoped token. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = self.expires_at

        catalog: list[dict[str, Any]] | None | Unset
        if isinstance(self.catalog, Unset):
            catalog = UNSET
        elif isinstance(self.catalog, list):
            catalog = []
            for catalog_type_0_item_data in self.catalog:
                catalog_type_0_item = catalog_type_0_item_data.to_dict()
                catalog.append(catalog_type_0_item)

        else:
            catalog = self.catalog

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if catalog is not UNSET:
            field_dict["catalog"] = catalog

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.keystone_service import KeystoneService

        d = dict(src_dict)

        def _parse_expires_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_catalog(data: object) -> list[KeystoneService] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                catalog_type_0 = []
                _catalog_type_0 = data
                for catalog_type_0_item_data in _catalog_type_0:
                    catalog_type_0_item = KeystoneService.from_dict(
                        catalog_type_0_item_data
                    )

                    catalog_type_0.append(catalog_type_0_item)

                return catalog_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[KeystoneService] | None | Unset, data)

        catalog = _parse_catalog(d.pop("catalog", UNSET))

        keystone_token = cls(
            expires_at=expires_at,
            catalog=catalog,
        )

        keystone_token.additional_properties = d
        return keystone_token

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
