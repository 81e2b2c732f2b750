from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.fault_answer import FaultAnswer
from ...models.keystone_catalog_answer import KeystoneCatalogAnswer
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/auth/catalog",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> FaultAnswer | KeystoneCatalogAnswer:
    if response.status_code == 200:
        response_200 = KeystoneCatalogAnswer.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = FaultAnswer.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = FaultAnswer.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = FaultAnswer.from_dict(response.json())

        return response_404

    if response.status_code == 413:
        response_413 = FaultAnswer.from_dict(response.json())

        return response_413

    if response.status_code == 429:
        response_429 = FaultAnswer.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = FaultAnswer.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = FaultAnswer.from_dict(response.json())

        return response_503

    response_default = FaultAnswer.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[FaultAnswer | KeystoneCatalogAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[FaultAnswer | KeystoneCatalogAnswer]:
    """Read the service catalog of a token

     The catalog of the project that the token in `X-Auth-Token` belongs to: how a client that was given
    a token from elsewhere learns the compute endpoints.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FaultAnswer | KeystoneCatalogAnswer]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
) -> FaultAnswer | KeystoneCatalogAnswer | None:
    """Read the service catalog of a token

     The catalog of the project that the token in `X-Auth-Token` belongs to: how a client that was given
    a token from elsewhere learns the compute endpoints.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FaultAnswer | KeystoneCatalogAnswer
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[FaultAnswer | KeystoneCatalogAnswer]:
    """Read the service catalog of a token

     The catalog of the project that the token in `X-Auth-Token` belongs to: how a client that was given
    a token from elsewhere learns the compute endpoints.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FaultAnswer | KeystoneCatalogAnswer]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
) -> FaultAnswer | KeystoneCatalogAnswer | None:
    """Read the service catalog of a token

     The catalog of the project that the token in `X-Auth-Token` belongs to: how a client that was given
    a token from elsewhere learns the compute endpoints.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FaultAnswer | KeystoneCatalogAnswer
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
