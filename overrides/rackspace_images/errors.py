"""Every error that rackspace-images raises.

    ImagesError
    ├── ApiError                  the response is not a success
    │   ├── BadRequest            400
    │   ├── Unauthorized          401 (also AuthError)
    │   ├── Forbidden             403
    │   ├── ImageNotFound         404, where the response speaks of the image
    │   ├── BadMethod             405
    │   ├── ConflictingRequest    409
    │   ├── OverLimit             413, 429
    │   ├── ApiFault              500
    │   ├── ServiceUnavailable    503
    │   ├── UnexpectedStatus      any other status
    │   └── AuthenticationFailed  the identity service refused the credentials (also AuthError)
    ├── MalformedResponse         a success without a valid image
    ├── ResponseTooLarge          a response that is too large for an image
    ├── ConnectionFailed          no connection, or it broke (also ConnectionError)
    ├── RequestTimeout            no response in time (also TimeoutError)
    ├── NotActive                 a wait ended without an ACTIVE image
    │   ├── WaitTimeout           not ACTIVE in time (also TimeoutError)
    │   ├── ImageBuildFailed      the image ended in ERROR
    │   └── ImageVanished         the image is gone
    ├── InvalidImageId            not a UUID (also ValueError); nothing was sent
    ├── RegionNotFound            not a region of the catalog; names those that are
    ├── ConfigError               an argument or a setting cannot be used (also ValueError); nothing was sent
    ├── InsecureUrl               the token would have gone over plain http; it was not sent
    └── ClientClosed              a call after close()

Every error can be pickled, and none holds a secret. `str(error)` is one line.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any, ClassVar

from .defaults import MAX_LINE
from .text import one_line, shown, without_userinfo

if TYPE_CHECKING:
    from .image import Image


class ImagesError(Exception):
    """The base of all errors of this package.

        try:
            image = images.get(image_id)
        except ImagesError as error:
            if not error.retryable:
                raise
            print(error.message, error.region, error.request_id)

    Args:
        message: What happened.
        hint: What to do next; by default the class's own hint.
        **attributes: The attributes below.

    Attributes:
        message (str | None): What happened, without the context.
        region (str | None): The region, as the catalog names it.
        endpoint (str | None): The compute URL.
        method (str | None): The method of the request.
        url (str | None): The URL of the request.
        request_id (str | None): The server's id of the request.
        image_id (str | None): The image.
        attempts (int | None): Requests that were sent for the call.
        elapsed (float | None): Seconds that the call took.

    Each of them is None where it is not known.
    """

    retryable: bool = False
    """Whether the same call may succeed later."""
    message: str | None = None
    region: str | None = None
    endpoint: str | None = None
    method: str | None = None
    url: str | None = None
    request_id: str | None = None
    image_id: str | None = None
    attempts: int | None = None
    elapsed: float | None = None
    _class_hint: ClassVar[str | None] = None
    _signing_in: bool = False
    """Whether it happened during a sign-in, so that it concerns every image."""

    def __init__(self, message: str | None = "", *, hint: str | None = None, **attributes: Any) -> None:
        super().__init__(message or "")
        self.message, self._hint = message, hint
        self._add_context(**attributes)

    def _add_context(self, **attributes: Any) -> None:
        """Fills in attributes that are not set. Never overwrites one."""
        for name, value in attributes.items():
            if value is not None and vars(self).get(name) is None:
                setattr(self, name, without_userinfo(value) if name in ("endpoint", "url") else value)

    @property
    def hint(self) -> str | None:
        """What to do next: the `try:` part of `str(error)`."""
        return self._hint or self._class_hint

    def _what(self) -> str:
        return one_line(self.message or "")

    def _context(self) -> str:
        location = self.url or self.endpoint
        parts = (
            ("image=", self.image_id, 60),
            ("region=", self.region, 60),
            ("", f"{self.method} {location}" if self.method and location else location, 180),
            ("request_id=", self.request_id, 80),
            ("attempts=", self.attempts, 20),
            ("", None if self.elapsed is None else f"{self.elapsed:.2f}s", 20),
        )
        return "".join(f" {name}{one_line(str(value), most)}" for name, value, most in parts if value is not None)

    def __str__(self) -> str:
        name, context = type(self).__name__, self._context()
        if self.hint:
            context += f"; try: {self.hint}"
        what = one_line(self._what(), max(MAX_LINE - len(name) - len(context) - 3, 100))
        return one_line(f"{name}: {what}{context}", MAX_LINE - 1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({shown(self.message or '', 200)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg.__newobj__, (type(self),), {**vars(self), "args": self.args}  # type: ignore[attr-defined]


class AuthError(ImagesError):
    """The identity service refused the credentials, or the API refused the token."""


class ApiError(ImagesError):
    """The response is not a success.

    Args:
        status_code: The status of the response.
        fault: The key of the fault in the body, such as `itemNotFound`; None for a body without a fault.
        message: The server's message, or None.
        details: The server's details, or None.
        **attributes: `body` and the attributes of `ImagesError`.

    Attributes:
        body (bytes): The body of the response.
        retry_after (float | None): Seconds to wait, as a 413, 429 or 503 says; None where the response does not say.
    """

    status_codes: ClassVar[tuple[int, ...]] = ()
    """The statuses of this class, as the document (`openapi/images.yaml`) has them."""
    body: bytes = b""
    retry_after: float | None = None

    def __init__(
        self,
        status_code: int,
        fault: str | None = None,
        message: str | None = None,
        details: str | None = None,
        **attributes: Any,
    ) -> None:
        super().__init__(message, **attributes)
        self.status_code, self.fault, self.details = status_code, fault, details

    @property
    def hint(self) -> str | None:
        return super().hint if self._hint or self.retry_after is None else f"again in {self.retry_after:g} s"

    def _what(self) -> str:
        details = self.details if self.details != self.message else None
        words = [str(self.status_code), one_line(self.fault or "")]
        words += [f'"{one_line(text)}"' for text in (self.message, details) if text]
        return " ".join(filter(None, words))


class AuthenticationFailed(ApiError, AuthError):
    """The identity service refused the credentials.

    The key or password is wrong, the user is suspended, or the user needs a second factor.
    """


class BadRequest(ApiError):
    """400: the server cannot read the request, or the tenant in the URL is not the token's."""

    status_codes = (400,)
    _class_hint = "check that the endpoint's tenant is the token's own"


