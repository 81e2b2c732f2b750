"""A client library for accessing Sign-in for Rackspace and OpenStack clouds"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
