"""Whose certificate is believed."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from faults.ways import TOKEN, Way, is_a
from faulty import IMAGE_ID, Faulty, answering, its_image
from over_tls import context, over_tls, pem
from rackspace_images import ApiKey, ImagesClient, errors
from rackspace_images.client.options import CA_VARIABLES
from rackspace_images.http.tls import Tls

GOOD = answering(its_image)
NOW = datetime.now(UTC)


def endpoint(server: Faulty) -> str:
    return f"https://127.0.0.1:{server.port}/v2/820712"


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Faulty]:
    """A good server, for whom `ca` vouches."""
    with Faulty(over_tls(context(ca.issue_cert("127.0.0.1")), GOOD)) as running:
        yield running


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> str:
    return pem(tmp_path, "ca.pem", ca.cert_pem)


@pytest.fixture
def another_ca(tmp_path: Path) -> str:
    return pem(tmp_path, "another.pem", trustme.CA().cert_pem)


def expired(ca: trustme.CA) -> trustme.LeafCert:
    return ca.issue_cert("127.0.0.1", not_before=NOW - timedelta(days=9), not_after=NOW - timedelta(days=2))


def of_the_future(ca: trustme.CA) -> trustme.LeafCert:
    return ca.issue_cert("127.0.0.1", not_before=NOW + timedelta(days=2), not_after=NOW + timedelta(days=9))


@pytest.mark.parametrize(
    ("issue", "words", "hint"),
    [
        (
            lambda ca: trustme.CA().issue_cert("127.0.0.1"),
            "unable to get local issuer certificate",
            "its CA in verify=",
        ),
        (lambda ca: ca.issue_cert("127.0.0.2"), "IP address mismatch", "the name that its certificate has"),
        (lambda ca: ca.issue_cert("api.example.com"), "IP address mismatch", "the name that its certificate has"),
        (expired, "certificate has expired", "this machine's clock"),
        (of_the_future, "not yet valid", "this machine's clock"),
    ],
    ids=["unknown CA", "wrong address", "wrong name", "expired", "not yet valid"],
)
def test_a_certificate_that_is_not_good_gets_no_token(
    way: Way, ca: trustme.CA, ca_file: str, issue: Callable[[trustme.CA], trustme.LeafCert], words: str, hint: str
) -> None:
    """Nothing is sent; the error says what is wrong with it, what it was checked against and what to do.

    It is the same in a second, so it is not tried again, whatever `retry=` says.
    """
    with Faulty(over_tls(context(issue(ca)), GOOD)) as server, way.client(endpoint(server), verify=ca_file) as images:
        error = images.error()
    assert is_a(error, errors.ConnectionFailed)
    assert words in str(error)
    assert f"; try: {hint}" in str(error)
    assert f"checked against verify={ca_file!r}" in str(error)
    assert (error.retryable, error.sent, error.attempts) == (False, False, 1)
    assert server.requests == []
    assert len(server.lines) == 1


def test_a_host_name_must_be_the_certificates(way: Way, ca: trustme.CA, ca_file: str) -> None:
    """A name is held against names: `localhost` is not `api.example.com`, and a wildcard goes one level deep."""
    with Faulty(over_tls(context(ca.issue_cert("api.example.com", "*.localhost")), GOOD)) as server:
        error = way.error(f"https://localhost:{server.port}/v2/820712", verify=ca_file)
    assert "Hostname mismatch" in str(error)
    assert server.requests == []


def test_nobody_is_trusted_but_who_comes_with_httpx(way: Way, server: Faulty) -> None:
    """Without a word on it, certifi's CAs count, and the error says so."""
    error = way.error(endpoint(server))
    assert is_a(error, errors.ConnectionFailed)
    assert "it was checked against the certificates that come with httpx (certifi)" in str(error)
    assert "its CA in verify=, --os-cacert or OS_CACERT" in str(error)
    assert server.requests == []


def test_identitys_certificate_is_checked_as_well(way: Way, server: Faulty) -> None:
    """Credentials are not sent to a stranger, and the sign-in is tried once."""
    key = ApiKey("demo", "geheim-4711", auth_url=f"https://127.0.0.1:{server.port}/v2.0")
    with way.client(auth=key) as images:
        error = images.error()
    assert is_a(error, errors.ConnectionFailed)
    assert error._signing_in
    assert server.requests == []
    assert len(server.lines) == 1


def test_a_ca_can_be_given(way: Way, ca: trustme.CA, server: Faulty, ca_file: str) -> None:
    """As a file, or as an `ssl.SSLContext`."""
    assert way.get(endpoint(server), verify=ca_file).id == IMAGE_ID
    own = ssl.create_default_context()
    ca.configure_trust(own)
    assert way.get(endpoint(server), verify=own).id == IMAGE_ID


