"""Certificates: what a server's certificate is checked against, and the client's own."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

import httpx

from rackspace_images.errors import ConfigError, ConnectionFailed

log = logging.getLogger("rackspace_images")

Cert = str | tuple[str, str] | tuple[str, str, str] | None

# OpenSSL's words for what another CA would not cure → what would.
_NOT_THE_CA = {
    "mismatch": "the name that its certificate has, in auth_url, endpoint= or the catalog",
    "has expired": "this machine's clock, or whoever runs the server",
    "not yet valid": "this machine's clock, or whoever runs the server",
}


class Tls:
    """`verify` and `cert` as httpx takes them; a path is a file or a folder of CA certificates.

    What was given is read at once, so that a mistake is told early; the certificates that come with httpx only when
    they are needed, as reading them takes longer than a request. `trusted`: where `verify` was named, in words.
    """

    def __init__(self, verify: bool | str | ssl.SSLContext = True, cert: Cert = None, *, trusted: str = "") -> None:
        self._verify = verify
        self._cert = cert
        default = "the certificates that come with httpx (certifi)" if verify is True else "verify="
        self._trusted = trusted or (f"verify={verify!r}" if isinstance(verify, str) else default)
        self._context: ssl.SSLContext | None = None
        if verify is False:
            log.warning("verify=False: certificates are not checked, so anybody on the way can read the token")
        if isinstance(verify, str) or cert is not None:
            self._context = self._made()

    def context(self) -> ssl.SSLContext:
        """The context to connect with. Threads that need it first may each make one, and the last is kept."""
        self._context = self._context or self._made()
        return self._context

    def certificate_error(self, reason: str) -> ConnectionFailed:
        """Makes the error of a certificate that was not accepted. It is not retried."""
        other = (hint for words, hint in _NOT_THE_CA.items() if words in reason)
        hint = next(other, "its CA in verify=, --os-cacert or OS_CACERT")
        hint += f"; it was checked against {self._trusted}"
        error = ConnectionFailed(reason, sent=False, hint=hint)
        error.retryable = False
        return error

    def _made(self) -> ssl.SSLContext:
        verify, cert, what = self._verify, self._cert, self._trusted
        try:
            if isinstance(verify, str):
                where = {"capath" if Path(verify).is_dir() else "cafile": verify}
                context = ssl.create_default_context(**where)  # type: ignore[arg-type]
            elif isinstance(verify, bool):
                context = httpx.create_ssl_context(verify=verify, trust_env=False)
            else:
                context = verify
            if context is not verify:
                context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
            if cert is not None:
                what = "cert="
                _load(context, *([cert] if isinstance(cert, str) else cert))
            return context
        except (OSError, ValueError, TypeError) as error:
            reason = str(error)
        raise ConfigError(f"{what}: cannot be read: {reason}")


def _load(context: ssl.SSLContext, file: str, key: str | None = None, password: str | None = None) -> None:
    def given() -> str:
        # Without this OpenSSL would ask on the terminal, and wait.
        if password is None:
            raise ValueError("the key is encrypted, and no password was given: cert=(file, key, password)")
        return password

    try:
        context.load_cert_chain(file, key, given)
    except FileNotFoundError:
        missing = next((path for path in (file, key) if path and not Path(path).exists()), file)
        raise FileNotFoundError(f"{missing}: there is no such file") from None
