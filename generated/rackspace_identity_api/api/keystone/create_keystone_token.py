from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.any_fault import AnyFault
from ...models.keystone_token_envelope import KeystoneTokenEnvelope
from ...models.keystone_token_request import KeystoneTokenRequest
from ...types import Response


def _get_kwargs(
    *,
    body: KeystoneTokenRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/auth/tokens",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AnyFault | KeystoneTokenEnvelope:
    if response.status_code == 200:
        response_200 = KeystoneTokenEnvelope.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = KeystoneTokenEnvelope.from_dict(response.json())

        return response_201

    if response.status_code == 400:
        response_400 = AnyFault.from_dict(response.json())

        return response_400

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
) -> Response[AnyFault | KeystoneTokenEnvelope]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: KeystoneTokenRequest,
) -> Response[AnyFault | KeystoneTokenEnvelope]:
    """Get a token from Keystone

     Exchanges a password or an application credential for a token, which stands in the header
    `X-Subject-Token`, and the service catalog.

    Args:
        body (KeystoneTokenRequest): The body of a request to Keystone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | KeystoneTokenEnvelope]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: KeystoneTokenRequest,
) -> AnyFault | KeystoneTokenEnvelope | None:
    """Get a token from Keystone

     Exchanges a password or an application credential for a token, which stands in the header
    `X-Subject-Token`, and the service catalog.

    Args:
        body (KeystoneTokenRequest): The body of a request to Keystone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | KeystoneTokenEnvelope
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: KeystoneTokenRequest,
) -> Response[AnyFault | KeystoneTokenEnvelope]:
    """Get a token from Keystone

     Exchanges a password or an application credential for a token, which stands in the header
    `X-Subject-Token`, and the service catalog.

    Args:
        body (KeystoneTokenRequest): The body of a request to Keystone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | KeystoneTokenEnvelope]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: KeystoneTokenRequest,
) -> AnyFault | KeystoneTokenEnvelope | None:
    """Get a token from Keystone

     Exchanges a password or an application credential for a token, which stands in the header
    `X-Subject-Token`, and the service catalog.

    Args:
        body (KeystoneTokenRequest): The body of a request to Keystone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | KeystoneTokenEnvelope
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
