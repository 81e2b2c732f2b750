"""Which cloud of `clouds.yaml` is meant, and the files that say something of it."""

from __future__ import annotations

import logging
from pathlib import Path

from rackspace_images.auth.credentials import US_AUTH_URL
from rackspace_images.errors import ConfigError
from rackspace_images.text import one_line

from . import files
from .cloud import Cloud, Layer
from .settings import Settings
from .tree import MapNode, ScalarNode
from .variables import Environment

log = logging.getLogger("rackspace_images")

_PROFILES = {"rackspace": MapNode({"auth": MapNode({"auth_url": ScalarNode(US_AUTH_URL, None, None)}, None)}, None)}


def named(name: str, variables: Environment, region: str | None) -> Settings:
    """The cloud of this name, as `clouds.yaml` and `secure.yaml` have it together.

    `secure.yaml` stands above `clouds.yaml`, key by key, and `clouds.yaml` above the profile.
    """
    shown = f'cloud "{one_line(name)}"'
    paths = [path for path in (files.find("secure", variables), files.find("clouds", variables)) if path]
    if not paths:
        raise ConfigError(
            f"{shown}: there is no clouds.yaml in {files.searched(variables)}",
            hint="OS_CLIENT_CONFIG_FILE names one elsewhere",
        )
    sections = [(path, files.section(path, "clouds")) for path in paths]
    holding = [(path, section) for path, section in sections if section is not None and name in section]
    if not holding:
        path, section = sections[-1]
        raise ConfigError(f"{path} has no {shown}; it has {_listed(section)}", hint=_choose(section))
    path = holding[-1][0]
    _check_owners([where for where, _ in holding])
    cloud = Cloud(f"{shown} of {path}", path, {where: section.entries[name] for where, section in holding})
    profile = cloud.word("profile", "cloud")
    if profile is not None:
        cloud.layers.append(_profile(profile, cloud, variables))
    return cloud.settings(
        variables, region=region, rackspace=profile == "rackspace" and cloud.layers[-1].path is None, read=paths
    )


def _check_owners(paths: list[Path]) -> None:
    """Whoever may write a `clouds.yaml` where somebody works says where the secret of that one's `secure.yaml` goes."""
    if len(paths) == 2 and 0 not in (owners := [files.owner(path) for path in paths]) and len(set(owners)) > 1:
        raise ConfigError(
            f"{paths[0]} and {paths[1]} belong to different users, and so are not read together",
            hint="OS_CLIENT_CONFIG_FILE and OS_CLIENT_SECURE_FILE, if both are yours",
        )


def only(variables: Environment, region: str | None) -> Settings | None:
    """The one cloud of `clouds.yaml`; None where there is no such file."""
    path = files.find("clouds", variables)
    if path is None:
        return None
    section = files.section(path, "clouds")
    names = list(section or ())
    if len(names) != 1:
        raise ConfigError(
            f"nothing says who signs in: none of OS_CLOUD, OS_AUTH_URL and RS_USERNAME is set, and {path} has "
            f"{_listed(section)}",
            hint=_choose(section),
        )
    return named(names[0], variables, region)


def _profile(name: str, cloud: Cloud, variables: Environment) -> Layer:
    """What `clouds-public.yaml`, or else this package, says of a vendor."""
    path = files.find("clouds-public", variables)
    section = files.section(path, "public-clouds") if path else None
    if section is not None and name in section:
        return Layer(path, cloud.mapping(f'"{one_line(name)}" of {path}', section.entries[name]))
    if name in _PROFILES:
        return Layer(None, _PROFILES[name])
    known = one_line(", ".join(dict.fromkeys((*_PROFILES, *(section or ())))))
    if cloud.word("auth_url") is not None:
        log.warning("%s: profile %s is not known, so it is ignored; known: %s", cloud.source, one_line(name), known)
        return Layer(None, MapNode({}, None))
    raise ConfigError(
        f"{cloud.source}: profile {one_line(name)} is not known; known: {known}",
        hint="auth: {auth_url: …}, and no profile",
    )


def _listed(section: MapNode | None) -> str:
    names = list(section or ())
    return f"{'cloud' if len(names) == 1 else 'clouds'} {one_line(', '.join(names))}" if names else "no cloud"


def _choose(section: MapNode | None) -> str:
    first = next(iter(section or ()), None)
    return f"OS_CLOUD={one_line(first)}, or --cloud" if first is not None else "clouds: {NAME: {auth: …}}"
