"""How to use the generated packages, with nothing around them."""

from __future__ import annotations

from uuid import UUID

from rackspace_identity_api import Client
from rackspace_identity_api.api.rackspace import create_rackspace_token
from rackspace_identity_api.models import (
    ApiKeyCredentials,
    RackspaceAuthBody,
    RackspaceTokenEnvelope,
    RackspaceTokenRequest,
)
from rackspace_images_api import AuthenticatedClient
from rackspace_images_api.api.images import get_image
from rackspace_images_api.models import ImageEnvelope, ItemNotFoundFault, OverLimitFault

# --8<-- [start:authenticate]


def sign_in(auth_url: str, username: str, api_key: str) -> tuple[str, dict[str, str]]:
    """Exchanges an API key for a token and the compute endpoint of each region."""
    credentials = ApiKeyCredentials(username=username, api_key=api_key)
    request = RackspaceTokenRequest(auth=RackspaceAuthBody(rax_kskey_api_key_credentials=credentials))
    answer = create_rackspace_token.sync(client=Client(base_url=auth_url), body=request)
    if not isinstance(answer, RackspaceTokenEnvelope):
        raise RuntimeError(f"sign-in: {answer}")
    endpoints = {
        str(endpoint.region): str(endpoint.public_url)
        for service in answer.access.service_catalog or []
        if service.name == "cloudServersOpenStack"
        for endpoint in service.endpoints or []
    }
    return answer.access.token.id, endpoints


def connect(endpoint: str, token: str) -> AuthenticatedClient:
    """A client for one region's compute endpoint. It follows no redirects unless it is told to."""
    return AuthenticatedClient(base_url=endpoint, token=token, prefix="", auth_header_name="X-Auth-Token")


# --8<-- [end:authenticate]
# --8<-- [start:get]


def describe(client: AuthenticatedClient, image_id: UUID) -> str:
    """Gets an image and says in a line what it is."""
    answer = get_image.sync_detailed(image_id, client=client)
    match answer.parsed:
        case ImageEnvelope(image=image):
            return f"{image.name} {image.status} {image.os_ext_img_size_size}"
        case ItemNotFoundFault():
            raise LookupError("no such image")
        case OverLimitFault():
            raise RuntimeError(f"too many requests: again in {answer.headers.get('Retry-After')} s")
        case fault:
            raise RuntimeError(f"{answer.status_code}: {fault}")


# --8<-- [end:get]
