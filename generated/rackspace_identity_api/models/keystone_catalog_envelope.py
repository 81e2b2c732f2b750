from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.keystone_service import KeystoneService


T = TypeVar("T", bound="KeystoneCatalogEnvelope")


@_attrs_define
class KeystoneCatalogEnvelope:
    """The outer object of the response with the catalog."""

    catalog: list[KeystoneService] | None
    """ What the project may use, and where. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        catalog: list[dict[str, Any]] | None
        if isinstance(self.catalog, list):
            catalog = []
            for catalog_type_0_item_data in self.catalog:
                catalog_type_0_item = catalog_type_0_item_data.to_dict()
                catalog.append(catalog_type_0_item)

        else:
            catalog = self.catalog

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "catalog": catalog,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.keystone_service import KeystoneService

        d = dict(src_dict)

        def _parse_catalog(data: object) -> list[KeystoneService] | None:
            if data is None:
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
            return cast(list[KeystoneService] | None, data)

        catalog = _parse_catalog(d.pop("catalog"))

        keystone_catalog_envelope = cls(
            catalog=catalog,
        )

        keystone_catalog_envelope.additional_properties = d
        return keystone_catalog_envelope

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
