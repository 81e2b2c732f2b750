"""Who signs in: values that know how their token is asked for.

Identity's models are imported when one is asked for: who has a token kept does without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from rackspace_images.errors import ConfigError
from rackspace_images.text import RedactedOptions, is_token, redacted, service_url

if TYPE_CHECKING:
    from rackspace_identity_api import models

T = TypeVar("T")

US_AUTH_URL = "https://identity.api.rackspacecloud.com/v2.0/"
"""Rackspace Identity for accounts in the United States: the default of `ApiKey` and `Password`."""
UK_AUTH_URL = "https://lon.identity.api.rackspacecloud.com/v2.0/"
"""Rackspace Identity for accounts in the United Kingdom."""


def _checked(kind: type[T]) -> type[T]:
    """Checks credentials after their `__init__`, in a frame without secrets: a traceback may show its variables."""
    fill = kind.__init__

    @wraps(fill)
    def __init__(self: Any, *args: Any, **values: Any) -> None:
        args, values = redacted(args), RedactedOptions(values)
        fill(self, *args, **values)
        self._check()

    kind.__init__ = __init__  # type: ignore[method-assign]
    return kind


@dataclass(frozen=True, repr=False)
class Credentials:
    """What all credentials are: frozen, equal by value, and without a secret in their `repr`.

    A pickle does hold the secret: it is for processes on one host. On a cluster each worker reads its own
    configuration.
    """

    secret_kind: ClassVar[str]
    """What is sent as proof, in words for a person."""
    version: ClassVar[str] = "v3"
    """The version of identity's API, which `auth_url` ends in."""

    auth_url: str | None = field(default=None, kw_only=True)

    @property
    def cache_key(self) -> tuple[str, ...]:
        """Whose token it is, without any secret: with `auth_url`, what a cached token is found by."""
        raise NotImplementedError

    def auth_body(self) -> models.RackspaceTokenRequest | models.KeystoneTokenRequest | None:
        """What identity is asked; None where there is nothing to ask."""
        raise NotImplementedError

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody is to be shown."""
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
        """What has to be given, and whether it is: every field, where a class does not say otherwise."""
        return {f.name: _is_text(getattr(self, f.name)) for f in fields(self)}

    def __repr__(self) -> str:
        shown = ((f.name, getattr(self, f.name)) for f in fields(self) if f.repr)
        inside = ", ".join(f"{name}={value!r}" for name, value in shown if value is not None)
        return f"{type(self).__name__}({inside})"


@_checked
@dataclass(frozen=True, repr=False)
class ApiKey(Credentials):
    """A Rackspace user name and API key. `auth_url`: the identity service, by default the US one (`US_AUTH_URL`)."""

    secret_kind = "API key"  # noqa: S105
    version = "v2.0"

    username: str
    api_key: str = field(repr=False)
    auth_url: str = field(default=US_AUTH_URL, kw_only=True)

    @property
    def cache_key(self) -> tuple[str, ...]:
        return ("rackspace", self.username)

    def auth_body(self) -> models.RackspaceTokenRequest:
        from rackspace_identity_api import models

        key = models.ApiKeyCredentials(username=self.username, api_key=self.api_key)
        return models.RackspaceTokenRequest(models.RackspaceAuthBody(rax_kskey_api_key_credentials=key))


@_checked
@dataclass(frozen=True, repr=False)
class Password(Credentials):
    """A Rackspace user name and password. `auth_url`: the identity service, by default the US one (`US_AUTH_URL`)."""

    secret_kind = "password"  # noqa: S105
    version = "v2.0"

    username: str
    password: str = field(repr=False)
    auth_url: str = field(default=US_AUTH_URL, kw_only=True)

    @property
    def cache_key(self) -> tuple[str, ...]:
        return ("rackspace", self.username)

    def auth_body(self) -> models.RackspaceTokenRequest:
        from rackspace_identity_api import models

        proof = models.PasswordCredentials(username=self.username, password=self.password)
        return models.RackspaceTokenRequest(models.RackspaceAuthBody(password_credentials=proof))


@_checked
@dataclass(frozen=True, repr=False, kw_only=True)
class KeystonePassword(Credentials):
    """An OpenStack user and password, and the project to sign in to.

    `auth_url`: the identity endpoint, with or without `/v3`. The user by `user_id`, or by `username` and its domain;
    the project by `project_id`, or by `project_name` and its domain, which is the user's where it is not given.
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

    def _required(self) -> dict[str, object]:
        domain = self.user_domain_name or self.user_domain_id
        project_domain = self.project_domain_name or self.project_domain_id or domain
        return {
            "username or user_id": self.username or self.user_id,
            "password": _is_text(self.password),
            "user_domain_name or user_domain_id": self.user_id or domain,
            "project_domain_name or project_domain_id": not self.project_name or self.project_id or project_domain,
        }

    @property
    def cache_key(self) -> tuple[str, ...]:
        # An id and a name that read the same are two things.
        own_domain = _tagged(self.user_domain_id, self.user_domain_name)
        domain = _tagged(self.project_domain_id, self.project_domain_name) or own_domain
        user = f"id:{self.user_id}" if self.user_id else f"name:{self.username}@{own_domain}"
        named = f"name:{self.project_name}@{domain}" if self.project_name else ""
        return ("keystone", user, f"id:{self.project_id}" if self.project_id else named)

    def auth_body(self) -> models.KeystoneTokenRequest:
        from rackspace_identity_api import models
        from rackspace_identity_api.types import UNSET

        user = models.KeystoneUser(password=self.password)
        own_domain = _domain(self.user_domain_id, self.user_domain_name)
        if self.user_id:
            user.id = self.user_id
        else:
            user.name, user.domain = self.username or "", own_domain or UNSET
        method = models.KeystonePasswordMethod(user=user)
        auth = models.KeystoneAuthBody(identity=models.KeystoneIdentity(methods=["password"], password=method))
        if self.project_id:
            auth.scope = models.KeystoneScope(models.KeystoneProject(id=self.project_id))
        elif self.project_name:
            domain = _domain(self.project_domain_id, self.project_domain_name) or own_domain
            auth.scope = models.KeystoneScope(models.KeystoneProject(name=self.project_name, domain=domain or UNSET))
        return models.KeystoneTokenRequest(auth)


