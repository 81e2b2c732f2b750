"""Our sign-in for other people's clients: any httpx client, and the generated one by itself."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Generator
from typing import Any, TypeVar

import httpx
from rackspace_images_api import Client

from .auth import GrantStore, TokenSource
from .credentials import Credentials
from .defaults import ATTEMPT_TIMEOUT, DEADLINE
from .engine import Options
from .errors import InsecureUrl
from .httpx_engine import AsyncHttpxEngine, HttpxEngine
from .identity import Grant
from .proxies import Proxies, read_proxy, usable
from .regions import checked_endpoint, checked_region
from .retry import Policy, Retry, Timeout
from .session import Place, Session
from .text import service_url
from .tls import Cert, Tls, unshown
from .transport import Steps, run, run_async
from .version import USER_AGENT

T = TypeVar("T")

# httpx's own way to say that loopback is asked directly; its more precise patterns win.
_NEVER_PROXIED: dict[str, None] = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}


class ClientAuth(httpx.Auth):
    """An `httpx.Auth` that signs in when it is first needed, and once more on a 401. See `client_auth`."""

    def __init__(self, session: Session, endpoint: str | None, policy: Policy, options: Options) -> None:
        self._session = session
        self._endpoint = endpoint
        self._policy = policy
        self._options = options

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """httpx's own seam: called for each request of a sync client."""
        grant = self._session.tokens.known() or self._sign_in(None)
        self._sign(request, grant)
        response = yield request
        if response.status_code == 401 and self._session.tokens.can_renew:
            self._sign(request, self._sign_in(grant))
            yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """httpx's own seam: called for each request of an async client."""
        grant = self._session.tokens.known() or await self._sign_in_async(None)
        self._sign(request, grant)
        response = yield request
        if response.status_code == 401 and self._session.tokens.can_renew:
            self._sign(request, await self._sign_in_async(grant))
            yield request

    def _sign_in(self, failed: Grant | None) -> Grant:
        return self.run(self._session.tokens.grant(self._policy.call(), failed=failed))

    async def _sign_in_async(self, failed: Grant | None) -> Grant:
        engine = AsyncHttpxEngine(self._options)
        try:
            return await run_async(self._session.tokens.grant(self._policy.call(), failed=failed), engine)
        finally:
            if self._options.transport is None:
                await engine.aclose()

    def run(self, steps: Steps[T]) -> T:
        """Drives steps of the session over connections for them alone; a transport that was given stays open."""
        engine = HttpxEngine(self._options)
        try:
            return run(steps, engine)
        finally:
            if self._options.transport is None:
                engine.close()

    def find(self, region: str | None) -> str:
        """The compute URL of a region, or the endpoint that was given."""
        call = self._policy.call()
        place = Place(checked_region(region), self._endpoint)
        grant = self._session.tokens.known() or self.run(self._session.tokens.grant(call))
        return self.run(self._session.find(place, grant, call))[1]

    def _sign(self, request: httpx.Request, grant: Grant) -> None:
        """Puts the token on a request that goes where the catalog, or the user, says that it may go."""
        url = str(request.url.copy_with(query=None, fragment=None))
        if self._endpoint is None or _origin(url) != _origin(self._endpoint):
            if _origin(url) not in {_origin(place.url) for place in grant.endpoints}:
                raise InsecureUrl(
                    "neither the catalog nor endpoint= names this host; the token is not sent",
                    url=url,
                    hint="endpoint= if the token is meant for it",
                )
            auth_url = self._session.tokens.credentials.auth_url
            checked_endpoint(url, auth_url=auth_url, allow_http=self._session.allow_http)
        request.headers["X-Auth-Token"] = grant.token

    def __repr__(self) -> str:
        return f"<ClientAuth {self._session.tokens.credentials!r}>"


def client_auth(
    auth: Credentials,
    *,
    endpoint: str | None = None,
    timeout: Timeout = ATTEMPT_TIMEOUT,
    deadline: float | None = DEADLINE,
    retry: Retry | None = Retry(),  # noqa: B008  frozen
    interface: str = "public",
    verify: bool | str | ssl.SSLContext = True,
    cert: Cert = None,
    proxy: str | httpx.Proxy | None = None,
    allow_http: bool = False,
    transport: Any = None,
    token_cache: GrantStore | None = None,
) -> ClientAuth:
    """Our sign-in as an `httpx.Auth`, for any `httpx.Client` or `httpx.AsyncClient`.

    One sign-in at a time, whatever the threads and tasks; the token goes only to hosts that the catalog names, or to
    that of `endpoint=`. The other options are those of `ImagesClient`, for the requests to identity. Leave
    `follow_redirects` off: httpx would take the token along to where a redirect points. A `transport` that is given
    stays open.
    """
    read = None if proxy is None else read_proxy(proxy, "proxy=")
    cert, proxy = unshown(cert), None
    through = usable(read)
    headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
    session = Session(TokenSource(auth, headers=headers, store=token_cache), headers, interface, allow_http)
    ours = transport is None
    options = Options(Tls(verify, cert, trust_env=ours), Proxies(through, trust_env=ours), transport)
    policy = Policy(timeout, deadline, retry)
    return ClientAuth(session, None if endpoint is None else checked_endpoint(endpoint), policy, options)


def generated_client(
    auth: Credentials,
    *,
    region: str | None = None,
    endpoint: str | None = None,
    timeout: Timeout = ATTEMPT_TIMEOUT,
    verify: bool | str | ssl.SSLContext = True,
    cert: Cert = None,
    proxy: str | httpx.Proxy | None = None,
    transport: Any = None,
    **options: Any,
) -> Client:
    """The generated `Client`, signed in and pointed at the region, for its `sync` and `asyncio` functions alike.

    Signs in now, to learn the endpoint. `options` are those of `client_auth`. Its answers are the generated models,
    where an absent field is `Unset`; its faults are returned, not raised.
    """
    read = None if proxy is None else read_proxy(proxy, "proxy=")
    cert, proxy = unshown(cert), None
    # Its repr hides the password, which a bare URL would show.
    through = usable(read)
    signed = client_auth(
        auth,
        endpoint=endpoint,
        timeout=timeout,
        verify=verify,
        cert=cert,
        proxy=through,
        transport=transport,
        **options,
    )
    sending = {
        "auth": signed,
        "proxy": through,
        "transport": transport,
        "mounts": _NEVER_PROXIED,
    }
    return Client(
        base_url=signed.find(region),
        headers={"Accept": "application/json", "User-Agent": USER_AGENT},
        timeout=timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout),
        verify_ssl=signed._options.tls.context(),
        httpx_args=sending,
    )


def _origin(url: str) -> tuple[str, str | None, int] | None:
    parts = service_url(url)
    return parts and (parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme])
