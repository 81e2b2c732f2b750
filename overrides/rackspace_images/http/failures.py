"""The stages of a request, and the errors that failures of httpx, httpcore and the system become."""

from __future__ import annotations

import enum
import os
import ssl

import httpcore
import httpx

from rackspace_images.defaults import MAX_BYTES_BESIDE_BODY
from rackspace_images.errors import ConfigError, ConnectionFailed, ImagesError, RequestTimeout, ResponseTooLarge
from rackspace_images.text import without_userinfo

from .proxies import proxy_error
from .tls import Tls


class Stage(enum.Enum):
    """The stage of a request. The value is the message of a timeout in that stage."""

    PERMIT = "no free connection"
    CONNECTING = "no connection"
    HANDSHAKE = "the TLS handshake did not end"
    SENDING = "the request could not be sent"
    WAITING = "no response"
    HEADERS = "the response headers did not end"
    BODY = "the response body did not end"

    @property
    def is_sent(self) -> bool:
        """Whether the server may have got the request."""
        return self not in (Stage.PERMIT, Stage.CONNECTING, Stage.HANDSHAKE)


def timed_out(stage: Stage) -> RequestTimeout:
    """Makes the error of a timeout in a stage."""
    return RequestTimeout(stage.value, sent=stage.is_sent)


def too_much_beside_body(stage: Stage, most: int = MAX_BYTES_BESIDE_BODY) -> ResponseTooLarge:
    """Makes the error of a response with more than `most` bytes beside its body."""
    return ResponseTooLarge(f"{stage.value} after {most // 1024} KiB of headers and framing")


def explain(failure: Exception, stage: Stage, tls: Tls | None) -> ImagesError | None:
    """Returns the error that a failure becomes; None for a mistake in the program, which is raised.

    The text holds nothing of what was sent. `tls` is None for a transport of the user's: of what that raises only the
    name of the class is safe to show.
    """
    if isinstance(failure, ImagesError):
        return failure.with_traceback(None)
    if tls is None:
        return None if isinstance(failure, MemoryError) else _explain_given(failure, stage)
    match failure:
        case httpx.ConnectTimeout() if stage is Stage.WAITING:
            return timed_out(Stage.CONNECTING)
        case httpx.TimeoutException() | httpcore.TimeoutException() | TimeoutError():
            return timed_out(stage)
        case httpx.LocalProtocolError() | httpcore.LocalProtocolError():
            # Its text quotes the invalid header, which may be the token.
            return ConfigError("the request cannot be written as HTTP; a header holds a forbidden character")
        case httpx.ProxyError() | httpcore.ProxyError():
            return proxy_error(int(str(failure)[:3]))  # the text begins with the status
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return ConfigError(f"not a URL that a request can go to: {_text(failure)}")
        case _ if isinstance(_innermost(failure), ssl.SSLCertVerificationError):
            return tls.certificate_error(_text(failure))
        case _ if getattr(_innermost(failure), "error_status_hint", None) == 431:  # h11's, of headers beyond its limit
            return too_much_beside_body(stage, httpcore.HTTP11Connection.MAX_INCOMPLETE_EVENT_SIZE)
        case httpx.HTTPError() | httpcore.NetworkError() | httpcore.ProtocolError() | OSError():
            sent = stage.is_sent and not isinstance(failure, httpx.ConnectError | httpcore.ConnectError)
            return ConnectionFailed(_text(failure), sent=sent)
    return None


def _explain_given(failure: Exception, stage: Stage) -> ImagesError:
    name = type(failure).__name__
    if isinstance(failure, httpx.TimeoutException | TimeoutError):
        return RequestTimeout(f"{stage.value} ({name})", sent=not isinstance(failure, httpx.ConnectTimeout))
    return ConnectionFailed(f"the transport raised {name}", sent=not isinstance(failure, httpx.ConnectError))


def _innermost(failure: BaseException) -> BaseException:
    """Returns the innermost cause that has a text."""
    found, below = failure, failure.__cause__ or failure.__context__
    while below is not None:
        found = below if str(below) else found
        below = below.__cause__ or below.__context__
    return found


def _text(failure: BaseException) -> str:
    failure = _innermost(failure)
    if isinstance(failure, OSError) and not isinstance(failure, ssl.SSLError) and (failure.errno or 0) > 0:
        # The system's own text: asyncio's differs from that of a plain socket.
        return os.strerror(failure.errno or 0)
    # asyncio has no text for a connection that ends within the TLS handshake; these are OpenSSL's words for it.
    return without_userinfo(str(failure)) or "EOF occurred in violation of protocol"
