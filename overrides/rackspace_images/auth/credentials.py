"""Credentials: values that know what to send to the identity service for a token."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from functools import wraps
from typing import Any, ClassVar, TypeVar

from rackspace_images.errors import ConfigError
from rackspace_images.regions import checked_url
from rackspace_images.text import RedactedOptions, is_token, redacted, shown

T = TypeVar("T")

US_AUTH_URL = "https://identity.api.rackspacecloud.com/v2.0/"
"""Rackspace Identity for accounts in the United States: the default of `ApiKey` and `Password`."""
UK_AUTH_URL = "https://lon.identity.api.rackspacecloud.com/v2.0/"
"""Rackspace Identity for accounts in the United Kingdom."""


def _checked(cls: type[T]) -> type[T]:
    """Checks credentials after their `__init__`, in a frame whose variables show no secret in a traceback."""
    init = cls.__init__

    @wraps(init)
    def __init__(self: Any, *args: Any, **values: Any) -> None:
        args, values = redacted(args), RedactedOptions(values)
        init(self, *args, **values)
        self._check()

    cls.__init__ = __init__  # type: ignore[method-assign]
    return cls


@dataclass(frozen=True, repr=False)
class Credentials:
    """The base of all credentials: frozen, equal by value, and without a secret in their `repr`.

    A pickle holds the secret, so send it between processes of one host only. On a cluster, let each worker read its own
    configuration.
    """

    secret_kind: ClassVar[str]
    """What the secret is called in messages."""
    version: ClassVar[str] = "v3"
    """The version of the identity API, at the end of `auth_url`."""

    auth_url: str | None = field(default=None, kw_only=True)

    def auth_body(self) -> dict[str, Any]:
        """Returns the value of `auth` in the JSON body of a token request."""
        raise NotImplementedError

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no log and no message may show."""
        return tuple(getattr(self, f.name) for f in fields(self) if not f.repr)

    def _check(self) -> None:
        object.__setattr__(self, "auth_url", versioned(self.auth_url, self.version))
        missing = [name for name, is_given in self._required().items() if not is_given]
        if missing:
            raise ConfigError(
                f"{type(self).__name__} lacks {' and '.join(missing)}",
                hint="give each as text that is not empty, and that is UTF-8 where the environment sets it",
            )

    def _required(self) -> dict[str, object]:
        """Maps what is required to whether it is given. By default, each field is required."""
        return {f.name: _is_text(getattr(self, f.name)) for f in fields(self)}

    def __repr__(self) -> str:
        public = ((f.name, getattr(self, f.name)) for f in fields(self) if f.repr)
        inside = ", ".join(f"{name}={value!r}" for name, value in public if value is not None)
        return f"{type(self).__name__}({inside})"


@dataclass(frozen=True, repr=False)
class RackspaceCredentials(Credentials):
    """The base of credentials for Rackspace Identity v2.0."""

    version = "v2.0"

    username: str
    auth_url: str = field(default=US_AUTH_URL, kw_only=True)


@_checked
@dataclass(frozen=True, repr=False)
class ApiKey(RackspaceCredentials):
    """A Rackspace user name and API key.

        ImagesClient(ApiKey("my-user", os.environ["RS_API_KEY"], auth_url=UK_AUTH_URL))

    Args:
        username: The user name of the control panel.
        api_key: The user's API key.
        auth_url: The identity service, with or without `/v2.0`; by default that of US accounts (`US_AUTH_URL`).

    Raises:
        ConfigError: An argument is empty, or `auth_url` is not the URL of an identity service v2.0.
    """

    secret_kind = "API key"  # noqa: S105

    api_key: str = field(repr=False)

    def auth_body(self) -> dict[str, Any]:
        return {"RAX-KSKEY:apiKeyCredentials": {"username": self.username, "apiKey": self.api_key}}


