"""Which credentials the values of a source are.

Rackspace Identity is what `RS_*`, `profile: rackspace`, a `rackspace_…` way of signing in or the URL's host mean. Its
API key goes before its password where both are given. Old novaclient (`OS_AUTH_SYSTEM=rackspace`) sent `OS_PASSWORD`
as the API key, and so does this; everywhere else a password is sent as a password.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from rackspace_images.auth.credentials import (
    UK_AUTH_URL,
    US_AUTH_URL,
    ApiKey,
    ApplicationCredential,
    Credentials,
    KeystonePassword,
    Password,
    StaticToken,
)
from rackspace_images.text import one_line

from .checks import Prompt, check_url, made, names_v3, secret
from .settings import Settings

_DEFAULT_DOMAIN = "default"
"""The id of the domain that OpenStack's clients mean where none is given."""


def credentials(settings: Settings, prompt: Prompt = None) -> Credentials:
    """The source's credentials. Raises `ConfigError` where something is missing or wrong.

    `prompt` is called for a secret where all else is there.
    """
    return _auth_type(settings)(settings, prompt)


def _auth_type(settings: Settings) -> Callable[[Settings, Prompt], Credentials]:
    """The way of signing in: as it is named, else as the values look."""
    if "auth_type" in settings:
        return _AUTH_TYPES[_one_of(settings, "auth_type", _AUTH_TYPES)]
    if "auth_system" in settings and _one_of(settings, "auth_system", _SYSTEMS) != "keystone":
        return _novaclient
    if "application_credential_id" in settings or "application_credential_name" in settings:
        return _application_credential
    # A user goes before a token, as in OpenStack's clients; but a token with a place to use it is there to be used.
    user = "password" in settings or "api_key" in settings
    return _token if "token" in settings and ("endpoint_override" in settings or not user) else _password


def _one_of(settings: Settings, name: str, known: Iterable[str]) -> str:
    word = (settings.get(name) or "").lower()
    if word not in known:
        raise settings.invalid(
            name, f"asks for {one_line(word)}, which is not supported", hint=f"one of {', '.join(known)}"
        )
    return word


def _password(settings: Settings, prompt: Prompt) -> Credentials:
    if not _at_rackspace(settings):
        return _keystone_password(settings, prompt)
    if "password" in settings and "api_key" not in settings:
        return _rackspace_password(settings, prompt)
    return _api_key(settings, prompt, or_else=("password",))


def _v2_password(settings: Settings, prompt: Prompt) -> Credentials:
    if not _at_rackspace(settings):
        raise settings.invalid("auth_type", "is Keystone v2.0's, which is not supported", hint="v3password")
    return _password(settings, prompt)


def _at_rackspace(settings: Settings) -> bool:
    if "auth_url" not in settings:
        return settings.rackspace or "api_key" in settings
    return settings.rackspace or (_is_rackspace_host(settings.need("auth_url")) and not names_v3(settings))


