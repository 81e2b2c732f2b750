"""What both clients share: construction and every decision. They differ only in how they wait."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import httpx
from rackspace_images_api import Client
from rackspace_images_api.api.images import get_image

from rackspace_images.auth.credentials import Credentials, StaticToken
from rackspace_images.auth.tokens import TokenStore
from rackspace_images.defaults import ATTEMPT_TIMEOUT, DEADLINE, MAX_CONNECTIONS
from rackspace_images.errors import BadRequest, ConfigError, ImagesError, MalformedResponse
from rackspace_images.http.api_client import ApiClient, AsyncApiClient, Handle
from rackspace_images.http.call import Call, Limits, Timeout, is_seconds
from rackspace_images.http.flow import Flow, Operation
from rackspace_images.http.retry import Attempt, Retry
from rackspace_images.http.tls import Cert
from rackspace_images.image import Image, ImageCheck, image_call, image_uuid
from rackspace_images.regions import checked_region
from rackspace_images.text import RedactedOptions, redacted, shown

from .bulk import stops_the_run
from .listing import PageItems, Walk
from .options import UNCHANGED, ClientOptions, OfCall, TimeoutOfCall
from .session import Target, image_response, session_of, target_of
from .waiting import Progress, until_active

AnyApi = TypeVar("AnyApi", ApiClient, AsyncApiClient)
AnyTransport = TypeVar("AnyTransport", httpx.BaseTransport, httpx.AsyncBaseTransport)
Id = TypeVar("Id", bound=str | UUID)


class BaseClient(Generic[AnyApi, AnyTransport]):
    """The base of both clients."""

    _api: AnyApi

    def __init__(
        self,
        auth: Credentials,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        timeout: Timeout = ATTEMPT_TIMEOUT,
        deadline: float | None = DEADLINE,
        retry: Retry | None = Retry(),  # noqa: B008  frozen
        interface: str | Sequence[str] = "public",
        service_type: str | None = None,
        service_name: str | None = None,
        verify: bool | str | ssl.SSLContext = True,
        cert: Cert = None,
        proxy: str | httpx.Proxy | None = None,
        allow_http: bool = False,
        user_agent: str | None = None,
        transport: AnyTransport | None = None,
        max_connections: int = MAX_CONNECTIONS,
        token_cache: TokenStore | None = None,
        on_attempt: Callable[[Attempt], object] | None = None,
    ) -> None:
        self._target = Target(None)
        given = RedactedOptions(
            {name: value for name, value in locals().items() if name not in ("self", "auth", "__class__")}
        )
        # A traceback that shows local variables must show no password, whatever is wrong below.
        cert, proxy = redacted(cert), None
        self._begin(auth, ClientOptions.of(given))

    def _begin(self, auth: Credentials, options: ClientOptions) -> None:
        self._options = options
        self._target = target_of(auth, options)
        self._session = session_of(auth, options)
        self._api = self._connect(partial(self._session.handle, self._target))

    def _connect(self, handle: Handle) -> AnyApi:
        raise NotImplementedError

    @classmethod
    def from_config(
        cls,
        cloud: str | None = None,
        region: str | None = None,
        *,
        prompt: Callable[[str], str] | None = None,
        **options: Any,
    ) -> Self:
        """Makes a client from the environment or `clouds.yaml`.

        The credentials come from the first of these sources that is there, and from it alone: the cloud of
        `clouds.yaml` that `cloud` or `OS_CLOUD` names; `OS_*`, where `OS_AUTH_URL` is set, or `OS_TOKEN` with
        `OS_ENDPOINT_OVERRIDE`; `RS_*`; the only cloud of `clouds.yaml`.

        Args:
            cloud: The name of a cloud in `clouds.yaml`. Default: `OS_CLOUD`.
            region: The region, in place of the source's own.
            prompt: Is called with a text such as "Password of demo: " where only the secret is missing, and returns it.
            **options: Any other argument of the constructor, in place of the source's own.

        Raises:
            ConfigError: Something is missing or wrong. The message names the source and what to do.
        """
        options = RedactedOptions(options)
        from rackspace_images.config import load

        config = load(cloud, region=region, prompt=prompt)
        found: dict[str, Any] = {
            "endpoint": config.endpoint,
            "interface": config.interface,
            "service_type": config.service_type,
            "service_name": config.service_name,
            "verify": config.verify,
            "cert": config.cert,
        }
        chosen = RedactedOptions({name: value for name, value in found.items() if value is not None} | options)
        if options.get("transport") is not None and os.environ.get("OS_CACERT"):
            hint = "set verify in the transport, and unset OS_CACERT"
            raise ConfigError("OS_CACERT has no effect on a transport that is given", hint=hint)
        client = cls(config.credentials, region=region or config.region, **chosen)
        client._session.tokens.source = config.source
        client._session.only = config.regions
        return client

    @property
    def source(self) -> str | None:
        """Where `from_config` found the credentials, for a person to read; None without `from_config`."""
        return self._session.tokens.source

    @property
    def region(self) -> str | None:
        """The region's name as the catalog has it; None before the first call. Reading it sends nothing."""
        return self._target.region

    @property
    def endpoint(self) -> str | None:
        """The compute URL; None before the first call. Reading it sends nothing."""
        return self._target.endpoint

    def in_region(self, region: str) -> Self:
        """Makes a client for another region, which shares the sign-in, the connections and `close()` with this one.

        Args:
            region: The region's name, in any case.

        Raises:
            ConfigError: This client has a `StaticToken` without an `auth_url`, so it has no catalog.
        """
        credentials = self._session.tokens.credentials
        if isinstance(credentials, StaticToken) and credentials.auth_url is None:
            raise ConfigError(
                "this client knows one endpoint and no catalog", hint="StaticToken(…, auth_url='https://…/v3')"
            )
        other = object.__new__(type(self))
        other.__dict__ |= self.__dict__
        other._target = Target(checked_region(region))
        other._options = replace(self._options, region=region, endpoint=None)
        other._api = self._api.within(handle=partial(self._session.handle, other._target))
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the arguments, credentials with their secret included: another process makes a new client."""
        tokens = self._session.tokens
        return _remade, (type(self), tokens.credentials, self._options, tokens.source, self._session.only)

    def __repr__(self) -> str:
        region, endpoint = self.region or self._target.region_name, self.endpoint or self._target.endpoint_override
        return f"<{type(self).__name__} region={shown(region)} endpoint={shown(endpoint, 200)}>"

    def _limits_of_each(self, timeout: TimeoutOfCall, deadline: OfCall, scope: object) -> Limits:
        """Makes the limits of one id of a bulk call. An `httpx.Timeout` alone would not bound the whole."""
        if deadline is UNCHANGED:
            chosen = self._options.timeout if timeout is UNCHANGED else timeout
            deadline = DEADLINE if isinstance(chosen, httpx.Timeout) else None
        return self._session.limits(timeout, deadline, scope)

    def _image_call(self, image_id: str | UUID, limits: Limits) -> Call:
        """Makes a call of the generated operation `get_image`."""
        return image_call(limits, ImageCheck(image_uuid(image_id)))

    def _get(self, image_id: str | UUID, limits: Limits) -> Flow[Image]:
        """Retrieves an image as a step of a longer flow."""
        call = self._image_call(image_id, limits)
        asked = call.check.asked
        yield Operation(
            partial(get_image.sync_detailed, asked), partial(get_image.asyncio_detailed, asked), Client, call
        )
        return image_of(call)

    def _outcome(self, image_id: UUID, limits: Limits) -> Flow[Image | ImagesError]:
        """Returns an image, or this region's error. Raises an error that every region would have."""
        try:
            return (yield from self._get(image_id, limits))
        except ImagesError as error:
            if stops_the_run(error):
                raise
            return error

    def _page(self, walk: Walk, timeout: TimeoutOfCall, deadline: OfCall) -> Flow[PageItems]:
        """Retrieves the next page of a list, after an earlier image where the marker was deleted."""
        limits, refusal = self._session.limits(timeout, deadline), None
        for marker in walk.markers():
            operation = walk.operation(limits, marker)
            call = operation.call
            try:
                yield operation
                page = walk.page(call.parsed, call.check, marker)
            except BadRequest as error:
                refusal = refusal or error
                continue
            except MalformedResponse as error:
                error.body = error.body if call.response is None else call.response.content
                call.add_context(error)
                raise
            for item in page:
                if isinstance(item, Image):
                    item.response = image_response(call)
                else:
                    call.add_context(self._session.tokens.redactor.redact(item))
            if page or walk.is_over or refusal is None:
                return page
            break  # an earlier image is obeyed, and leads to the same one again
        assert refusal is not None  # noqa: S101
        raise walk.gone(refusal)

    def _named(self, regions: Iterable[str] | None) -> Flow[list[str]]:
        """Returns the catalog's names of `regions`, or of all regions."""
        return self._session.named(regions, self._session.limits())

    def _wait(
        self,
        image_id: str | UUID,
        timeout: float | None,
        grace: float,
        on_progress: Callable[[Progress], object] | None,
    ) -> Flow[Image]:
        asked = str(image_uuid(image_id))
        for name, value in (("timeout", timeout), ("grace", grace)):
            if not (is_seconds(value) or (name == "timeout" and value is None)):
                raise ConfigError(f"{name}={value!r} is not a number of seconds")
        session = self._session
        whole = Limits(session.options.timeout, timeout, clock=session.clock)

        def get(deadline: float) -> Flow[Image]:
            return self._get(asked, session.limits(deadline=deadline))

        return (yield from until_active(asked, get, whole, grace, on_progress, session.shown))


def image_of(call: Call) -> Image:
    """Makes the image of a call that has ended."""
    return Image.from_parsed(call.parsed.image, call.check.received, image_response(call))


def _remade(
    cls: type[Any], auth: Credentials, options: ClientOptions, source: str | None, only: tuple[str, ...]
) -> Any:
    client = object.__new__(cls)
    client._begin(auth, options)
    client._session.tokens.source, client._session.only = source, only
    return client
