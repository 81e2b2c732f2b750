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


def interface(settings: Settings) -> tuple[str, ...] | None:
    """`public`, also as `publicURL`, OpenStack's older word; several, with commas, in the order of preference."""
    given = (settings.get("interface") or "").lower().split(",")
    words = tuple(word for one in given if (word := one.strip().removesuffix("url")))
    if not set(words) <= set(_INTERFACES):
        raise settings.invalid("interface", "is none of public, internal and admin")
    return words or None


def verify(settings: Settings) -> bool | str | None:
    """`insecure` wins over all, as in OpenStack's clients; `verify` may be a path, as it may be there."""
    if (word := (settings.get("insecure") or "").lower()) and word not in _YES + _NO:
        raise settings.invalid("insecure", "is neither true nor false")
    wanted = (settings.get("verify") or "").lower()
    if word in _YES or wanted in _NO:
        return False
    if os.sep in wanted or "." in wanted:
        return settings.path("verify")
    if wanted and wanted not in _YES:
        raise settings.invalid("verify", "is neither true nor false, nor the path of a CA file")
    return settings.path("cacert") or (True if wanted else None)


def cert(settings: Settings) -> str | tuple[str, str] | None:
    """The client's certificate, with its key where that is a file of its own."""
    certificate, key = settings.path("cert"), settings.path("key")
    if key and not certificate:
        raise settings.missing(("cert",), hint=f"the certificate of {settings.name_of('key')}, or unset that")
    return (certificate, key) if certificate and key else certificate
