"""What a body becomes, by the check of its operation and the generated parse, without a server."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from rackspace_images.auth.credentials import Credentials
from rackspace_images.auth.identity import AccessInfo, parse_token_response, sign_in_operation
from rackspace_images.auth.redaction import Redactor
from rackspace_images.client.listing import PageCheck, PageItems, Walk
from rackspace_images.defaults import MAX_PAGE_BYTES
from rackspace_images.errors import MalformedResponse
from rackspace_images.http.api_client import ApiClient, RequestParts
from rackspace_images.http.body import ApiResponse, Body
from rackspace_images.http.call import Call, Exchange, Limits
from rackspace_images.http.flow import Flow
from rackspace_images.http.retry import RateLimitGate
from rackspace_images.image import Image, ImageCheck
from rackspace_images.regions import newest_version, versions_operation
from rackspace_images_api.models import ImageEnvelope, ImagePage, Versions

LIMITS = Limits(None, None)


def response_of(status: int, body: bytes = b"", headers: Any = None) -> ApiResponse:
    """The response that a status, headers and a body become."""
    read = Body(httpx.Response(status, headers=headers), Exchange(LIMITS, MAX_PAGE_BYTES))
    read.add(body)
    found = read.response()
    assert isinstance(found, ApiResponse)
    return found


def image_from_body(body: bytes, asked: UUID) -> Image:
    """The image in the body of a success."""
    check = ImageCheck(asked)
    return Image.from_parsed(ImageEnvelope.from_dict(check(body)).image, check.received)


def page_from_body(body: bytes, limit: int) -> PageItems:
    """What the first page of a list holds, from the body of a success."""
    check = PageCheck()
    return Walk({}, limit, None, None).page(ImagePage.from_dict(check(body)), check, None)


def version_from_body(url: str, body: bytes) -> str:
    """The compute URL with the version that a body offers."""
    call: Call = versions_operation(LIMITS, url, "DFW", RateLimitGate()).call
    call.parsed = Versions.from_dict(call.check(body))
    return newest_version(url, call)


def access_from_response(credentials: Credentials, response: ApiResponse) -> AccessInfo | MalformedResponse:
    """The access in a success of identity, or what is wrong with it."""

    def handle(call: Call | None, parts: RequestParts) -> Flow[ApiResponse]:
        assert call is not None
        call.response = good
        good.parsed = call.check(good.content)
        return good
        yield

    good = response_of(200, response.content, dict(response.headers))
    sender: Any = type("Open", (), {"check_open": lambda _: None})()
    operation = sign_in_operation(credentials, LIMITS, RateLimitGate(), None)
    result: Any = ApiClient(handle, sender, Redactor()).perform(operation)
    if isinstance(result, MalformedResponse):
        return result
    try:
        return parse_token_response(credentials, operation.call, 1000.0)
    except MalformedResponse as error:
        return error