def _is_rackspace_host(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return f".{host}".endswith(".identity.api.rackspacecloud.com")


def _api_key(settings: Settings, prompt: Prompt, *, key: str = "api_key", or_else: tuple[str, ...] = ()) -> Credentials:
    default = UK_AUTH_URL if settings.get("auth_system") == "rackspace_uk" else US_AUTH_URL
    check_url(settings, "v2.0", default)
    secret(settings, prompt, (key, *or_else), "API key", ("username",), default)
    return made(
        settings,
        lambda: ApiKey(settings.need("username"), settings.need(key), auth_url=settings.get("auth_url") or default),
    )


def _novaclient(settings: Settings, prompt: Prompt) -> Credentials:
    return _api_key(settings, prompt, key="api_key" if "api_key" in settings else "password")


def _rackspace_password(settings: Settings, prompt: Prompt) -> Credentials:
    check_url(settings, "v2.0", US_AUTH_URL)
    secret(settings, prompt, ("password",), "Password", ("username",), US_AUTH_URL)
    return made(
        settings,
        lambda: Password(
            settings.need("username"), settings.need("password"), auth_url=settings.get("auth_url") or US_AUTH_URL
        ),
    )


def _keystone_password(settings: Settings, prompt: Prompt) -> Credentials:
    check_url(settings, "v3")
    if (settings.get("identity_api_version") or "").startswith("2") and not names_v3(settings):
        raise settings.invalid("identity_api_version", "asks for Keystone v2.0, which is not supported", hint="3")
    if "password" not in settings and "api_key" in settings:
        raise settings.missing(("password",), hint="an API key is for Rackspace alone: auth_type rackspace_apikey")
    scopes = [name for name in ("trust_id", "system_scope", "project_id", "project_name") if name in settings]
    if scopes[:1] in (["trust_id"], ["system_scope"]) and len(scopes) > 1:
        hint = f"unset {settings.name_of(scopes[0])}, or the other"
        raise settings.invalid(scopes[0], f"is given beside {settings.name_of(scopes[1])}", hint=hint)
    secret(settings, prompt, ("password",), "Password", ("username", "user_id"))
    return made(
        settings,
        lambda: KeystonePassword(
            auth_url=settings.need("auth_url"),
            password=settings.need("password"),
            username=settings.get("username"),
            user_id=settings.get("user_id"),
            project_name=settings.get("project_name"),
            project_id=settings.get("project_id"),
            **_domain(settings, "user", needed="user_id" not in settings),
            **_domain(settings, "project", needed="project_name" in settings and "project_id" not in settings),
            trust_id=settings.get("trust_id"),
            system_scope=settings.get("system_scope"),
            **_domain_scope(settings),
        ),
    )


def _domain_scope(settings: Settings) -> dict[str, str | None]:
    """The domain to sign in to. Beside another scope it is the domain of the user and of the project."""
    if any(name in settings for name in ("project_id", "project_name", "trust_id", "system_scope")):
        return {}
    return {name: settings.get(name) for name in ("domain_id", "domain_name")}


def _domain(settings: Settings, whose: str, *, needed: bool) -> dict[str, str | None]:
    """The user's or the project's domain: its own; else the one given for both; else the default one."""
    by_id, by_name = f"{whose}_domain_id", f"{whose}_domain_name"
    pairs = ((by_id, by_name), ("domain_id", "domain_name"), ("default_domain", "default_domain_name"))
    for id_, name in pairs if needed else pairs[:1]:
        if id_ in settings or name in settings:
            return {by_id: settings.get(id_), by_name: settings.get(name)}
    return {by_id: _DEFAULT_DOMAIN} if needed else {}


def _application_credential(settings: Settings, prompt: Prompt) -> Credentials:
    check_url(settings, "v3")
    names = ("application_credential_id", "application_credential_name")
    secret(settings, prompt, ("application_credential_secret",), "Secret", names)
    by_id = names[0] in settings
    if not by_id:
        settings.check(("username", "user_id"))
    return made(
        settings,
        lambda: ApplicationCredential(
            auth_url=settings.need("auth_url"),
            id=settings.get(names[0]),
            secret=settings.need("application_credential_secret"),
            name=None if by_id else settings.get(names[1]),
            username=None if by_id else settings.get("username"),
            user_id=None if by_id else settings.get("user_id"),
            **({} if by_id else _domain(settings, "user", needed="user_id" not in settings)),
        ),
    )


def _token(settings: Settings, prompt: Prompt) -> Credentials:
    settings.check(("token",))
    if "endpoint_override" in settings:
        return made(settings, lambda: StaticToken(settings.need("token")))
    settings.check(("auth_url", "endpoint_override"))
    if _at_rackspace(settings):
        raise settings.missing(
            ("endpoint_override",), hint="the compute URL, which Rackspace Identity tells for no token"
        )
    check_url(settings, "v3")
    return made(settings, lambda: StaticToken(settings.need("token"), auth_url=settings.need("auth_url")))


_AUTH_TYPES: dict[str, Callable[[Settings, Prompt], Credentials]] = {
    "password": _password,
    "v3password": _keystone_password,
    "v2password": _v2_password,
    "token": _token,
    "v3token": _token,
    "v3applicationcredential": _application_credential,
    "rackspace_apikey": _api_key,
    "rackspace_password": _rackspace_password,
}
_SYSTEMS = ("rackspace", "rackspace_us", "rackspace_uk", "keystone")
