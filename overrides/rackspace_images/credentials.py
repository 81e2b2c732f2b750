"""Who signs in: values that know how their token is asked for.

Identity's models are imported when one is asked for: who has a token kept does without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

from .errors import ConfigError
from .text import is_token, service_url

if TYPE_CHECKING:
    from rackspace_identity_api import models as wire

US_AUTH_URL = "https://identity.api.rackspacecloud.com/v2.0/"
"""Rackspace Identity for accounts in the United States: the default of `ApiKey` and `Password`."""
UK_AUTH_URL = "https://lon.identity.api.rackspacecloud.com/v2.0/"
"""Rackspace Identity for accounts in the United Kingdom."""


@dataclass(frozen=True, init=False, repr=False)
class Credentials:
    """What all credentials are: frozen, equal by value, and without a secret in their `repr`.

    A pickle does hold the secret: it is for processes on one host. On a cluster each worker reads its own
    configuration.
    """

    secret_kind: ClassVar[str]
    """What is sent as proof, in words for a person."""

    auth_url: str | None = None

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def who(self) -> tuple[str, ...]:
        """Whose token it is, without any secret: with `auth_url`, what a cached token is found by."""
        raise NotImplementedError

    def token_request(self) -> wire.RackspaceTokenRequest | wire.KeystoneTokenRequest | None:
        """What identity is asked; None where there is nothing to ask."""
        raise NotImplementedError

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody is to be shown."""
        return tuple(getattr(self, f.name) for f in fields(self) if not f.repr)

    def __repr__(self) -> str:
        shown = ((f.name, getattr(self, f.name)) for f in fields(self) if f.repr)
        inside = ", ".join(f"{name}={value!r}" for name, value in shown if value is not None)
        return f"{type(self).__name__}({inside})"


@dataclass(frozen=True, init=False, repr=False)
class ApiKey(Credentials):
    """A Rackspace user name and API key. `auth_url`: the identity service, by default the US one (`US_AUTH_URL`)."""

    secret_kind = "API key"  # noqa: S105

    username: str = ""
    api_key: str = field(default="", repr=False)

    def __init__(self, username: str, api_key: str, *, auth_url: str = US_AUTH_URL) -> None:
        self._set(username=username, api_key=api_key)
        # A traceback that shows local variables must not show this one.
        given = _is_text(api_key)
        del api_key
        self._set(auth_url=versioned(auth_url, "v2.0"))
        _require(self, username=_is_text(username), api_key=given)

    @property
    def who(self) -> tuple[str, ...]:
        return ("rackspace", self.username)

    def token_request(self) -> wire.RackspaceTokenRequest:
        from rackspace_identity_api import models as wire

        key = wire.ApiKeyCredentials(username=self.username, api_key=self.api_key)
        return wire.RackspaceTokenRequest(wire.RackspaceAuth(rax_kske_yapi_key_credentials=key))


@dataclass(frozen=True, init=False, repr=False)
class Password(Credentials):
    """A Rackspace user name and password. `auth_url`: the identity service, by default the US one (`US_AUTH_URL`)."""

    secret_kind = "password"  # noqa: S105

    username: str = ""
    password: str = field(default="", repr=False)

    def __init__(self, username: str, password: str, *, auth_url: str = US_AUTH_URL) -> None:
        self._set(username=username, password=password)
        given = _is_text(password)
        del password
        self._set(auth_url=versioned(auth_url, "v2.0"))
        _require(self, username=_is_text(username), password=given)

    @property
    def who(self) -> tuple[str, ...]:
        return ("rackspace", self.username)

    def token_request(self) -> wire.RackspaceTokenRequest:
        from rackspace_identity_api import models as wire

        proof = wire.PasswordCredentials(username=self.username, password=self.password)
        return wire.RackspaceTokenRequest(wire.RackspaceAuth(password_credentials=proof))