class Unauthorized(ApiError, AuthError):
    """401: the token is missing, unknown or expired."""

    status_codes = (401,)
    _class_hint = "sign in again, or give a token that is still good"


class Forbidden(ApiError):
    """403: the token is valid, but its user may not see the image."""

    status_codes = (403,)
    _class_hint = "ask the image's owner to share it, or sign in to another project"


class ImageNotFound(ApiError):
    """404, where the response speaks of the image: this tenant has no image of this id in this region."""

    status_codes = (404,)

    @property
    def hint(self) -> str:
        return self._hint or f"rackspace-images locate {self.image_id or 'IMAGE_ID'}"


class BadMethod(ApiError):
    """405: a GET is not allowed at this URL."""

    status_codes = (405,)
    _class_hint = "check that the endpoint is a compute endpoint"


class ConflictingRequest(ApiError):
    """409: the state of the image does not allow the request now."""

    status_codes = (409,)


class OverLimit(ApiError):
    """413 or 429: too many requests. `retry_after` is the time to wait in seconds, or None."""

    status_codes = (413, 429)
    retryable = True
    _class_hint = "again later"


class ApiFault(ApiError):
    """500: the server failed."""

    status_codes = (500,)
    retryable = True
    _class_hint = "again later; if it stays, give support the request_id"


class ServiceUnavailable(ApiError):
    """503: the service is not available. `retry_after` is the time to wait in seconds, or None."""

    status_codes = (503,)
    retryable = True
    _class_hint = "again later"


class UnexpectedStatus(ApiError):
    """A status that the document does not describe, or a 404 that does not speak of the image."""

    _class_hint = "check that the endpoint is a compute endpoint, version and tenant included"


class MalformedResponse(ImagesError):
    """A success (200 or 203) without a valid image. `message` says what is wrong with it.

    Attributes:
        body (bytes): The body of the response.
        status_code (int | None): The status of the response.
    """

    body: bytes = b""
    status_code: int | None = None
    _class_hint = "check that the endpoint is a compute endpoint, and what stands between"


class ResponseTooLarge(ImagesError):
    """The response has more bytes than an image can have, as sent or as decoded. The rest of it was not read.

    Attributes:
        status_code (int | None): The status of the response.
    """

    status_code: int | None = None
    _class_hint = "check that the endpoint is a compute endpoint, and what stands between"


class ConnectionFailed(ImagesError, ConnectionError):
    """No response: the name does not resolve, nothing listens at the address, TLS fails, or the connection broke.

    Attributes:
        sent (bool): Whether the server may have received the request.
    """

    retryable = True
    sent: bool = True
    _class_hint = "check the endpoint, the network and the proxy"


class RequestTimeout(ImagesError, TimeoutError):
    """No response in time. `message` says which limit passed.

    Attributes:
        sent (bool): Whether the server may have received the request.
    """

    retryable = True
    sent: bool = True
    _class_hint = "again, or allow more time (timeout=, --request-timeout)"
    _at_deadline: bool = False
    """Whether the deadline of the whole call has passed, not only the time of one attempt."""


class NotActive(ImagesError):
    """The base of errors that end a wait without an ACTIVE image.

    Attributes:
        image (Image | None): The image as it was last seen, or None.
    """

    image: Image | None = None


class WaitTimeout(NotActive, TimeoutError):
    """The image was not ACTIVE in time. It may be later."""

    retryable = True
    _class_hint = "again, or allow more time (timeout=, --timeout)"


class ImageBuildFailed(NotActive):
    """The image ended in ERROR: its snapshot was not made."""

    _class_hint = "make the snapshot again; if it stays, give support the image and the request_id"


class ImageVanished(NotActive):
    """The image existed, and then it was DELETED or gone: its upload failed, or somebody deleted it."""

    _class_hint = "make the snapshot again, and keep its server until it is done"


class InvalidImageId(ImagesError, ValueError):
    """The id is not a UUID. Nothing was sent."""

    _class_hint = "give a UUID such as e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


class RegionNotFound(ImagesError):
    """The catalog has no compute service in the given region, or several regions and none was given."""

    _class_hint = "one of these, or rackspace-images regions"


class ConfigError(ImagesError, ValueError):
    """An argument or a setting is missing or cannot be used. Nothing was sent."""


class InsecureUrl(ImagesError):
    """The token would have gone over plain http to another machine. It was not sent."""

    _class_hint = "https://, or allow_http=True if you mean it"


class ClientClosed(ImagesError):
    """The client was closed before this call, or during it."""

    _class_hint = "make a new client"
