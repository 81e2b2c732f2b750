import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.any_fault import AnyFault
from ...models.bad_method_fault import BadMethodFault
from ...models.bad_request_fault import BadRequestFault
from ...models.compute_fault import ComputeFault
from ...models.conflicting_request_fault import ConflictingRequestFault
from ...models.forbidden_fault import ForbiddenFault
from ...models.image_page import ImagePage
from ...models.item_not_found_fault import ItemNotFoundFault
from ...models.over_limit_fault import OverLimitFault
from ...models.service_unavailable_fault import ServiceUnavailableFault
from ...models.unauthorized_fault import UnauthorizedFault
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    server: str | Unset = UNSET,
    name: str | Unset = UNSET,
    status: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    changes_since: datetime.datetime | Unset = UNSET,
    min_disk: int | Unset = UNSET,
    min_ram: int | Unset = UNSET,
    marker: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["server"] = server

    params["name"] = name

    params["status"] = status

    params["type"] = type_

    json_changes_since: str | Unset = UNSET
    if not isinstance(changes_since, Unset):
        json_changes_since = changes_since.isoformat()
    params["changes-since"] = json_changes_since

    params["minDisk"] = min_disk

    params["minRam"] = min_ram

    params["marker"] = marker

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/images/detail",
        "params": params,
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
    | ImagePage
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
):
    if response.status_code == 200:
        response_200 = ImagePage.from_dict(response.json())

        return response_200

    if response.status_code == 203:
        response_203 = ImagePage.from_dict(response.json())

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
    | ImagePage
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
    *,
    client: AuthenticatedClient | Client,
    server: str | Unset = UNSET,
    name: str | Unset = UNSET,
    status: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    changes_since: datetime.datetime | Unset = UNSET,
    min_disk: int | Unset = UNSET,
    min_ram: int | Unset = UNSET,
    marker: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImagePage
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
]:
    """List image details

     Lists the images that the tenant may use in this region, with all details, newest first.
    The path is no image's: `detail` is no UUID, and a path without parameters goes first.

    Filters are combined: an image has to fit all of them. A value that no image has, or that
    means nothing (`type=cactus`, `minRam=much`), is no error but gives an empty list, and a
    query that is not described here is ignored. A parameter that is given twice counts as it
    was given last.

    To read all of it, ask with a `limit`, and again with the last id as `marker`, for as long
    as `images_links` has a `next` link. Take `marker` alone from that link: its host is what
    the server believes itself to be. An image that is made meanwhile is missed, as it is newer
    than what was read.

    One image that OpenStack Nova cannot read (for example a `block_device_mapping` that is no
    JSON) makes every page that has it a 500.

    The operation has no request body, and is safe to repeat.

    Args:
        server (str | Unset):
        name (str | Unset):
        status (str | Unset):
        type_ (str | Unset):
        changes_since (datetime.datetime | Unset):
        min_disk (int | Unset):
        min_ram (int | Unset):
        marker (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | BadMethodFault | BadRequestFault | ComputeFault | ConflictingRequestFault | ForbiddenFault | ImagePage | ItemNotFoundFault | OverLimitFault | ServiceUnavailableFault | UnauthorizedFault]
    """

    kwargs = _get_kwargs(
        server=server,
        name=name,
        status=status,
        type_=type_,
        changes_since=changes_since,
        min_disk=min_disk,
        min_ram=min_ram,
        marker=marker,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    server: str | Unset = UNSET,
    name: str | Unset = UNSET,
    status: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    changes_since: datetime.datetime | Unset = UNSET,
    min_disk: int | Unset = UNSET,
    min_ram: int | Unset = UNSET,
    marker: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> (
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImagePage
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
    | None
):
    """List image details

     Lists the images that the tenant may use in this region, with all details, newest first.
    The path is no image's: `detail` is no UUID, and a path without parameters goes first.

    Filters are combined: an image has to fit all of them. A value that no image has, or that
    means nothing (`type=cactus`, `minRam=much`), is no error but gives an empty list, and a
    query that is not described here is ignored. A parameter that is given twice counts as it
    was given last.

    To read all of it, ask with a `limit`, and again with the last id as `marker`, for as long
    as `images_links` has a `next` link. Take `marker` alone from that link: its host is what
    the server believes itself to be. An image that is made meanwhile is missed, as it is newer
    than what was read.

    One image that OpenStack Nova cannot read (for example a `block_device_mapping` that is no
    JSON) makes every page that has it a 500.

    The operation has no request body, and is safe to repeat.

    Args:
        server (str | Unset):
        name (str | Unset):
        status (str | Unset):
        type_ (str | Unset):
        changes_since (datetime.datetime | Unset):
        min_disk (int | Unset):
        min_ram (int | Unset):
        marker (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | BadMethodFault | BadRequestFault | ComputeFault | ConflictingRequestFault | ForbiddenFault | ImagePage | ItemNotFoundFault | OverLimitFault | ServiceUnavailableFault | UnauthorizedFault
    """

    return sync_detailed(
        client=client,
        server=server,
        name=name,
        status=status,
        type_=type_,
        changes_since=changes_since,
        min_disk=min_disk,
        min_ram=min_ram,
        marker=marker,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    server: str | Unset = UNSET,
    name: str | Unset = UNSET,
    status: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    changes_since: datetime.datetime | Unset = UNSET,
    min_disk: int | Unset = UNSET,
    min_ram: int | Unset = UNSET,
    marker: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImagePage
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
]:
    """List image details

     Lists the images that the tenant may use in this region, with all details, newest first.
    The path is no image's: `detail` is no UUID, and a path without parameters goes first.

    Filters are combined: an image has to fit all of them. A value that no image has, or that
    means nothing (`type=cactus`, `minRam=much`), is no error but gives an empty list, and a
    query that is not described here is ignored. A parameter that is given twice counts as it
    was given last.

    To read all of it, ask with a `limit`, and again with the last id as `marker`, for as long
    as `images_links` has a `next` link. Take `marker` alone from that link: its host is what
    the server believes itself to be. An image that is made meanwhile is missed, as it is newer
    than what was read.

    One image that OpenStack Nova cannot read (for example a `block_device_mapping` that is no
    JSON) makes every page that has it a 500.

    The operation has no request body, and is safe to repeat.

    Args:
        server (str | Unset):
        name (str | Unset):
        status (str | Unset):
        type_ (str | Unset):
        changes_since (datetime.datetime | Unset):
        min_disk (int | Unset):
        min_ram (int | Unset):
        marker (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnyFault | BadMethodFault | BadRequestFault | ComputeFault | ConflictingRequestFault | ForbiddenFault | ImagePage | ItemNotFoundFault | OverLimitFault | ServiceUnavailableFault | UnauthorizedFault]
    """

    kwargs = _get_kwargs(
        server=server,
        name=name,
        status=status,
        type_=type_,
        changes_since=changes_since,
        min_disk=min_disk,
        min_ram=min_ram,
        marker=marker,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    server: str | Unset = UNSET,
    name: str | Unset = UNSET,
    status: str | Unset = UNSET,
    type_: str | Unset = UNSET,
    changes_since: datetime.datetime | Unset = UNSET,
    min_disk: int | Unset = UNSET,
    min_ram: int | Unset = UNSET,
    marker: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> (
    AnyFault
    | BadMethodFault
    | BadRequestFault
    | ComputeFault
    | ConflictingRequestFault
    | ForbiddenFault
    | ImagePage
    | ItemNotFoundFault
    | OverLimitFault
    | ServiceUnavailableFault
    | UnauthorizedFault
    | None
):
    """List image details

     Lists the images that the tenant may use in this region, with all details, newest first.
    The path is no image's: `detail` is no UUID, and a path without parameters goes first.

    Filters are combined: an image has to fit all of them. A value that no image has, or that
    means nothing (`type=cactus`, `minRam=much`), is no error but gives an empty list, and a
    query that is not described here is ignored. A parameter that is given twice counts as it
    was given last.

    To read all of it, ask with a `limit`, and again with the last id as `marker`, for as long
    as `images_links` has a `next` link. Take `marker` alone from that link: its host is what
    the server believes itself to be. An image that is made meanwhile is missed, as it is newer
    than what was read.

    One image that OpenStack Nova cannot read (for example a `block_device_mapping` that is no
    JSON) makes every page that has it a 500.

    The operation has no request body, and is safe to repeat.

    Args:
        server (str | Unset):
        name (str | Unset):
        status (str | Unset):
        type_ (str | Unset):
        changes_since (datetime.datetime | Unset):
        min_disk (int | Unset):
        min_ram (int | Unset):
        marker (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnyFault | BadMethodFault | BadRequestFault | ComputeFault | ConflictingRequestFault | ForbiddenFault | ImagePage | ItemNotFoundFault | OverLimitFault | ServiceUnavailableFault | UnauthorizedFault
    """

    return (
        await asyncio_detailed(
            client=client,
            server=server,
            name=name,
            status=status,
            type_=type_,
            changes_since=changes_since,
            min_disk=min_disk,
            min_ram=min_ram,
            marker=marker,
            limit=limit,
        )
    ).parsed
