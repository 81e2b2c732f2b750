"""The application: the identity services, the documents as a page, and compute on every other path."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from . import identity
from .answers import Answers
from .compute import compute
from .replies import documented

Seen = Callable[[str, str], None]


def create_app(
    base_url: str | None = None, *, answers: Answers | None = None, on_request: Seen | None = None
) -> Starlette:
    """The sandbox as an ASGI application.

    `base_url` is its own address, which the catalogs name; without it they name the address that the request
    came to. `answers` are the vectors' (its own when not given); `on_request` is told the method and the path
    of every request.
    """
    app = Starlette(
        routes=[*identity.routes(base_url), Route("/docs", _docs, methods=["GET"])],
        middleware=[Middleware(_Watch, on_request=on_request)] if on_request else [],
        exception_handlers={405: _bad_method},
    )
    app.router.default = request_response(compute(answers or Answers(), base_url))
    # A trailing slash is another path, and is not found: no redirect.
    app.router.redirect_slashes = False
    return app


async def _docs(request: Request) -> Response:
    # Imported for whoever looks: the sandbox of a test has to start at once.
    from .reference import page

    return HTMLResponse(page())


async def _bad_method(request: Request, error: Exception) -> Response:
    return documented("images", "BadMethod", 405, getattr(error, "headers", None))


class _Watch:
    def __init__(self, app: ASGIApp, on_request: Seen) -> None:
        self._app = app
        self._on_request = on_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # As it was sent, so that a test sees what a client quoted.
            raw: bytes | None = scope.get("raw_path")
            self._on_request(scope["method"], raw.decode("ascii", "replace") if raw else scope["path"])
        await self._app(scope, receive, send)
