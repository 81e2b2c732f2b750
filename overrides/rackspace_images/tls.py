"""What a server's certificate is checked against."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

import httpx

from .errors import ConfigError

Cert = str | tuple[str, str] | tuple[str, str, str] | None


class Tls:
    """`verify` and `cert` as httpx takes them; a path is a file or a folder of CA certificates.

    What was given is read at once, so that a mistake is told early; httpx's own certificates only when they are
    needed, as reading them takes longer than a request.
    """

    def __init__(self, verify: bool | str | ssl.SSLContext = True, cert: Cert = None) -> None:
        self._verify = verify
        self._cert = cert
        self._lock = threading.Lock()
        self._context = verify if isinstance(verify, ssl.SSLContext) and cert is None else None
        if isinstance(verify, str) or cert is not None:
            self._context = self._made()

    def context(self) -> ssl.SSLContext:
        """The context to connect with. Raises `ConfigError` for a file that cannot be used."""
        with self._lock:
            if self._context is None:
                self._context = self._made()
            return self._context

    def _made(self) -> ssl.SSLContext:
        verify, cert = self._verify, self._cert
        try:
            if isinstance(verify, str):
                where = {"capath" if Path(verify).is_dir() else "cafile": verify}
                context = ssl.create_default_context(**where)  # type: ignore[arg-type]
            elif isinstance(verify, bool):
                context = httpx.create_ssl_context(verify)
            else:
                context = verify
            if cert is not None:
                context.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
        except (OSError, ssl.SSLError) as error:
            what = "SSL_CERT_FILE" if verify is True and cert is None else f"verify={verify!r}, cert"
            raise ConfigError(f"{what}: cannot be read: {error}") from None
        return context
