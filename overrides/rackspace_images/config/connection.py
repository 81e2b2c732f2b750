"""Where and how to ask: all of a source that is not who signs in."""

from __future__ import annotations

import os

from .settings import Settings

_YES = ("true", "1", "yes", "on", "y", "t")
_NO = ("false", "0", "no", "off", "n", "f")
_INTERFACES = ("public", "internal", "admin")


def region(settings: Settings) -> str | None:
    """The region that is named, or the only one that is listed."""
    return settings.get("region_name") or (settings.regions[0] if len(settings.regions) == 1 else None)


def interface(settings: Settings) -> str | None:
    """`public`, also as `publicURL`, OpenStack's older word."""
    word = (settings.get("interface") or "").lower().removesuffix("url")
    if word and word not in _INTERFACES:
        raise settings.invalid("interface", "is none of public, internal and admin")
    return word or None


def verify(settings: Settings) -> bool | str | None:
    """`insecure` wins over all, as in OpenStack's clients; `verify` may be a path, as it may be there."""
    if _truth(settings, "insecure"):
        return False
    path = settings.get("verify") or ""
    if os.sep in path:
        return settings.path("verify")
    wanted = _truth(settings, "verify")
    return wanted if wanted is False else settings.path("cacert") or wanted


def _truth(settings: Settings, name: str) -> bool | None:
    word = (settings.get(name) or "").lower()
    if word and word not in _YES + _NO:
        also = ", or the path of a CA file" if name == "verify" else ""
        raise settings.invalid(name, f"is neither true nor false{also}")
    return word in _YES if word else None


def cert(settings: Settings) -> str | tuple[str, str] | None:
    """The client's certificate, with its key where that is a file of its own."""
    certificate, key = settings.path("cert"), settings.path("key")
    if key and not certificate:
        raise settings.missing(("cert",), hint=f"the certificate of {settings.name_of('key')}, or unset that")
    return (certificate, key) if certificate and key else certificate