@_checked
@dataclass(frozen=True, repr=False)
class Password(RackspaceCredentials):
    """A Rackspace user name and password.

        ImagesClient(Password("my-user", getpass.getpass()))

    Args:
        username: The user name of the control panel.
        password: The user's password. A user with a second factor needs an `ApiKey`.
        auth_url: The identity service, with or without `/v2.0`; by default that of US accounts (`US_AUTH_URL`).

    Raises:
        ConfigError: An argument is empty, or `auth_url` is not the URL of an identity service v2.0.
    """

    secret_kind = "password"  # noqa: S105

    password: str = field(repr=False)

    def auth_body(self) -> dict[str, Any]:
        return {"passwordCredentials": {"username": self.username, "password": self.password}}


class _OfKeystoneUser:
    """What credentials share that name a user of Keystone, by its id, or by its name and domain."""

    username: str | None
    user_id: str | None
    user_domain_name: str | None
    user_domain_id: str | None

    @property
    def _user_domain(self) -> dict[str, str]:
        return _id_or_name(self.user_domain_id, self.user_domain_name)

    @property
    def _user(self) -> dict[str, Any]:
        return {"id": self.user_id} if self.user_id else {"name": self.username, "domain": self._user_domain}


@_checked
@dataclass(frozen=True, repr=False, kw_only=True)
class KeystonePassword(_OfKeystoneUser, Credentials):
    """An OpenStack user and password, and what to sign in to: a project, or one of trust, system and domain.

        KeystonePassword(
            auth_url="https://keystone.example.com/v3",
            username="demo",
            user_domain_name="Default",
            password=os.environ["OS_PASSWORD"],
            project_name="demo",
        )

    Args:
        auth_url: The identity endpoint, with or without `/v3`.
        username: The name of the user, together with the user's domain; not needed beside `user_id`.
        user_id: The id of the user.
        password: The user's password.
        project_name: The name of the project, together with its domain; not needed beside `project_id`.
        project_id: The id of the project.
        user_domain_name: The name of the user's domain.
        user_domain_id: The id of the user's domain.
        project_domain_name: The name of the project's domain; by default it is the user's domain.
        project_domain_id: The id of the project's domain.
        trust_id: The id of a trust, by which another user lets this one act for it.
        system_scope: `all`, for the whole cloud.
        domain_id: The id of a domain to sign in to.
        domain_name: The name of a domain to sign in to.

    Raises:
        ConfigError: An argument is missing or one too many, or `auth_url` is not the URL of an identity service v3.
    """

    secret_kind = "password"  # noqa: S105

    auth_url: str = field()
    username: str | None = None
    user_id: str | None = None
    password: str = field(repr=False)
    project_name: str | None = None
    project_id: str | None = None
    user_domain_name: str | None = None
    user_domain_id: str | None = None
    project_domain_name: str | None = None
    project_domain_id: str | None = None
    trust_id: str | None = None
    system_scope: str | None = None
    domain_id: str | None = None
    domain_name: str | None = None

    @property
    def _scope_domain(self) -> dict[str, str]:
        return _id_or_name(self.project_domain_id, self.project_domain_name) or self._user_domain

    def _required(self) -> dict[str, object]:
        return {
            "username or user_id": self.username or self.user_id,
            "password": _is_text(self.password),
            "user_domain_name or user_domain_id": self.user_id or self._user_domain,
            "project_domain_name or project_domain_id": self.project_id or not self.project_name or self._scope_domain,
        }

    def _check(self) -> None:
        super()._check()
        scopes = [name for name, value in self._scopes().items() if value]
        if len(scopes) > 1:
            raise ConfigError(f"{type(self).__name__} has {' and '.join(scopes)}", hint="give one of them")
        if self.system_scope not in (None, "", "all"):
            raise ConfigError(f"system_scope={shown(self.system_scope)} is not known", hint="system_scope='all'")

    def _scopes(self) -> dict[str, Any]:
        """What there may be to sign in to, by the names of Keystone's JSON; an empty value is not given."""
        project: dict[str, Any] = _id_or_name(self.project_id, self.project_name)
        if "name" in project:
            project["domain"] = self._scope_domain
        return {
            "project": project,
            "OS-TRUST:trust": _id_or_name(self.trust_id, None),
            "system": {"all": True} if self.system_scope else {},
            "domain": _id_or_name(self.domain_id, self.domain_name),
        }

    def auth_body(self) -> dict[str, Any]:
        password = {"user": {**self._user, "password": self.password}}
        body: dict[str, Any] = {"identity": {"methods": ["password"], "password": password}}
        scope = {name: value for name, value in self._scopes().items() if value}
        return {**body, "scope": scope} if scope else body


