"""TLS in front of what a server does, with certificates of a CA that a test makes."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme
from faulty import Line, Script


def context(certificate: trustme.LeafCert, client_ca: trustme.CA | None = None) -> ssl.SSLContext:
    """A server's side; with `client_ca` it wants a certificate of the client's as well."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(made)
    if client_ca is not None:
        made.verify_mode = ssl.CERT_REQUIRED
        client_ca.configure_trust(made)
    return made


def over_tls(server_side: ssl.SSLContext, script: Script) -> Script:
    """`script`, once the handshake is done; a client that gives up is gone."""

    def secured(line: Line) -> None:
        line.sock = server_side.wrap_socket(line.sock, server_side=True)
        line.stream = line.sock.makefile("rb")
        script(line)

    return secured


def pem(folder: Path, name: str, *blobs: trustme.Blob) -> str:
    """The path of a file with these in it."""
    path = folder / name
    path.write_bytes(b"".join(blob.bytes() for blob in blobs))
    return str(path)