@_checked
@dataclass(frozen=True, repr=False, kw_only=True)
class ApplicationCredential(Credentials):
    """An OpenStack application credential, which belongs to one project. `auth_url`: with or without `/v3`."""

    secret_kind = "application credential's secret"  # noqa: S105

    auth_url: str = field()
    id: str
    secret: str = field(repr=False)

    @property
    def cache_key(self) -> tuple[str, ...]:
        return ("application_credential", self.id)

    def auth_body(self) -> models.KeystoneTokenRequest:
        from rackspace_identity_api import models

        proof = models.KeystoneApplicationCredential(id=self.id, secret=self.secret)
        identity = models.KeystoneIdentity(methods=["application_credential"], application_credential=proof)
        return models.KeystoneTokenRequest(models.KeystoneAuthBody(identity=identity))


@_checked
@dataclass(frozen=True, repr=False)
class StaticToken(Credentials):
    """A token from elsewhere, used as it is and never renewed.

    It needs the client's `endpoint=`, or the `auth_url` of its own Keystone v3 to learn the catalog from.
    """

    secret_kind = "token"  # noqa: S105

    token: str = field(repr=False)

    def _check(self) -> None:
        if self.auth_url is not None:
            super()._check()
        if not is_token(self.token):
            raise ConfigError("the token is empty or holds a character that no HTTP header may hold")

    def _required(self) -> dict[str, object]:
        return {}

    @property
    def cache_key(self) -> tuple[str, ...]:
        return ("token",)

    def auth_body(self) -> None:
        return None


def versioned(auth_url: str | None, version: str) -> str:
    """`auth_url` ending in `version`, which people leave out or follow by `/` or `/tokens`."""
    parts = service_url(auth_url)
    if parts is None or auth_url is None:
        raise ConfigError("auth_url is not the URL of an identity service", hint=f"auth_url='https://…/{version}'")
    if "@" in parts.netloc:
        raise ConfigError("auth_url holds a user name or password; what is logged would show it", hint="leave it out")
    base = (
        f"{parts.scheme}{auth_url[len(parts.scheme) :]}".rstrip("/")
        .removesuffix("/tokens")
        .removesuffix("/auth")
        .rstrip("/")
    )
    last = base.rsplit("/", 1)[-1]
    if last in ("v2.0", "v3") and last != version:
        raise ConfigError(
            f"auth_url names {last}, these credentials need {version}: {auth_url}",
            hint="ApiKey or Password for Rackspace's v2.0, KeystonePassword or ApplicationCredential for v3",
        )
    return base if last == version else f"{base}/{version}"


def _domain(domain_id: str | None, name: str | None) -> models.KeystoneDomain | None:
    from rackspace_identity_api import models

    if domain_id:
        return models.KeystoneDomain(id=domain_id)
    return models.KeystoneDomain(name=name) if name else None


def _tagged(of_id: str | None, name: str | None) -> str:
    return f"id:{of_id}" if of_id else f"name:{name}" if name else ""


def _is_text(value: object) -> bool:
    """Whether `value` can be sent: text, and without the halves of characters that a bad encoding leaves behind."""
    return isinstance(value, str) and value != "" and not any("\ud800" <= character <= "\udfff" for character in value)
