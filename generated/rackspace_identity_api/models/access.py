from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.rackspace_service import RackspaceService
    from ..models.rackspace_token import RackspaceToken
    from ..models.rackspace_user import RackspaceUser


T = TypeVar("T", bound="Access")


@_attrs_define
class Access:
    """A token, the catalog and the user."""

    token: RackspaceToken
    """ The token. """
    service_catalog: list[RackspaceService] | None | Unset = UNSET
    """ What the account may use, and where. Absent where the token has no tenant. """
    user: None | RackspaceUser | Unset = UNSET
    """ Who the token was given to. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.rackspace_user import RackspaceUser

        token = self.token.to_dict()

        service_catalog: list[dict[str, Any]] | None | Unset
        if isinstance(self.service_catalog, Unset):
            service_catalog = UNSET
        elif isinstance(self.service_catalog, list):
            service_catalog = []
            for service_catalog_type_0_item_data in self.service_catalog:
                service_catalog_type_0_item = service_catalog_type_0_item_data.to_dict()
                service_catalog.append(service_catalog_type_0_item)

        else:
            service_catalog = self.service_catalog

        user: dict[str, Any] | None | Unset
        if isinstance(self.user, Unset):
            user = UNSET
        elif isinstance(self.user, RackspaceUser):
            user = self.user.to_dict()
        else:
            user = self.user

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "token": token,
            }
        )
        if service_catalog is not UNSET:
            field_dict["serviceCatalog"] = service_catalog
        if user is not UNSET:
            field_dict["user"] = user

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.rackspace_service import RackspaceService
        from ..models.rackspace_token import RackspaceToken
        from ..models.rackspace_user import RackspaceUser

        d = dict(src_dict)
        token = RackspaceToken.from_dict(d.pop("token"))

        def _parse_service_catalog(
            data: object,
        ) -> list[RackspaceService] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                service_catalog_type_0 = []
                _service_catalog_type_0 = data
                for service_catalog_type_0_item_data in _service_catalog_type_0:
                    service_catalog_type_0_item = RackspaceService.from_dict(
                        service_catalog_type_0_item_data
                    )

                    service_catalog_type_0.append(service_catalog_type_0_item)

                return service_catalog_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[RackspaceService] | None | Unset, data)

        service_catalog = _parse_service_catalog(d.pop("serviceCatalog", UNSET))

        def _parse_user(data: object) -> None | RackspaceUser | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_rackspace_user_type_0 = RackspaceUser.from_dict(data)

                return componentsschemas_rackspace_user_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RackspaceUser | Unset, data)

        user = _parse_user(d.pop("user", UNSET))

        access = cls(
            token=token,
            service_catalog=service_catalog,
            user=user,
        )

        access.additional_properties = d
        return access

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
