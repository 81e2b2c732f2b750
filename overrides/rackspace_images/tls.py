"""What a server's certificate is checked against."""

from __future__ import annotations

import logging
import os
import ssl
import threading
from pathlib import Path

import httpx

from .errors import ConfigError, ConnectionFailed

log = logging.getLogger("rackspace_images")

Cert = str | tuple[str, str] | tuple[str, str, str] | None

CA_VARIABLES = ("OS_CACERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Where the environment names CA certificates; the first that is set counts."""


class Tls:
    """`verify` and `cert` as httpx takes them; a path is a file or a folder of CA certificates.

    What was given is read at once, so that a mistake is told early; the certificates that come with httpx only when
    they are needed, as reading them takes longer than a request.
    """

    def __init__(self, verify: bool | str | ssl.SSLContext = True, cert: Cert = None) -> None:
        self._verify = verify
        self._cert = cert
        self._trusted = "verify=" if verify is not True else "the certificates that come with httpx (certifi)"
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        if verify is False:
            log.warning("verify=False: certificates are not checked, so anybody on the way can read the token")
        if verify is True:
            named = next((name for name in CA_VARIABLES if os.environ.get(name)), None)
            if named is not None:
                self._verify, self._trusted = os.environ[named], f"{named}={os.environ[named]}"
        elif isinstance(verify, str):
            self._trusted = f"verify={verify!r}"
        if isinstance(self._verify, str) or cert is not None:
            self._context = self._made()

    def context(self) -> ssl.SSLContext:
        """The context to connect with."""
        with self._lock:
            if self._context is None:
                self._context = self._made()
            return self._context

    def refused(self, reason: str) -> ConnectionFailed:
        """The error of a handshake that failed over a certificate; it fails again if it is tried again."""
        hint = f"its CA in verify=, --os-cacert or OS_CACERT; it was checked against {self._trusted}"
        error = ConnectionFailed(reason, sent=False, hint=hint)
        error.retryable = False
        return error

    def _made(self) -> ssl.SSLContext:
        verify, cert = self._verify, self._cert
        what = self._trusted
        try:
            if isinstance(verify, str):
                where = {"capath" if Path(verify).is_dir() else "cafile": verify}
                context = ssl.create_default_context(**where)  # type: ignore[arg-type]
            elif isinstance(verify, bool):
                context = httpx.create_ssl_context(verify, trust_env=False)
            else:
                context = verify
            if cert is not None:
                what = "cert="
                context.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"{what}: cannot be read: {error}") from None
        return context
