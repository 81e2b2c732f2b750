from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.any_fault import AnyFault
from ...models.versions import Versions
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AnyFault | Versions:
    if response.status_code == 200:
        response_200 = Versions.from_dict(response.json())

        return response_200

    if response.status_code == 300:
        response_300 = Versions.from_dict(response.json())

        return response_300

    if response.status_code == 404:
        response_404 = AnyFault.from_dict(response.json())

        return response_404

    response_default = AnyFault.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[AnyFault | Versions]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[AnyFault | Versions]:
    """List API versions

     What a compute URL without a version answers, as some service catalogs name one. The version to use,
    `v2.1` or the older `v2` (called v2.0), is put after that URL. Needs no token.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | Versions]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
) -> AnyFault | Versions | None:
    """List API versions

     What a compute URL without a version answers, as some service catalogs name one. The version to use,
    `v2.1` or the older `v2` (called v2.0), is put after that URL. Needs no token.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | Versions
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[AnyFault | Versions]:
    """List API versions

     What a compute URL without a version answers, as some service catalogs name one. The version to use,
    `v2.1` or the older `v2` (called v2.0), is put after that URL. Needs no token.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | Versions]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
) -> AnyFault | Versions | None:
    """List API versions

     What a compute URL without a version answers, as some service catalogs name one. The version to use,
    `v2.1` or the older `v2` (called v2.0), is put after that URL. Needs no token.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | Versions
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