@dataclass(frozen=True, init=False, repr=False)
class KeystonePassword(Credentials):
    """An OpenStack user and password, and the project to sign in to.

    `auth_url`: the identity endpoint, with or without `/v3`. The user by `user_id`, or by `username` and its domain;
    the project by `project_id`, or by `project_name` and its domain, which is the user's where it is not given.
    """

    secret_kind = "password"  # noqa: S105

    username: str | None = None
    user_id: str | None = None
    password: str = field(default="", repr=False)
    project_name: str | None = None
    project_id: str | None = None
    user_domain_name: str | None = None
    user_domain_id: str | None = None
    project_domain_name: str | None = None
    project_domain_id: str | None = None

    def __init__(
        self,
        *,
        auth_url: str,
        password: str,
        username: str | None = None,
        user_id: str | None = None,
        project_name: str | None = None,
        project_id: str | None = None,
        user_domain_name: str | None = None,
        user_domain_id: str | None = None,
        project_domain_name: str | None = None,
        project_domain_id: str | None = None,
    ) -> None:
        self._set(
            password=password,
            username=username,
            user_id=user_id,
            project_name=project_name,
            project_id=project_id,
            user_domain_name=user_domain_name,
            user_domain_id=user_domain_id,
            project_domain_name=project_domain_name,
            project_domain_id=project_domain_id,
        )
        given = _is_text(password)
        del password
        self._set(auth_url=versioned(auth_url, "v3"))
        domain = user_domain_name or user_domain_id
        _require(
            self,
            **{
                "username or user_id": username or user_id,
                "password": given,
                "user_domain_name or user_domain_id": user_id or domain,
                "project_domain_name or project_domain_id": (
                    not project_name or project_id or project_domain_name or project_domain_id or domain
                ),
            },
        )

    @property
    def who(self) -> tuple[str, ...]:
        # An id and a name that read the same are two things.
        own_domain = _tagged(self.user_domain_id, self.user_domain_name)
        domain = _tagged(self.project_domain_id, self.project_domain_name) or own_domain
        user = f"id:{self.user_id}" if self.user_id else f"name:{self.username}@{own_domain}"
        named = f"name:{self.project_name}@{domain}" if self.project_name else ""
        return ("keystone", user, f"id:{self.project_id}" if self.project_id else named)

    def token_request(self) -> wire.KeystoneTokenRequest:
        from rackspace_identity_api import models as wire
        from rackspace_identity_api.types import UNSET

        user = wire.KeystoneUserRequest(password=self.password)
        own_domain = _domain(self.user_domain_id, self.user_domain_name)
        if self.user_id:
            user.id = self.user_id
        else:
            user.name, user.domain = self.username or "", own_domain or UNSET
        method = wire.KeystonePasswordMethod(user=user)
        auth = wire.KeystoneAuth(identity=wire.KeystoneIdentity(methods=["password"], password=method))
        if self.project_id:
            auth.scope = wire.KeystoneScope(wire.KeystoneProject(id=self.project_id))
        elif self.project_name:
            domain = _domain(self.project_domain_id, self.project_domain_name) or own_domain
            auth.scope = wire.KeystoneScope(wire.KeystoneProject(name=self.project_name, domain=domain or UNSET))
        return wire.KeystoneTokenRequest(auth)


@dataclass(frozen=True, init=False, repr=False)
class ApplicationCredential(Credentials):
    """An OpenStack application credential, which belongs to one project. `auth_url`: with or without `/v3`."""

    secret_kind = "application credential's secret"  # noqa: S105

    id: str = ""
    secret: str = field(default="", repr=False)

    def __init__(self, *, auth_url: str, id: str, secret: str) -> None:  # noqa: A002
        self._set(id=id, secret=secret)
        given = _is_text(secret)
        del secret
        self._set(auth_url=versioned(auth_url, "v3"))
        _require(self, id=_is_text(id), secret=given)

    @property
    def who(self) -> tuple[str, ...]:
        return ("application_credential", self.id)

    def token_request(self) -> wire.KeystoneTokenRequest:
        from rackspace_identity_api import models as wire

        proof = wire.KeystoneApplicationCredential(id=self.id, secret=self.secret)
        identity = wire.KeystoneIdentity(methods=["application_credential"], application_credential=proof)
        return wire.KeystoneTokenRequest(wire.KeystoneAuth(identity=identity))


@dataclass(frozen=True, init=False, repr=False)
class StaticToken(Credentials):
    """A token from elsewhere, used as it is and never renewed.

    It needs the client's `endpoint=`, or the `auth_url` of its own Keystone v3 to learn the catalog from.
    """

    secret_kind = "token"  # noqa: S105

    token: str = field(default="", repr=False)

    def __init__(self, token: str, *, auth_url: str | None = None) -> None:
        self._set(token=token)
        good = is_token(token)
        del token
        self._set(auth_url=None if auth_url is None else versioned(auth_url, "v3"))
        if not good:
            raise ConfigError("the token is empty or holds a character that no HTTP header may hold")

    @property
    def who(self) -> tuple[str, ...]:
        return ("token",)

    def token_request(self) -> None:
        return None


def versioned(auth_url: str, version: str) -> str:
    """`auth_url` ending in `version`, which people leave out or follow by `/` or `/tokens`."""
    parts = service_url(auth_url)
    if parts is None:
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


def _domain(domain_id: str | None, name: str | None) -> wire.KeystoneDomain | None:
    from rackspace_identity_api import models as wire

    if domain_id:
        return wire.KeystoneDomain(id=domain_id)
    return wire.KeystoneDomain(name=name) if name else None


def _tagged(of_id: str | None, name: str | None) -> str:
    return f"id:{of_id}" if of_id else f"name:{name}" if name else ""


def _is_text(value: object) -> bool:
    """Whether `value` can be sent: text, and without the halves of characters that a bad encoding leaves behind."""
    return isinstance(value, str) and value != "" and not any("\ud800" <= character <= "\udfff" for character in value)


def _require(credentials: Credentials, **given: object) -> None:
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise ConfigError(
            f"{type(credentials).__name__} lacks {' and '.join(missing)}",
            hint="give each as text that is not empty, and that is UTF-8 where the environment sets it",
        )
