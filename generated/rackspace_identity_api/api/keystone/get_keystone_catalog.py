from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.any_fault import AnyFault
from ...models.keystone_catalog_envelope import KeystoneCatalogEnvelope
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/auth/catalog",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AnyFault | KeystoneCatalogEnvelope:
    if response.status_code == 200:
        response_200 = KeystoneCatalogEnvelope.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = AnyFault.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = AnyFault.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = AnyFault.from_dict(response.json())

        return response_404

    if response.status_code == 413:
        response_413 = AnyFault.from_dict(response.json())

        return response_413

    if response.status_code == 429:
        response_429 = AnyFault.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = AnyFault.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = AnyFault.from_dict(response.json())

        return response_503

    response_default = AnyFault.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[AnyFault | KeystoneCatalogEnvelope]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[AnyFault | KeystoneCatalogEnvelope]:
    """Read the service catalog of a token

     The catalog of the project that the token in `X-Auth-Token` belongs to: how a client that was given
    a token from elsewhere learns the compute endpoints.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | KeystoneCatalogEnvelope]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
) -> AnyFault | KeystoneCatalogEnvelope | None:
    """Read the service catalog of a token

     The catalog of the project that the token in `X-Auth-Token` belongs to: how a client that was given
    a token from elsewhere learns the compute endpoints.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | KeystoneCatalogEnvelope
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[AnyFault | KeystoneCatalogEnvelope]:
    """Read the service catalog of a token

     The catalog of the project that the token in `X-Auth-Token` belongs to: how a client that was given
    a token from elsewhere learns the compute endpoints.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | KeystoneCatalogEnvelope]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
) -> AnyFault | KeystoneCatalogEnvelope | None:
    """Read the service catalog of a token

     The catalog of the project that the token in `X-Auth-Token` belongs to: how a client that was given
    a token from elsewhere learns the compute endpoints.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | KeystoneCatalogEnvelope
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
