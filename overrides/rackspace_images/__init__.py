"""What is this image? A typed client for one operation of Rackspace Cloud Servers and any OpenStack cloud."""

from . import errors
from .client import AsyncImagesClient, ImagesClient
from .credentials import StaticToken
from .image import Image, ImageResponse
from .version import __version__

__all__ = [
    "AsyncImagesClient",
    "Image",
    "ImageResponse",
    "ImagesClient",
    "StaticToken",
    "__version__",
    "errors",
]
