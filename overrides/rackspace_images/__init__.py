"""What is this image? A typed client for one operation of Rackspace Cloud Servers and any OpenStack cloud.

The names below are imported when they are first used: the command line begins, and can be interrupted, before the
library is loaded.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import errors
    from .auth.credentials import (
        UK_AUTH_URL,
        US_AUTH_URL,
        ApiKey,
        ApplicationCredential,
        KeystonePassword,
        Password,
        StaticToken,
    )
    from .auth.token_cache import TokenCache
    from .client.async_client import AsyncImagesClient
    from .client.bulk import LocateResult
    from .client.client import ImagesClient
    from .client.httpx_auth import client_auth, generated_client
    from .client.waiting import Progress
    from .http.retry import Attempt, Retry
    from .image import Image, ImageResponse

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
    "TokenCache",
    "__version__",
    "client_auth",
    "errors",
    "generated_client",
]

_HOMES = {
    "auth.credentials": (
        *("UK_AUTH_URL", "US_AUTH_URL", "ApiKey", "ApplicationCredential"),
        *("KeystonePassword", "Password", "StaticToken"),
    ),
    "auth.token_cache": ("TokenCache",),
    "client.async_client": ("AsyncImagesClient",),
    "client.bulk": ("LocateResult",),
    "client.client": ("ImagesClient",),
    "client.httpx_auth": ("client_auth", "generated_client"),
    "client.waiting": ("Progress",),
    "http.retry": ("Attempt", "Retry"),
    "image": ("Image", "ImageResponse"),
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
    return __all__
