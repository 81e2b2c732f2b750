"""The values of one source under one set of names, and what there is to say where one is missing or wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from rackspace_images.errors import ConfigError
from rackspace_images.text import one_line


class Key(NamedTuple):
    """A setting: its names in OpenStack's clients, of which the first that is set counts, and what it says."""

    aliases: tuple[str, ...]
    meaning: str


def _key(meaning: str, *aliases: str) -> Key:
    return Key(aliases, meaning)


# In the environment the names stand in capitals behind `OS_`. In clouds.yaml those of AUTH stand below `auth`, or
# beside it; below `auth` no other name is accepted.
AUTH: dict[str, Key] = {
    "auth_url": _key("the URL of the identity service", "auth_url"),
    "username": _key("the user's name", "username", "user_name"),
    "user_id": _key("the user's id", "user_id"),
    "password": _key("the user's password", "password"),
    "api_key": _key("a Rackspace API key", "api_key"),
    "project_name": _key("the project's name", "project_name", "tenant_name"),
    "project_id": _key("the project's id", "project_id", "tenant_id"),
    "user_domain_name": _key("the name of the user's domain", "user_domain_name"),
    "user_domain_id": _key("the id of the user's domain", "user_domain_id"),
    "project_domain_name": _key("the name of the project's domain", "project_domain_name"),
    "project_domain_id": _key("the id of the project's domain", "project_domain_id"),
    "domain_name": _key("the name of a domain to sign in to; beside a project, of both domains", "domain_name"),
    "domain_id": _key("the id of a domain to sign in to; beside a project, of both domains", "domain_id"),
    "default_domain": _key("the id of a domain that is not given", "default_domain", "default_domain_id"),
    "default_domain_name": _key("the name of a domain that is not given", "default_domain_name"),
    "trust_id": _key("a trust to sign in to, in place of a project", "trust_id"),
    "system_scope": _key("`all`, to sign in to the whole cloud, in place of a project", "system_scope"),
    "token": _key("a token, used as it is", "token", "auth_token"),
    "application_credential_id": _key("the application credential's id", "application_credential_id"),
    "application_credential_name": _key("the application credential's name", "application_credential_name"),
    "application_credential_secret": _key("its secret", "application_credential_secret"),
}
TOP_LEVEL: dict[str, Key] = {
    "auth_type": _key("how to sign in; by default as the other keys look", "auth_type", "auth_plugin"),
    "endpoint_override": _key(
        "the compute URL, with version and project, in place of the catalog's",
        *("compute_endpoint_override", "compute_endpoint", "endpoint_override"),
    ),
    "interface": _key(
        "which of the catalog's URLs: `public`, `internal` or `admin`, or a list of them, the first wanted first",
        *("compute_interface", "compute_endpoint_type", "interface", "endpoint_type"),
    ),
    "service_type": _key("the type of the compute service in the catalog", "compute_service_type"),
    "service_name": _key("its name, where there are several of its type", "compute_service_name"),
    "identity_api_version": _key("3, or 2.0 for Rackspace", "identity_api_version"),
    "verify": _key("whether certificates are checked, or the path of a CA file", "verify"),
    "insecure": _key("whether they are not checked", "insecure"),
    "cacert": _key("the path of a CA file", "cacert"),
    "cert": _key("the path of a client certificate", "cert"),
    "key": _key("the path of its key", "key"),
}
REGION = _key("the region's name, in any case", "compute_region_name", "region_name")
UNSUPPORTED: dict[str, str] = {
    "passcode": "an application credential in place of a one-time password",
}
"""Keys that decide who signs in, to what, or where, and that are not obeyed: what to give in their place."""
_PLACEHOLDER = re.compile(r"\{([^}]*)\}|[%$]\(([^)]*)\)s?")
SECRETS = frozenset({"password", "api_key", "token", "application_credential_secret"})


@dataclass(frozen=True, slots=True, repr=False)
class Setting:
    """A value, and what its source calls it. Its `repr` hides the value."""

    text: str
    shown: str

    def __repr__(self) -> str:
        return f"<{self.shown}>"


class Settings:
    """What one source says. Its `repr` shows names only: a traceback that shows local variables may show it.

    For the same reason, a secret is never given a name of its own here: it goes from `get` straight into the value
    that holds it.
    """

    __slots__ = ("_called", "_given", "_home", "rackspace", "regions", "source", "where_to_add")

    def __init__(
        self,
        source: str,
        given: dict[str, Setting],
        *,
        called: Callable[[str], str],
        home: Callable[[str], str],
        where_to_add: str,
        rackspace: bool = False,
        regions: tuple[str, ...] = (),
    ) -> None:
        self.source = source
        self._given = {name: value for name, value in given.items() if value.text}
        self._called = called
        self._home = home
        self.where_to_add = where_to_add
        self.rackspace = rackspace
        """Whether the source itself says that this is Rackspace Identity."""
        self.regions = regions

    def __repr__(self) -> str:
        return f"<{self.source}: {', '.join(self._given)}>"

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def get(self, name: str) -> str | None:
        given = self._given.get(name)
        return given.text if given else None

    def need(self, name: str) -> str:
        """What is known to be there."""
        return self._given[name].text

    def check(self, *needed: tuple[str, ...]) -> None:
        """Raises `ConfigError` where something `needed` is not there; of each, one of its names is enough."""
        missing = [names for names in needed if not any(name in self._given for name in names)]
        if missing:
            raise self.missing(*missing)

    def fill(self, name: str, region: str | None) -> None:
        """Fills the placeholders of a URL, such as `{region_name}` and `%(project_id)s`, as OpenStack's clients do.

        Raises `ConfigError` for one that nothing fills: a request would carry the password to a wrong URL.
        """

        def value(match: re.Match[str]) -> str:
            key = (match[1] or match[2] or "").replace("tenant_", "project_")
            found = region if key == "region_name" else self.get(key) if key in ("project_id", "project_name") else None
            if not found:
                hint = "region_name, project_id and project_name are filled, where they are set"
                raise self.invalid(name, f"has a placeholder that nothing fills: {one_line(match[0])}", hint=hint)
            return found

        if (given := self._given.get(name)) is not None:
            self._given[name] = Setting(_PLACEHOLDER.sub(value, given.text), given.shown)

    def path(self, name: str) -> str | None:
        """A file's or a folder's path, `~` expanded."""
        given = self._given.get(name)
        return self._home(given.text) if given else None

    def name_of(self, name: str) -> str:
        """What the source calls `name`."""
        given = self._given.get(name)
        return given.shown if given else self._called(name)

    def set_answer(self, name: str, text: str) -> None:
        """Keeps what a person typed in."""
        if text:
            self._given[name] = Setting(text, self._called(name))

    def missing(self, *missing: tuple[str, ...], hint: str | None = None) -> ConfigError:
        """The error of a source that lacks one of each."""
        called = ", and ".join(" or ".join(self._called(name) for name in names) for names in missing)
        return ConfigError(f"{self.source} lacks {called}", hint=hint or f"{self.where_to_add} {called}")

    def invalid(self, name: str, why: str, *, hint: str | None = None) -> ConfigError:
        """The error of a value that cannot be used."""
        return ConfigError(f"{self.source}: {self.name_of(name)} {why}", hint=hint)
