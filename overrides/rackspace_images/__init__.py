"""What is this image? A typed client for one operation of Rackspace Cloud Servers and any OpenStack cloud."""

from . import errors
from .adapters import client_auth, generated_client
from .bulk import LocateResult
from .client import AsyncImagesClient, ImagesClient
from .credentials import (
    UK_AUTH_URL,
    US_AUTH_URL,
    ApiKey,
    ApplicationCredential,
    KeystonePassword,
    Password,
    StaticToken,
)
from .image import Image, ImageResponse
from .version import __version__

__all__ = [
    "UK_AUTH_URL",
    "US_AUTH_URL",
    "ApiKey",
    "ApplicationCredential",
    "AsyncImagesClient",
    "Image",
    "ImageResponse",
    "ImagesClient",
    "KeystonePassword",
    "LocateResult",
    "Password",
    "StaticToken",
    "__version__",
    "client_auth",
    "errors",
    "generated_client",
]
