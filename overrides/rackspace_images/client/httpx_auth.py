"""Sign-in for other clients: `client_auth` for any httpx client, `generated_client` for the generated one."""

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
    """An `httpx.Auth` that signs in with the first request, and once more after a 401. See `client_auth`."""

    def __init__(self, session: Session, options: ClientOptions) -> None:
        self._session = session
        self._options = options
        self._redactor = session.tokens.redactor

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Is called by httpx for each request of a sync client."""
        access = self._session.tokens.current() or self._sign_in(None)
        self._sign(request, access)
        response = yield request
        if response.status_code == 401 and self._session.tokens.can_renew:
            self._sign(request, self._sign_in(access))
            yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Is called by httpx for each request of an async client."""
        access = self._session.tokens.current() or await self._sign_in_async(None)
        self._sign(request, access)
        response = yield request
        if response.status_code == 401 and self._session.tokens.can_renew:
            self._sign(request, await self._sign_in_async(access))
            yield request

    def _flow(self, failed: AccessInfo | None) -> Flow[AccessInfo]:
        return self._session.tokens.get_access(self._session.limits(), failed=failed)

    def _sign_in(self, failed: AccessInfo | None) -> AccessInfo:
        """Signs in over its own connections. A given transport stays open."""
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
        """Adds the token to a request whose host the catalog or `endpoint=` names. Raises `InsecureUrl` for others."""
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
    """Makes an `httpx.Auth` of credentials, for any `httpx.Client` or `httpx.AsyncClient`.

    Threads and tasks share one sign-in. The token goes only to hosts that the catalog or `endpoint=` names. Leave
    `follow_redirects` off: httpx would send the token to where a redirect points.

        with httpx.Client(auth=client_auth(ApiKey("user", "key"))) as client:
            client.get("https://dfw.servers.api.rackspacecloud.com/v2/123456/servers")

    Args:
        auth: The credentials.
        **options: The arguments of `ImagesClient`, for the requests to the identity service. A given `transport`
            stays open.

    Raises:
        ConfigError: An argument cannot be used.
    """
    options = RedactedOptions(options)
    chosen = ClientOptions.of(options)
    _ = chosen.network  # raises now, not with the first request
    return ClientAuth(session_of(auth, chosen), chosen)


def generated_client(auth: Credentials, **options: Any) -> Client:
    """Makes the generated `Client` that `ImagesClient` itself uses, for its `sync` and `asyncio` functions.

    It signs in with the first call. Retries, deadline, errors and bounds are those of `ImagesClient`. It returns the
    generated models, in which an absent field is `Unset`.

        from rackspace_images_api.api.images import get_image

        envelope = get_image.sync("e3d37ab2-8dc0-4000-b773-b15aad79ad0a", client=generated_client(auth, region="DFW"))

    Args:
        auth: The credentials.
        **options: The arguments of `ImagesClient`. With a `transport`, only the form of the operations works that the
            transport is for.

    Raises:
        ConfigError: An argument cannot be used.
    """
    options = RedactedOptions(options)
    chosen = ClientOptions.of(options)
    _ = chosen.network  # raises now, not with the first request
    session, target = session_of(auth, chosen), target_of(auth, chosen)
    handle = partial(session.handle, target)
    redactor = session.tokens.redactor
    client = ApiClient(handle, _made(chosen.sender), redactor)
    async_client = AsyncApiClient(handle, _made(chosen.async_sender), redactor)
    made = Client(base_url=BASE_URL, httpx_args={"transport": FlowTransport(client, async_client)})
    return made.set_httpx_client(client).set_async_httpx_client(async_client)


class _Missing:
    """Stands for the sender of one form of the operations, where the given transport is for the other form."""

    def __init__(self, error: ConfigError) -> None:
        self._error = error

    def check_open(self) -> None:
        raise self._error

    def close(self) -> None:
        """Does nothing."""

    async def aclose(self) -> None:
        """Does nothing."""


def _made(sender: Callable[[], Any]) -> Any:
    try:
        return sender()
    except ConfigError as error:
        return _Missing(error)


def _origin(url: str) -> tuple[str, str | None, int] | None:
    parts = service_url(url)
    return parts and (parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme])
