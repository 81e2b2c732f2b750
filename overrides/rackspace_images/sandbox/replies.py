"""The forms that answers share: JSON, the documents' faults, a router's 404."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rackspace_images.documents import DocumentName

from . import spec


def request_id() -> str:
    """A fresh name for a request, in OpenStack's form."""
    return f"req-{uuid.uuid4()}"


def documented(name: DocumentName, example: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A documented example as an answer."""
    return JSONResponse(spec.example(name, example), status, headers)


def fault(key: str, status: int, message: str) -> Response:
    """A fault of the documents' form that they have no example of."""
    return JSONResponse({key: {"code": status, "message": message}}, status)


def not_routed() -> Response:
    """The 404 of OpenStack's router, which knows the path not at all."""
    return documented("images", "RouterNotFound", 404)


def address(request: Request, base_url: str | None) -> str:
    """The sandbox's own address: as it was told, else as the request has it."""
    return (base_url or str(request.base_url)).rstrip("/")
