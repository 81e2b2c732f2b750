"""A client library for accessing Rackspace Cloud Servers images"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
