"""How a client is made, and everything that both clients decide; the twins only send and wait."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import httpx
from rackspace_images_api.api.images import get_image

from .auth import GrantStore, TokenSource
from .credentials import Credentials, StaticToken
from .defaults import ATTEMPT_TIMEOUT, DEADLINE
from .engine import ENGINES, Options
from .errors import ConfigError, ImagesError, OverLimit
from .image import Image, image_from_answer, image_uuid
from .listing import Page, Query, page_from_answer
from .proxies import Proxies, read_proxy, usable
from .regions import INTERFACES, checked_endpoint, checked_region
from .retry import Attempt, Call, Policy, Retry, Timeout, is_seconds
from .session import Asked, Place, Session
from .text import Unshown
from .tls import Cert, Tls, unshown
from .transport import AsyncEngine, Engine, Steps, Unchanged
from .version import USER_AGENT
from .waiting import Progress, until_active

AnyEngine = TypeVar("AnyEngine", Engine, AsyncEngine)
Id = TypeVar("Id", bound=str | UUID)
OfCall = float | Unchanged | None
TimeoutOfCall = float | httpx.Timeout | Unchanged | None


class BaseClient(Generic[AnyEngine]):
    """Everything that both clients decide; the twins only send and wait."""

    _engine: AnyEngine

    def __init__(
        self,
        auth: Credentials,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        timeout: Timeout = ATTEMPT_TIMEOUT,
        deadline: float | None = DEADLINE,
        retry: Retry | None = Retry(),  # noqa: B008  frozen
        interface: str = "public",
        verify: bool | str | ssl.SSLContext = True,
        cert: Cert = None,
        proxy: str | httpx.Proxy | None = None,
        allow_http: bool = False,
        user_agent: str | None = None,
        transport: Any = None,
        engine: str = "httpx",
        token_cache: GrantStore | None = None,
        on_attempt: Callable[[Attempt], object] | None = None,
    ) -> None:
        self._place = Place(None)
        # A traceback that shows local variables must show no password, whatever below is wrong.
        read = None if proxy is None else read_proxy(proxy, "proxy=")
        cert, proxy = unshown(cert), None
        proxy = usable(read)
        del read
        self._given = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        self._policy = Policy(timeout, deadline, retry, on_attempt)
        self._place = Place(checked_region(region), None if endpoint is None else checked_endpoint(endpoint))
        if endpoint is None and isinstance(auth, StaticToken) and auth.auth_url is None:
            raise ConfigError(
                "a StaticToken needs to be told where to go", hint="endpoint='https://…/v2/TENANT', or its auth_url="
            )
        interface = interface.removesuffix("URL")
        if interface not in INTERFACES:
            raise ConfigError(f"no interface {interface}", hint=f"one of {', '.join(INTERFACES)}")
        if user_agent is not None and not (user_agent.isascii() and user_agent.isprintable()):
            raise ConfigError("user_agent holds a character that no HTTP header may hold")
        headers = {
            "Accept": "application/json",
            "User-Agent": f"{user_agent} {USER_AGENT}" if user_agent else USER_AGENT,
        }
        tokens = TokenSource(auth, headers=headers, store=token_cache)
        self._session = Session(tokens, headers, interface, allow_http)
        if engine not in ENGINES:
            raise ConfigError(f"no engine {engine!r}", hint=f"one of {', '.join(ENGINES)}")
        ours = transport is None  # one that was given has its own proxies and certificates
        self._engine = self._open(
            engine, Options(Tls(verify, cert, trust_env=ours), Proxies(proxy, trust_env=ours), transport)
        )

    def _open(self, name: str, options: Options) -> AnyEngine:
        raise NotImplementedError

    @classmethod
    def from_config(
        cls,
        cloud: str | None = None,
        region: str | None = None,
        *,
        ask: Callable[[str], str] | None = None,
        **options: Any,
    ) -> Self:
        """A client with the credentials of one source, taken whole: the first of these that is there.

        The cloud of clouds.yaml that `cloud` or `OS_CLOUD` names; the environment's `OS_*`, when `OS_AUTH_URL`, or
        `OS_TOKEN` with `OS_ENDPOINT_OVERRIDE`, is set; `RS_*`; the only cloud of clouds.yaml. `region` and `options`
        (those of the constructor) are set on top; without `engine`, `RACKSPACE_IMAGES_ENGINE` names it. `ask` is called
        with a prompt where only the password is missing.
        Raises `ConfigError`, which says what is missing and where it looked.
        """
        options = Unshown(options)
        from .config import load

        config = load(cloud, region=region, ask=ask)
        found: dict[str, Any] = {
            "endpoint": config.endpoint,
            "interface": config.interface,
            "verify": config.verify,
            "cert": config.cert,
        }
        if engine := os.environ.get("RACKSPACE_IMAGES_ENGINE", "").strip():
            found["engine"] = engine
        chosen = Unshown({name: value for name, value in found.items() if value is not None} | options)
        client = cls(config.credentials, region=region or config.region, **chosen)
        client._session.tokens.source = config.source
        client._session.only = config.regions
        return client

    @property
    def source(self) -> str | None:
        """Where `from_config` found the credentials, in words; None for a client made otherwise."""
        return self._session.tokens.source

    @property
    def region(self) -> str | None:
        """The region that is asked, known after the first call. Reading it starts no request."""
        return self._place.region

    @property
    def endpoint(self) -> str | None:
        """The compute URL that is asked, known after the first call. Reading it starts no request."""
        return self._place.endpoint

    def in_region(self, region: str) -> Self:
        """The same client for another region: it shares the sign-in and the connections, and closes with this one."""
        if (
            isinstance(self._session.tokens.credentials, StaticToken)
            and self._session.tokens.credentials.auth_url is None
        ):
            raise ConfigError(
                "this client knows one endpoint and no catalog", hint="StaticToken(…, auth_url='https://…/v3')"
            )
        other = object.__new__(type(self))
        other.__dict__ |= self.__dict__
        other._place = Place(checked_region(region))
        other._given = self._given | {"region": region, "endpoint": None}
        return other

    def hold(self, region: str | None, seconds: float, status: int = 429) -> None:
        """Sends nothing to a region for so long, as if it had answered so: for a limit that another process met."""
        refusal = OverLimit(status, None, "another process was told to wait")
        name = region or self.endpoint or self._place.given
        if name is not None:
            self._session.hold(name, self._policy.clock() + seconds, refusal)

    def __reduce__(self) -> tuple[Any, ...]:
        """In another process the client begins anew: with its credentials, which are pickled with their secret."""
        return _remade, (type(self), self._given, self._session.tokens.source, self._session.only)

    def __repr__(self) -> str:
        endpoint = self.endpoint or self._place.given
        return f"<{type(self).__name__} region={self.region or self._place.wanted!r} endpoint={endpoint!r}>"

    def _page(self, query: Query, marker: str | UUID | None, timeout: TimeoutOfCall, deadline: OfCall) -> Steps[Page]:
        after = None if marker is None else str(image_uuid(marker))
        asked = yield from self._session.ask(self._place, query.request(after), self._policy.call(timeout, deadline))
        try:
            page = page_from_answer(asked.answer, query.page_size, after)
        except ImagesError as error:
            raise _placed(error, asked) from None
        for item in page.images:
            if isinstance(item, Image):
                item.response = asked.response
            else:
                _placed(item, asked)
        return page

    def _wait(
        self,
        image_id: str | UUID,
        timeout: float | None,
        grace: float,
        on_progress: Callable[[Progress], object] | None,
    ) -> Steps[Image]:
        asked_for = str(image_uuid(image_id))
        for name, value in (("timeout", timeout), ("grace", grace)):
            if not (is_seconds(value) or (name == "timeout" and value is None)):
                raise ConfigError(f"{name}={value!r} is no number of seconds")
        whole = Call(self._policy, self._policy.timeout, timeout, self._policy.clock())
        return (yield from until_active(asked_for, lambda call: self._get(asked_for, call), whole, grace, on_progress))

    def _get(self, image_id: str | UUID, call: Call) -> Steps[Image]:
        asked_for = image_uuid(image_id)
        try:
            asked = yield from self._session.ask(self._place, get_image._get_kwargs(image_id=asked_for), call)
            try:
                image = image_from_answer(asked.answer, asked_for)
            except ImagesError as error:
                raise _placed(error, asked) from None
        except ImagesError as error:
            error.place(image_id=str(asked_for))
            raise
        image.response = asked.response
        return image


def _placed(error: ImagesError, asked: Asked) -> ImagesError:
    """What is wrong with an answer, with where it came from."""
    error.place(method=asked.method, url=asked.url, region=asked.region, endpoint=asked.endpoint)
    error.place(attempts=asked.attempts, elapsed=asked.elapsed, request_id=asked.answer.request_id)
    error.place(status_code=asked.answer.status_code)
    return error


def _remade(cls: type[Any], given: dict[str, Any], source: str | None, only: tuple[str, ...]) -> Any:
    client = cls(**given)
    client._session.tokens.source, client._session.only = source, only
    return client
