"""What is this image? A typed client for one operation of Rackspace Cloud Servers and any OpenStack cloud.

The names below are imported when they are first used: the command line begins, and can be interrupted, before the
library is loaded.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from . import errors
    from .adapters import client_auth, generated_client
    from .async_client import AsyncImagesClient
    from .bulk import LocateResult
    from .client import ImagesClient
    from .credentials import (
        UK_AUTH_URL,
        US_AUTH_URL,
        ApiKey,
        ApplicationCredential,
        KeystonePassword,
        Password,
        StaticToken,
    )
    from .http.retry import Attempt, Retry
    from .image import Image, ImageResponse
    from .waiting import Progress

__all__ = [
    "UK_AUTH_URL",
    "US_AUTH_URL",
    "ApiKey",
    "ApplicationCredential",
    "AsyncImagesClient",
    "Attempt",
    "Image",
    "ImageResponse",
    "ImagesClient",
    "KeystonePassword",
    "LocateResult",
    "Password",
    "Progress",
    "Retry",
    "StaticToken",
    "__version__",
    "client_auth",
    "errors",
    "generated_client",
]

_HOMES = {
    "adapters": ("client_auth", "generated_client"),
    "bulk": ("LocateResult",),
    "async_client": ("AsyncImagesClient",),
    "client": ("ImagesClient",),
    "credentials": (
        *("UK_AUTH_URL", "US_AUTH_URL", "ApiKey", "ApplicationCredential"),
        *("KeystonePassword", "Password", "StaticToken"),
    ),
    "image": ("Image", "ImageResponse"),
    "http.retry": ("Attempt", "Retry"),
    "waiting": ("Progress",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module(f"{__name__}.errors")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    except AttributeError as error:
        # Python would say of it that the name cannot be imported, and no more.
        raise ImportError(f"{name}: an import below failed: {error}") from error
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
