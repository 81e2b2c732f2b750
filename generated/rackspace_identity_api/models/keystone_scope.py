from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.keystone_domain import KeystoneDomain
    from ..models.keystone_project import KeystoneProject
    from ..models.keystone_system import KeystoneSystem
    from ..models.keystone_trust import KeystoneTrust


T = TypeVar("T", bound="KeystoneScope")


@_attrs_define
class KeystoneScope:
    """What to sign in to, one of these; most often a project. Without a scope the token has no catalog."""

    project: KeystoneProject | Unset = UNSET
    """ A project, by id, or by name and domain. """
    domain: KeystoneDomain | Unset = UNSET
    """ A domain, by id or name. """
    system: KeystoneSystem | Unset = UNSET
    """ The whole cloud. """
    os_trust_trust: KeystoneTrust | Unset = UNSET
    """ A trust, by which another user lets this one act for it in a project. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        project: dict[str, Any] | Unset = UNSET
        if not isinstance(self.project, Unset):
            project = self.project.to_dict()

        domain: dict[str, Any] | Unset = UNSET
        if not isinstance(self.domain, Unset):
            domain = self.domain.to_dict()

        system: dict[str, Any] | Unset = UNSET
        if not isinstance(self.system, Unset):
            system = self.system.to_dict()

        os_trust_trust: dict[str, Any] | Unset = UNSET
        if not isinstance(self.os_trust_trust, Unset):
            os_trust_trust = self.os_trust_trust.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if project is not UNSET:
            field_dict["project"] = project
        if domain is not UNSET:
            field_dict["domain"] = domain
        if system is not UNSET:
            field_dict["system"] = system
        if os_trust_trust is not UNSET:
            field_dict["OS-TRUST:trust"] = os_trust_trust

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.keystone_domain import KeystoneDomain
        from ..models.keystone_project import KeystoneProject
        from ..models.keystone_system import KeystoneSystem
        from ..models.keystone_trust import KeystoneTrust

        d = dict(src_dict)
        _project = d.pop("project", UNSET)
        project: KeystoneProject | Unset
        if isinstance(_project, Unset):
            project = UNSET
        else:
            project = KeystoneProject.from_dict(_project)

        _domain = d.pop("domain", UNSET)
        domain: KeystoneDomain | Unset
        if isinstance(_domain, Unset):
            domain = UNSET
        else:
            domain = KeystoneDomain.from_dict(_domain)

        _system = d.pop("system", UNSET)
        system: KeystoneSystem | Unset
        if isinstance(_system, Unset):
            system = UNSET
        else:
            system = KeystoneSystem.from_dict(_system)

        _os_trust_trust = d.pop("OS-TRUST:trust", UNSET)
        os_trust_trust: KeystoneTrust | Unset
        if isinstance(_os_trust_trust, Unset):
            os_trust_trust = UNSET
        else:
            os_trust_trust = KeystoneTrust.from_dict(_os_trust_trust)

        keystone_scope = cls(
            project=project,
            domain=domain,
            system=system,
            os_trust_trust=os_trust_trust,
        )

        keystone_scope.additional_properties = d
        return keystone_scope

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
