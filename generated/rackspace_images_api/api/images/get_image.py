from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...client import AuthenticatedClient, Client
from ...models.any_fault import AnyFault
from ...models.bad_method_fault import BadMethodFault
from ...models.bad_request_fault import BadRequestFault
from ...models.compute_fault import ComputeFault
from ...models.conflicting_request_fault import ConflictingRequestFault
from ...models.forbidden_fault import ForbiddenFault
from ...models.image_envelope import ImageEnvelope
from ...models.item_not_found_fault import ItemNotFoundFault
from ...models.over_limit_fault import OverLimitFault
from ...models.service_unavailable_fault import ServiceUnavailableFault
from ...models.unauthorized_fault import UnauthorizedFault
from ...types import Response


def _get_kwargs(
    image_id: UUID,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/images/{image_id}".format(
            image_id=quote(str(image_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImageEnvelope
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
):
    if response.status_code == 200:
        response_200 = ImageEnvelope.from_dict(response.json())

        return response_200

    if response.status_code == 203:
        response_203 = ImageEnvelope.from_dict(response.json())

        return response_203

    if response.status_code == 400:
        response_400 = BadRequestFault.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = UnauthorizedFault.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ForbiddenFault.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ItemNotFoundFault.from_dict(response.json())

        return response_404

    if response.status_code == 405:
        response_405 = BadMethodFault.from_dict(response.json())

        return response_405

    if response.status_code == 409:
        response_409 = ConflictingRequestFault.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = OverLimitFault.from_dict(response.json())

        return response_413

    if response.status_code == 429:
        response_429 = OverLimitFault.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ComputeFault.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ServiceUnavailableFault.from_dict(response.json())

        return response_503

    response_default = AnyFault.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImageEnvelope
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    image_id: UUID,
    *,
    client: AuthenticatedClient | Client,
) -> Response[
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImageEnvelope
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
]:
    """Retrieve image details

     Retrieves the details of one image. The member `image_type` of its metadata says whether
    the image is built-in (`base`) or made from a server (`snapshot`).

    The operation has no request body, and is safe to repeat.

    Args:
        image_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | BadMethodFault | BadRequestFault | ComputeFault | ConflictingRequestFault | ForbiddenFault | ImageEnvelope | ItemNotFoundFault | OverLimitFault | ServiceUnavailableFault | UnauthorizedFault]
    """

    kwargs = _get_kwargs(
        image_id=image_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    image_id: UUID,
    *,
    client: AuthenticatedClient | Client,
) -> (
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImageEnvelope
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
    | None
):
    """Retrieve image details

     Retrieves the details of one image. The member `image_type` of its metadata says whether
    the image is built-in (`base`) or made from a server (`snapshot`).

    The operation has no request body, and is safe to repeat.

    Args:
        image_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | BadMethodFault | BadRequestFault | ComputeFault | ConflictingRequestFault | ForbiddenFault | ImageEnvelope | ItemNotFoundFault | OverLimitFault | ServiceUnavailableFault | UnauthorizedFault
    """

    return sync_detailed(
        image_id=image_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    image_id: UUID,
    *,
    client: AuthenticatedClient | Client,
) -> Response[
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImageEnvelope
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
]:
    """Retrieve image details

     Retrieves the details of one image. The member `image_type` of its metadata says whether
    the image is built-in (`base`) or made from a server (`snapshot`).

    The operation has no request body, and is safe to repeat.

    Args:
        image_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | BadMethodFault | BadRequestFault | ComputeFault | ConflictingRequestFault | ForbiddenFault | ImageEnvelope | ItemNotFoundFault | OverLimitFault | ServiceUnavailableFault | UnauthorizedFault]
    """

    kwargs = _get_kwargs(
        image_id=image_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    image_id: UUID,
    *,
    client: AuthenticatedClient | Client,
) -> (
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImageEnvelope
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
    | None
):
    """Retrieve image details

     Retrieves the details of one image. The member `image_type` of its metadata says whether
    the image is built-in (`base`) or made from a server (`snapshot`).

    The operation has no request body, and is safe to repeat.

    Args:
        image_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | BadMethodFault | BadRequestFault | ComputeFault | ConflictingRequestFault | ForbiddenFault | ImageEnvelope | ItemNotFoundFault | OverLimitFault | ServiceUnavailableFault | UnauthorizedFault
    """

    return (
        await asyncio_detailed(
            image_id=image_id,
            client=client,
        )
    ).parsed
