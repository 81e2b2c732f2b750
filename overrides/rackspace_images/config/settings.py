"""The values of one source under one set of names, and what there is to say where one is missing or wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rackspace_images.errors import ConfigError

# Name here → the names it has in OpenStack's clients, the first set one counts. In the environment they stand in
# capitals behind `OS_`; in clouds.yaml those of AUTH stand below `auth`, or beside it.
AUTH: dict[str, tuple[str, ...]] = {
    "auth_url": ("auth_url",),
    "username": ("username", "user_name"),
    "user_id": ("user_id",),
    "password": ("password",),
    "api_key": ("api_key",),
    "project_name": ("project_name", "tenant_name"),
    "project_id": ("project_id", "tenant_id"),
    "user_domain_name": ("user_domain_name",),
    "user_domain_id": ("user_domain_id",),
    "project_domain_name": ("project_domain_name",),
    "project_domain_id": ("project_domain_id",),
    "domain_name": ("domain_name",),
    "domain_id": ("domain_id",),
    "default_domain": ("default_domain", "default_domain_id"),
    "default_domain_name": ("default_domain_name",),
    "token": ("token", "auth_token"),
    "application_credential_id": ("application_credential_id",),
    "application_credential_name": ("application_credential_name",),
    "application_credential_secret": ("application_credential_secret",),
}
TOP_LEVEL: dict[str, tuple[str, ...]] = {
    "auth_type": ("auth_type", "auth_plugin"),
    "endpoint_override": ("compute_endpoint_override", "endpoint_override"),
    "interface": ("compute_interface", "compute_endpoint_type", "interface", "endpoint_type"),
    "identity_api_version": ("identity_api_version",),
    "verify": ("verify",),
    "insecure": ("insecure",),
    "cacert": ("cacert",),
    "cert": ("cert",),
    "key": ("key",),
}
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
