"""Our sign-in for other clients: any httpx client, and the generated one by itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from functools import partial
from typing import Any

import httpx
from rackspace_images_api import Client

from rackspace_images.auth.credentials import Credentials
from rackspace_images.auth.identity import AccessInfo
from rackspace_images.errors import ConfigError, InsecureUrl
from rackspace_images.http.api_client import BASE_URL, ApiClient, AsyncApiClient, FlowTransport
from rackspace_images.http.flow import Flow, drive, drive_async
from rackspace_images.regions import checked_endpoint
from rackspace_images.text import RedactedOptions, service_url

from .options import ClientOptions
from .session import Session, session_of, target_of


class ClientAuth(httpx.Auth):
    """An `httpx.Auth` that signs in when it is first needed, and once more on a 401. See `client_auth`."""

    def __init__(self, session: Session, options: ClientOptions) -> None:
        self._session = session
        self._options = options
        self._redactor = session.tokens.redactor

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """httpx's own seam: called for each request of a sync client."""
        access = self._session.tokens.current() or self._sign_in(None)
        self._sign(request, access)
        response = yield request
        if response.status_code == 401 and self._session.tokens.can_renew:
            self._sign(request, self._sign_in(access))
            yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """httpx's own seam: called for each request of an async client."""
        access = self._session.tokens.current() or await self._sign_in_async(None)
        self._sign(request, access)
        response = yield request
        if response.status_code == 401 and self._session.tokens.can_renew:
            self._sign(request, await self._sign_in_async(access))
            yield request

    def _flow(self, failed: AccessInfo | None) -> Flow[AccessInfo]:
        return self._session.tokens.get_access(self._session.limits(), failed=failed)

    def _sign_in(self, failed: AccessInfo | None) -> AccessInfo:
        """Signs in over connections for this alone; a transport that was given stays open."""
        sender = self._options.sender()
        try:
            return drive(self._flow(failed), ApiClient(self._handle, sender, self._redactor))
        finally:
            if self._options.transport is None:
                sender.close()

    async def _sign_in_async(self, failed: AccessInfo | None) -> AccessInfo:
        sender = self._options.async_sender()
        try:
            return await drive_async(self._flow(failed), AsyncApiClient(self._handle, sender, self._redactor))
        finally:
            if self._options.transport is None:
                await sender.aclose()

    @property
    def _handle(self) -> Any:
        return partial(self._session.handle, target_of(self._session.tokens.credentials, self._options))

    def _sign(self, request: httpx.Request, access: AccessInfo) -> None:
        """Puts the token on a request that goes where the catalog, or the user, says that it may go."""
        url = str(request.url.copy_with(query=None, fragment=None))
        endpoint = self._options.endpoint
        if endpoint is None or _origin(url) != _origin(endpoint):
            if _origin(url) not in {_origin(place.url) for place in access.endpoints}:
                raise InsecureUrl(
                    "neither the catalog nor endpoint= names this host; the token is not sent",
                    url=url,
                    hint="endpoint= if the token is meant for it",
                )
            auth_url = self._session.tokens.credentials.auth_url
            checked_endpoint(url, auth_url=auth_url, allow_http=self._options.allow_http)
        request.headers["X-Auth-Token"] = access.token

    def __repr__(self) -> str:
        return f"<ClientAuth {self._session.tokens.credentials!r}>"


def client_auth(auth: Credentials, **options: Any) -> ClientAuth:
    """Our sign-in as an `httpx.Auth`, for any `httpx.Client` or `httpx.AsyncClient`.

    One sign-in at a time, whatever the threads and tasks; the token goes only to hosts that the catalog names, or to
    that of `endpoint=`. The options are those of `ImagesClient`, for the requests to identity. Leave
    `follow_redirects` off: httpx would take the token along to where a redirect points. A `transport` that is given
    stays open.
    """
    options = RedactedOptions(options)
    chosen = ClientOptions.of(options)
    _ = chosen.network  # what is wrong with it is raised now, not with the first request
    return ClientAuth(session_of(auth, chosen), chosen)


def generated_client(auth: Credentials, **options: Any) -> Client:
    """The generated `Client` that the facade itself stands on, for its `sync` and `asyncio` functions alike.

    Signs in with the first call. The options are those of `ImagesClient`; retries, deadline, errors and bounds hold as
    there. Its responses are the generated models, where an absent field is `Unset`. With a `transport`, only
    the form of the operations that the transport is for can be used.
    """
    options = RedactedOptions(options)
    chosen = ClientOptions.of(options)
    _ = chosen.network  # what is wrong with it is raised now, not with the first request
    session, target = session_of(auth, chosen), target_of(auth, chosen)
    handle = partial(session.handle, target)
    redactor = session.tokens.redactor
    client = ApiClient(handle, _made(chosen.sender), redactor)
    async_client = AsyncApiClient(handle, _made(chosen.async_sender), redactor)
    made = Client(base_url=BASE_URL, httpx_args={"transport": FlowTransport(client, async_client)})
    return made.set_httpx_client(client).set_async_httpx_client(async_client)


class _Missing:
    """In the place of what sends, where a transport was given that is for the other form of the operations."""

    def __init__(self, error: ConfigError) -> None:
        self._error = error

    def check_open(self) -> None:
        raise self._error

    def close(self) -> None:
        """There is nothing to close."""

    async def aclose(self) -> None:
        """There is nothing to close."""


def _made(sender: Callable[[], Any]) -> Any:
    try:
        return sender()
    except ConfigError as error:
        return _Missing(error)


def _origin(url: str) -> tuple[str, str | None, int] | None:
    parts = service_url(url)
    return parts and (parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme])
