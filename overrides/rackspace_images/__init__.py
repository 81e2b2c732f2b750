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
from .retry import Attempt, Retry
from .version import __version__
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
