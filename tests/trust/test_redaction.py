"""No text, error or log record has a secret, however it is written; and what is no secret stays as it is."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rackspace_images import errors
from rackspace_images.auth.redaction import LEFT_OUT, MASK, MAX_ESCAPES, MAX_TOKENS, MIN_MASKED, Redactor, redact_logs
from slack import SLACK

LONG = "s3cr3t-api-key-0123456789"
SHORT = "expired"
# Blanks at its ends, or signs alone, make no word that a text could quote.
passwords = st.text(st.characters(min_codepoint=33, exclude_categories=["Cs", "Zs", "Cc"]), min_size=4, max_size=40)
tokens = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=MIN_MASKED, max_size=250)


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON, UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "JSON, every character": lambda secret: re.sub("(....)", r"\\u\1", secret.encode("utf-16-be").hex()),
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret))[3:-3],
    "percent": quote_plus,
    "percent, every byte": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "percent in percent": lambda secret: quote(quote(secret, safe=""), safe=""),
    "percent in JSON": lambda secret: json.dumps(quote(secret))[1:-1],
    "repr of bytes": lambda secret: repr(secret.encode())[2:-1],
    "base64": in_base64,
    "base64, basic": lambda secret: in_base64(f"demo:{secret}"),
    "base64, basic, another user": lambda secret: in_base64(f"user1:{secret}"),
    "base64, basic, a third": lambda secret: in_base64(f"admin.:{secret}"),
    "base64, URL": lambda secret: base64.urlsafe_b64encode(f"{secret}".encode()).decode(),
    "base64 in JSON": lambda secret: in_base64(f"demo:{secret}").replace("/", "\\/"),
    "base64 in percent": lambda secret: quote(in_base64(secret), safe=""),
}
AROUND = ["{}", 'The token "{}" is bad.', "X-Auth-Token: {}\r\n", "<b>{}</b>", "k={}&a=1", "a,{},b", "['{}']", "é {} ü"]


def redactor_of(secret: str, *, is_token: bool) -> Redactor:
    redactor = Redactor()
    redactor.add(secret, are_tokens=is_token)
    return redactor


def is_plain(secret: str) -> bool:
    """Whether what is shown in the place of a secret, and what is around it, does not hold it by chance."""
    return secret not in "".join((MASK, LEFT_OUT, *AROUND))


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS)
@given(secret=passwords | tokens, is_token=st.booleans(), around=st.sampled_from(AROUND))
def test_no_text_has_a_secret(write: Callable[[str], str], secret: str, is_token: bool, around: str) -> None:
    """However it is written, it is masked, or the text is left out where it is short and no token."""
    assume(is_plain(secret) and is_plain(write(secret)))
    text = around.replace("{}", write(secret))
    shown = redactor_of(secret, is_token=is_token).text(text)
    assert secret not in shown
    assert write(secret) not in shown
    assert (shown == LEFT_OUT) is (len(secret) < MIN_MASKED and not is_token)
    assert shown == LEFT_OUT or MASK in shown


@given(passwords | tokens, st.booleans())
def test_a_word_that_contains_a_secret_is_unchanged(secret: str, is_token: bool) -> None:
    """And so is a text without one."""
    assume(not re.search(r"[\\%]", secret))
    redactor = redactor_of(secret, is_token=is_token)
    for text in (f"x{secret}y", f"a word{secret}7 b", f"_{secret}_"):
        assert redactor.text(text) == text
        assert redactor.body(text.encode()) == text.encode()


@given(st.text(), st.binary())
def test_what_quotes_no_secret_is_unchanged(text: str, body: bytes) -> None:
    """Text and bytes of any kind, to the byte."""
    redactor = redactor_of(LONG, is_token=False)
    assert redactor.text(text) == text
    assert redactor.body(body) == body


KINDS: list[Callable[[str], errors.ImagesError]] = [
    lambda text: errors.ImageNotFound(404, "itemNotFound", text, "details", body=text.encode()),
    lambda text: errors.Forbidden(403, text, "message", text, body=b"", url=f"https://h/{text}/x", endpoint=text),
    lambda text: errors.MalformedResponse(f"it begins {text!r}", body=json.dumps(text).encode("utf-16")),
    lambda text: errors.RegionNotFound(f"compute is in: {text}", region=text),
    lambda text: errors.ConnectionFailed(text, request_id=text),
    lambda text: errors.RequestTimeout("no answer", request_id=text, region=text),
]


@pytest.mark.parametrize("kind", KINDS)
@given(secret=passwords, write=st.sampled_from(list(WRITINGS.values())))
def test_no_error_has_a_secret(
    kind: Callable[[str], errors.ImagesError], secret: str, write: Callable[[str], str]
) -> None:
    """Message, `repr`, pickle and every attribute; nothing is chained to it."""
    assume(is_plain(secret) and is_plain(write(secret)))
    blank = redactor_of(secret, is_token=False).redact(kind("-"))
    error = kind(f"bad: {write(secret)}")
    error.__context__ = ValueError(secret)
    redactor_of(secret, is_token=False).redact(error)
    assert error.__context__ is None
    again = pickle.loads(pickle.dumps(error))
    for shown in (error, again):
        held = f"{shown!s}{shown!r}{shown.__dict__}"
        # What it shares with an error that quotes nothing are words of ours.
        assert write(secret) not in held or write(secret) in f"{blank!s}{blank!r}{blank.__dict__}"
    assert secret.encode("utf-16") not in getattr(error, "body", b"")


def test_a_text_with_a_short_secret_is_left_out() -> None:
    """With the body and the details: *** in a sentence that everybody knows would give it away."""
    body = b'{"unauthorized": {"message": "The token is expired."}}'
    error = errors.Unauthorized(401, "unauthorized", f"The token is {SHORT}.", "other details", body=body)
    redactor_of(SHORT, is_token=False).redact(error)
    assert (error.message, error.details, error.body) == (LEFT_OUT, None, b"")
    assert error.fault == "unauthorized"
    assert "left out" in str(error)
    named = redactor_of(SHORT, is_token=False).redact(errors.Unauthorized(401, SHORT, "No."))
    assert (named.fault, named.message) == (None, LEFT_OUT)


def test_a_short_secret_in_the_body_alone_takes_the_words_along() -> None:
    """The message is a part of the body."""
    error = errors.MalformedResponse("no image in the answer", body=f'{{"a": "{SHORT}"}}'.encode())
    redactor_of(SHORT, is_token=False).redact(error)
    assert (error.message, error.body) == (LEFT_OUT, b"")


def test_words_of_ours_stay() -> None:
    """A password that is one of them is not given away by what is missing."""
    redactor = redactor_of("answer", is_token=False)
    assert redactor.redact(errors.RequestTimeout("no answer within 10 s")).message == "no answer within 10 s"
    hinted = errors.Forbidden(403, "forbidden", "No.", hint="give another answer")
    assert redactor.redact(hinted).hint == "give another answer"


def test_a_long_secret_is_masked_where_it_stands() -> None:
    """JSON stays JSON."""
    body = json.dumps({"forbidden": {"message": f"bad {LONG}", "code": 403}}).encode()
    masked = redactor_of(LONG, is_token=False).body(body)
    assert json.loads(masked) == {"forbidden": {"message": "bad ***", "code": 403}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize("secret", [LONG, "pässwörd-0123456789", "geheim"])
def test_a_body_is_searched_in_its_encoding(secret: str, encoding: str) -> None:
    """As JSON readers tell it from the first bytes."""
    text = json.dumps({"message": f"bad {secret}"}, ensure_ascii=False)
    found = redactor_of(secret, is_token=False).body(text.encode(encoding))
    assert secret not in found.decode(encoding, "replace")


def test_a_body_in_latin_1_is_searched() -> None:
    """What is no UTF-8 in it is compared byte by byte."""
    found = redactor_of("pässwörd-0123456789", is_token=False).body("bad: pässwörd-0123456789!".encode("latin-1"))
    assert found == b"bad: ***!"


def test_earlier_tokens_are_secrets_too() -> None:
    """As many as are remembered; keys and passwords are always."""
    redactor = redactor_of(LONG, is_token=False)
    for number in range(MAX_TOKENS + 1):
        redactor.add(f"token-{number}", are_tokens=True)
    assert redactor.text(f"{LONG} token-1 token-{MAX_TOKENS}") == "*** *** ***"
    assert redactor.text("token-0") == "token-0"


@pytest.mark.parametrize(
    "body",
    [b"%41" * 1_400_000, b"\\u0041" * 50_000, b"a " * 2_000_000, b"QUJDREVG" * 500_000, b"%25" * 49_000],
    ids=["escapes", "as many as are read", "words", "base64", "nested"],
)
def test_a_large_body_is_searched_soon(body: bytes) -> None:
    """A body that is all escapes is left out instead of being read."""
    redactor = redactor_of(LONG, is_token=False)
    began = time.monotonic()
    assert redactor.body(body) == (b"" if body.count(b"%") > MAX_ESCAPES else body)
    assert time.monotonic() - began < 0.2 + SLACK


@pytest.mark.parametrize("name", ["httpx", "httpcore.http11", "httpcore.proxy", "rackspace_images.retry"])
@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS)
def test_no_log_record_has_a_secret(name: str, write: Callable[[str], str], caplog: pytest.LogCaptureFixture) -> None:
    """In its text or its arguments; a record without one keeps both, and a format keeps its own words."""
    redactor, other = redactor_of(LONG, is_token=False), redactor_of(SHORT, is_token=False)
    redact_logs()
    caplog.set_level(logging.DEBUG, logger=name)
    log = logging.getLogger(name)
    log.debug("in text: %s" % write(LONG))  # noqa: UP031  as httpcore does
    log.debug("in arguments: %s %d", write(LONG), 7)
    log.debug("the %s is %s", "token", write(SHORT))
    log.debug("nothing: %s", "x")
    held = "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)
    assert write(LONG) not in held
    assert [record.getMessage() for record in caplog.records][2:] == [f"the token is {LEFT_OUT}", "nothing: x"]
    assert caplog.records[-1].args == ("x",)
    assert redactor is not other  # both are alive until here: the filter knows the clients that there are


def test_a_redactor_shows_nothing() -> None:
    """Neither itself nor what it holds."""
    redactor = redactor_of(LONG, is_token=False)
    redactor.text(LONG)
    held: Any = redactor._secrets
    assert LONG not in repr(redactor) + "".join(map(repr, held.values()))
