"""Every error that rackspace-images raises.

    ImagesError
    ├── ApiError                  the API answered, and the answer is no image
    │   ├── BadRequest            400
    │   ├── Unauthorized          401 (also AuthError)
    │   ├── Forbidden             403
    │   ├── ImageNotFound         404 that speaks of the image
    │   ├── BadMethod             405
    │   ├── ConflictingRequest    409
    │   ├── OverLimit             413, 429
    │   ├── ApiFault              500
    │   ├── ServiceUnavailable    503
    │   └── UnexpectedStatus      any other
    ├── MalformedResponse         a success that is no image
    ├── ResponseTooLarge          an answer of a size that no image has
    ├── ConnectionFailed          no answer (also ConnectionError)
    ├── RequestTimeout            no answer in time (also TimeoutError)
    ├── WaitTimeout               not ACTIVE in time (also TimeoutError)
    ├── ImageBuildFailed          the image that was waited for ended in ERROR
    ├── ImageVanished             the image that was waited for is gone
    ├── InvalidImageId            no UUID (also ValueError); nothing was sent
    ├── AuthenticationFailed      identity said no (also AuthError, ApiError)
    ├── RegionNotFound            no such region; says which there are
    ├── ConfigError               something to set right before anything is sent
    ├── InsecureUrl               a token would have gone over plain http
    └── ClientClosed              a call after close()

Every error pickles, and none holds a secret. `str(error)` is one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from .defaults import MAX_LINE
from .text import one_line, shown, without_userinfo

if TYPE_CHECKING:
    from .image import Image


class ImagesError(Exception):
    """The root of all errors of this package.

    `region`, `endpoint`, `method`, `url`, `request_id`, `image_id`, `attempts` (requests sent) and
    `elapsed` (seconds) are set where they are known, else None.
    """

    retryable: bool = False
    """Whether the same call may succeed if it is made again later."""
    _class_hint: ClassVar[str | None] = None
    _signing_in: bool = False
    """Whether it happened while signing in, so that it is no single image's."""

    def __init__(self, message: str = "", *, hint: str | None = None, **context: Any) -> None:
        super().__init__(message)
        self._hint = hint
        self.message: str | None = message
        self.region: str | None = None
        self.endpoint: str | None = None
        self.method: str | None = None
        self.url: str | None = None
        self.request_id: str | None = None
        self.image_id: str | None = None
        self.attempts: int | None = None
        self.elapsed: float | None = None
        self._add_context(**context)

    def _add_context(self, **context: Any) -> None:
        """Sets what the raising place did not know; what is known already stays."""
        for name, value in context.items():
            if value is not None and getattr(self, name, None) is None:
                setattr(self, name, without_userinfo(value) if name in ("endpoint", "url") else value)

    @property
    def hint(self) -> str | None:
        """What to do about it: the `try:` part of `str(error)`."""
        return self._hint or self._default_hint()

    def _default_hint(self) -> str | None:
        return self._class_hint

    def _what(self) -> str:
        return one_line(self.message or "")

    def __str__(self) -> str:
        name, parts = type(self).__name__, list[str]()
        if self.image_id is not None:
            parts.append(f"image={one_line(self.image_id, 60)}")
        if self.region is not None:
            parts.append(f"region={one_line(self.region, 60)}")
        where = self.url or self.endpoint
        if where is not None:
            parts.append(one_line(f"{self.method} {where}" if self.method else where, 180))
        if self.request_id is not None:
            parts.append(f"request_id={one_line(self.request_id, 80)}")
        if self.attempts is not None:
            parts.append(f"attempts={self.attempts}")
        if self.elapsed is not None:
            parts.append(f"{self.elapsed:.2f}s")
        where_and_why = " ".join(["", *parts]) + (f"; try: {self.hint}" if self.hint else "")
        what = one_line(self._what(), max(MAX_LINE - len(name) - len(where_and_why) - 3, 100))
        return one_line(f"{name}: {what}{where_and_why}", MAX_LINE - 1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({shown(self.message or '', 200)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(cls: type[ImagesError], args: tuple[Any, ...], state: dict[str, Any]) -> ImagesError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class AuthError(ImagesError):
    """The sign-in was refused, or the API refused the token."""


class ApiError(ImagesError):
    """The API answered, and the answer is no image.

    `status_code`; `fault`, the key that names the fault (`itemNotFound`) or None; `message` and
    `details` in the server's words, or None; `body`, the answer's bytes. The status of each class is the
    document's (`openapi/images.yaml`).
    """

    status_codes: ClassVar[tuple[int, ...]] = ()

    def __init__(
        self,
        status_code: int,
        fault: str | None = None,
        message: str | None = None,
        details: str | None = None,
        *,
        body: bytes = b"",
        **context: Any,
    ) -> None:
        super().__init__(message or "", **context)
        self.status_code = status_code
        self.fault = fault
        self.message = message
        self.details = details
        self.body = body

    def _what(self) -> str:
        words = [str(self.status_code)]
        if self.fault is not None:
            words.append(one_line(self.fault))
        if self.message:
            words.append(f'"{one_line(self.message)}"')
        if self.details and self.details != self.message:
            words.append(f'"{one_line(self.details)}"')
        return " ".join(words)


class AuthenticationFailed(ApiError, AuthError):
    """Identity said no: a wrong key or password, a user that is suspended, or one who needs a second factor."""


class BadRequest(ApiError):
    """400: the server cannot read the request, or the tenant in the URL is not the token's."""

    status_codes = (400,)
    _class_hint = "check that the endpoint's tenant is the token's own"


class Unauthorized(ApiError, AuthError):
    """401: the token is missing, unknown or expired."""

    status_codes = (401,)
    _class_hint = "sign in again, or give a token that is still good"


class Forbidden(ApiError):
    """403: the token is good, and its user may not see the image."""

    status_codes = (403,)
    _class_hint = "ask the image's owner to share it, or sign in to another project"


class ImageNotFound(ApiError):
    """404 that speaks of the image: there is none of this id for this tenant in this region."""

    status_codes = (404,)

    def _default_hint(self) -> str:
        return f"rackspace-images locate {self.image_id or 'IMAGE_ID'}"


class BadMethod(ApiError):
    """405: a GET is not allowed at this URL."""

    status_codes = (405,)
    _class_hint = "check that the endpoint is a compute endpoint"


class ConflictingRequest(ApiError):
    """409: the image is in a state that does not allow the request now."""

    status_codes = (409,)


class OverLimit(ApiError):
    """413 or 429: too many requests. `retry_after`: seconds to wait, or None where the server does not say."""

    status_codes = (413, 429)
    retryable = True
    retry_after: float | None = None

    def _default_hint(self) -> str:
        return _wait_hint(self.retry_after)


class ApiFault(ApiError):
    """500: the server failed."""

    status_codes = (500,)
    retryable = True
    _class_hint = "again later; if it stays, give support the request_id"


class ServiceUnavailable(ApiError):
    """503: the service is not available now. `retry_after`: seconds to wait, or None where the server does not say."""

    status_codes = (503,)
    retryable = True
    retry_after: float | None = None

    def _default_hint(self) -> str:
        return _wait_hint(self.retry_after)


class UnexpectedStatus(ApiError):
    """Any status that the document does not describe, and a 404 that does not speak of the image."""

    _class_hint = "check that the endpoint is a compute endpoint, version and tenant included"


def _wait_hint(seconds: float | None) -> str:
    return "again later" if seconds is None else f"again in {seconds:g} s"


class MalformedResponse(ImagesError):
    """A 200 or 203 that is no image: `message` says what is wrong, `body` keeps the answer's bytes."""

    _class_hint = "check that the endpoint is a compute endpoint, and what stands between"

    def __init__(self, message: str = "", *, body: bytes = b"", status_code: int | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.body = body
        self.status_code = status_code


class ResponseTooLarge(ImagesError):
    """The answer has more bytes than any image, as sent or once decoded. It was not read to its end."""

    _class_hint = "check that the endpoint is a compute endpoint, and what stands between"

    def __init__(self, message: str = "", *, status_code: int | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.status_code = status_code


class ConnectionFailed(ImagesError, ConnectionError):
    """No answer: the name does not resolve, nobody listens, TLS fails, or the connection broke.

    `sent`: whether the server may have got the request.
    """

    retryable = True
    _class_hint = "check the endpoint, the network and the proxy"

    def __init__(self, message: str = "", *, sent: bool = True, **context: Any) -> None:
        super().__init__(message, **context)
        self.sent = sent


class RequestTimeout(ImagesError, TimeoutError):
    """No answer in time; `message` says which part ran out. `sent`: whether the server may have got the request."""

    retryable = True
    _class_hint = "again, or allow more time (timeout=, --request-timeout)"

    _at_deadline: bool = False
    """Whether the whole call's time was over, not only that of an attempt."""

    def __init__(self, message: str = "", *, sent: bool = True, **context: Any) -> None:
        super().__init__(message, **context)
        self.sent = sent


class NotActive(ImagesError):
    """The root of what ends a wait without an ACTIVE image. `image`: the last `Image` that was seen, or None."""

    def __init__(self, message: str = "", *, image: Image | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.image = image


class WaitTimeout(NotActive, TimeoutError):
    """The image was not ACTIVE in time. It may be later."""

    retryable = True
    _class_hint = "again, or allow more time (timeout=, --timeout)"


class ImageBuildFailed(NotActive):
    """The image ended in ERROR: its snapshot was not made."""

    _class_hint = "make the snapshot again; if it stays, give support the image and the request_id"


class ImageVanished(NotActive):
    """The image was seen, and then it was DELETED or gone: its upload failed, or somebody deleted it."""

    _class_hint = "make the snapshot again, and keep its server until it is done"


class InvalidImageId(ImagesError, ValueError):
    """The id is no UUID. Nothing was sent."""

    _class_hint = "give a UUID such as e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


class RegionNotFound(ImagesError):
    """The catalog has no compute in the region that was asked for, or none was asked for and there are several."""

    _class_hint = "one of these, or rackspace-images regions"


class ConfigError(ImagesError):
    """Something is missing or wrong in what was given. Nothing was sent."""


class InsecureUrl(ImagesError):
    """A token would have gone over plain http to another machine. Nothing was sent."""

    _class_hint = "https://, or allow_http=True if you mean it"


class ClientClosed(ImagesError):
    """The client was closed before this call."""

    _class_hint = "make a new client"
