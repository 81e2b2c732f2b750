"""What every way of signing in has to have before credentials are made of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from rackspace_images.auth.credentials import US_AUTH_URL, Credentials, versioned
from rackspace_images.errors import ConfigError
from rackspace_images.text import one_line, without_userinfo

from .settings import Settings

Prompt = Callable[[str], str] | None


def secret(
    settings: Settings, prompt: Prompt, names: tuple[str, ...], what: str, whose: tuple[str, ...], default_url: str = ""
) -> None:
    """Sees to it that there is a user and one of the secrets `names`, the first of which is asked for."""
    settings.check(whose, *([] if prompt else [names]))
    if prompt and not any(name in settings for name in names):
        user = next(settings.need(name) for name in whose if name in settings)
        url = without_userinfo(settings.get("auth_url") or default_url)
        # No answer (the end of the input) is the same as an empty one.
        with suppress(EOFError):
            settings.set_answer(names[0], prompt(f"{what} of {one_line(user)} at {one_line(url)}: "))
    settings.check(names)


def check_url(settings: Settings, version: str, default: str | None = None) -> None:
    """Raises `ConfigError` where the URL is none, or is that of another version."""
    if default is None:
        settings.check(("auth_url",))
    if "auth_url" not in settings or _fits(settings, version):
        return
    if version == "v3" and _fits(settings, "v2.0"):
        raise settings.invalid(
            "auth_url",
            "is Keystone v2.0's, which is not supported",
            hint="the URL with /v3; auth_type rackspace_apikey if this is Rackspace Identity",
        )
    if version == "v2.0" and _fits(settings, "v3"):
        raise settings.invalid("auth_url", "is Keystone v3's, and Rackspace Identity is v2.0", hint=US_AUTH_URL)
    raise settings.invalid("auth_url", "is not the URL of an identity service", hint=f"https://…/{version}")


def _fits(settings: Settings, version: str) -> bool:
    try:
        versioned(settings.need("auth_url"), version)
    except ConfigError:
        return False
    return True


def made(settings: Settings, make: Callable[[], Credentials]) -> Credentials:
    """What `make` makes. Its error is raised anew from here, where no local variable holds a secret."""
    try:
        return make()
    except ConfigError as error:
        words, hint = error.message, error.hint
    raise ConfigError(f"{settings.source}: {words}", hint=hint)


def names_v3(settings: Settings) -> bool:
    return (settings.get("auth_url") or "").rstrip("/").removesuffix("/auth/tokens").endswith("/v3")