@_checked
@dataclass(frozen=True, repr=False, kw_only=True)
class ApplicationCredential(_OfKeystoneUser, Credentials):
    """An OpenStack application credential, which belongs to one project: by its id, or by its name and user.

        ApplicationCredential(auth_url="https://keystone.example.com/v3", id="a1b2…", secret=os.environ["SECRET"])

    Args:
        auth_url: The identity endpoint, with or without `/v3`.
        id: The id of the application credential.
        secret: Its secret.
        name: Its name, together with its user; not needed beside `id`.
        username: The name of its user, together with the user's domain; not needed beside `user_id`.
        user_id: The id of its user.
        user_domain_name: The name of the user's domain.
        user_domain_id: The id of the user's domain.

    Raises:
        ConfigError: An argument is missing, or `auth_url` is not the URL of an identity service v3.
    """

    secret_kind = "application credential's secret"  # noqa: S105

    auth_url: str = field()
    id: str | None = None
    secret: str = field(repr=False)
    name: str | None = None
    username: str | None = None
    user_id: str | None = None
    user_domain_name: str | None = None
    user_domain_id: str | None = None

    def _required(self) -> dict[str, object]:
        return {
            "id or name": self.id or self.name,
            "secret": _is_text(self.secret),
            "username or user_id": self.id or self.username or self.user_id,
            "user_domain_name or user_domain_id": self.id or self.user_id or self._user_domain,
        }

    def auth_body(self) -> dict[str, Any]:
        user = {} if self.id else {"user": self._user}
        credential = {**_id_or_name(self.id, self.name), "secret": self.secret, **user}
        return {"identity": {"methods": ["application_credential"], "application_credential": credential}}


@_checked
@dataclass(frozen=True, repr=False)
class StaticToken(Credentials):
    """A token from elsewhere. It is used as it is, and never renewed.

        ImagesClient(StaticToken(token), endpoint="https://dfw.servers.api.rackspacecloud.com/v2/123456")

    Args:
        token: The token.
        auth_url: The Keystone v3 that issued the token, to read its catalog from. Not needed where the client has
            an `endpoint`.

    Raises:
        ConfigError: The token is not one that a header can carry, or `auth_url` is not the URL of an identity service.
    """

    secret_kind = "token"  # noqa: S105

    token: str = field(repr=False)

    def _check(self) -> None:
        if self.auth_url is not None:
            object.__setattr__(self, "auth_url", versioned(self.auth_url, self.version))
        if not is_token(self.token):
            raise ConfigError("the token is empty or holds a character that no HTTP header may hold")


_TOKENS_PATH = re.compile(r"/*(/auth)?(/tokens)?/*$")


def versioned(auth_url: str | None, version: str) -> str:
    """Returns `auth_url` with `version` at its end.

    Args:
        auth_url: The URL as a person gives it: without the version, or with `/` or `/tokens` after it.
        version: `v2.0` or `v3`.

    Raises:
        ConfigError: It is not the URL of an identity service, or it names another version.
    """
    url = _TOKENS_PATH.sub("", checked_url("auth_url", auth_url, "an identity service", f"https://…/{version}"))
    last = url.rsplit("/", 1)[-1]
    if last in ("v2.0", "v3") and last != version:
        raise ConfigError(
            f"auth_url names {last}, these credentials need {version}: {auth_url}",
            hint="ApiKey or Password for Rackspace's v2.0, KeystonePassword or ApplicationCredential for v3",
        )
    return url if last == version else f"{url}/{version}"


def _id_or_name(own_id: str | None, name: str | None) -> dict[str, str]:
    """Returns how Keystone's JSON refers to a user, a project or a domain: by its id, else by its name."""
    return {"id": own_id} if own_id else {"name": name} if name else {}


def _is_text(value: object) -> bool:
    """Whether `value` can be sent as UTF-8: text with at least one character, and without lone surrogates."""
    return isinstance(value, str) and value != "" and not any("\ud800" <= character <= "\udfff" for character in value)