@pytest.mark.parametrize("number", range(len(CA_VARIABLES)))
def test_the_environment_names_a_ca(
    way: Way, server: Faulty, ca_file: str, another_ca: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first variable that is set counts, and is named where it does not fit; an empty one is not set."""
    for name in CA_VARIABLES:
        monkeypatch.setenv(name, "")
    for name in CA_VARIABLES[number + 1 :]:
        monkeypatch.setenv(name, another_ca)
    counts = CA_VARIABLES[number]
    monkeypatch.setenv(counts, ca_file)
    assert way.get(endpoint(server)).id == IMAGE_ID
    for name in CA_VARIABLES[number + 1 :]:
        monkeypatch.setenv(name, ca_file)
    monkeypatch.setenv(counts, another_ca)
    assert f"checked against {counts}={another_ca}" in str(way.error(endpoint(server)))


def test_what_is_given_goes_before_the_environment(
    way: Way, server: Faulty, ca_file: str, another_ca: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`verify=` is the user's last word, in both directions."""
    for name in CA_VARIABLES:
        monkeypatch.setenv(name, another_ca)
    assert way.get(endpoint(server), verify=ca_file).id == IMAGE_ID
    for name in CA_VARIABLES:
        monkeypatch.setenv(name, ca_file)
    assert f"checked against verify={another_ca!r}" in str(way.error(endpoint(server), verify=another_ca))


@pytest.mark.parametrize("what", ["missing", "no certificate"])
def test_a_ca_file_that_cannot_be_read_is_told_at_once(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the client is made, by the name under which it was given."""
    path = tmp_path / "ca.pem"
    if what == "no certificate":
        path.write_text("none")
    with pytest.raises(errors.ConfigError, match=r"verify=.*ca\.pem.*cannot be read"):
        ImagesClient(TOKEN, endpoint="https://127.0.0.1:9/v2/1", verify=str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(errors.ConfigError, match=r"SSL_CERT_FILE=.*ca\.pem: cannot be read"):
        ImagesClient(TOKEN, endpoint="https://127.0.0.1:9/v2/1")


def test_what_nobody_checks_is_said_once(
    way: Way, server: Faulty, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, another_ca: str
) -> None:
    """`verify=False` takes any certificate, whatever the environment names, with one warning in a client's life."""
    monkeypatch.setenv("OS_CACERT", another_ca)
    with caplog.at_level(logging.WARNING), way.client(endpoint(server), verify=False) as images:
        assert [images.get().id, images.get().id] == [IMAGE_ID, IMAGE_ID]
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "certificates are not checked" in warnings[0]


def test_old_versions_of_tls_are_not_spoken() -> None:
    """TLS 1.2 at the least, whatever is trusted."""
    for verify in (True, False):
        assert Tls(verify).context().minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.fixture
def wanting(ca: trustme.CA) -> Iterator[Faulty]:
    """A server that wants to know who comes."""
    with Faulty(over_tls(context(ca.issue_cert("127.0.0.1"), client_ca=ca), GOOD)) as running:
        yield running


def test_a_client_certificate_is_shown(way: Way, wanting: Faulty, ca: trustme.CA, ca_file: str, tmp_path: Path) -> None:
    """As one file, as a certificate and its key, and with the password of the key."""
    own = ca.issue_cert("demo@example.com")
    whole = pem(tmp_path, "whole.pem", own.private_key_and_cert_chain_pem)
    chain = pem(tmp_path, "cert.pem", *own.cert_chain_pems)
    key = pem(tmp_path, "key.pem", own.private_key_pem)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(_locked(own, "geheim-4711"))
    for cert in (whole, (chain, key), (chain, str(locked), "geheim-4711")):
        assert way.get(endpoint(wanting), verify=ca_file, cert=cert).id == IMAGE_ID


def _locked(own: trustme.LeafCert, password: str) -> bytes:
    key = load_pem_private_key(own.private_key_pem.bytes(), None)
    locked: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    return locked


def test_a_client_certificate_is_missed(way: Way, wanting: Faulty, ca_file: str) -> None:
    """A server that wants one, and gets none, is no server that hangs: it ends in an error at once."""
    error = way.error(endpoint(wanting), verify=ca_file)
    assert is_a(error, errors.ConnectionFailed)
    assert wanting.requests == []


def test_a_client_certificate_that_cannot_be_read_is_told_at_once(ca: trustme.CA, tmp_path: Path) -> None:
    """By the name of the file; a key that is locked is no reason to ask whoever sits at the terminal."""
    own = ca.issue_cert("demo@example.com")
    chain = pem(tmp_path, "cert.pem", *own.cert_chain_pems)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(_locked(own, "geheim-4711"))
    cases: list[tuple[Any, str]] = [
        (str(tmp_path / "none.pem"), r"none\.pem: there is no such file"),
        ((chain, str(tmp_path / "none.key")), r"none\.key: there is no such file"),
        (chain, "cannot be read"),
        ((chain, str(locked)), "encrypted, and no password was given"),
        ((chain, str(locked), "falsch-4711"), "cannot be read"),
    ]
    for cert, words in cases:
        with pytest.raises(errors.ConfigError, match=f"cert=: cannot be read.*{words}|{words}") as caught:
            ImagesClient(TOKEN, endpoint="https://127.0.0.1:9/v2/1", cert=cert)
        assert "4711" not in str(caught.value)
