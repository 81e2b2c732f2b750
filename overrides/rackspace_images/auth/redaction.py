"""Takes tokens, keys and passwords out of what is shown: errors, logs, attempts, URLs and names of regions.

How this works: a `Redactor` has the secrets of one session. Every error passes through it once, as it leaves a flow or
is reported; so do the names and URLs of the catalog, and, by a filter on the loggers, each log record. It looks for a
secret as a whole word of the text as it stands, and of the text with its JSON and percent escapes decoded, as often as
escapes are nested; and within base64.

It replaces a token, and any other secret of at least `MIN_MASKED` characters, by ***. It leaves out a text that quotes
a shorter one: a password may be a word of a well-known sentence, and *** in its place would give it away.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeVar
from urllib.parse import unquote

from rackspace_images import errors

E = TypeVar("E", bound=errors.ImagesError)
T = TypeVar("T")

MASK = "***"
LEFT_OUT = "(this text is left out: it may quote a password or a key)"
MIN_MASKED = 16
"""Characters of the shortest password or key that is replaced by ***."""
MAX_TOKENS = 32
"""Tokens that are remembered: the current one, and those before it."""
MAX_ESCAPES = 50_000
"""Escapes in a text that are decoded, which takes some 0.03 s each time; a text with more is left out."""
MAX_READINGS = 8
"""Readings of a text that are searched: as it stands, and with escapes decoded."""

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TEXTS = ("message", "details", "fault", "_hint", "region", "endpoint", "url", "request_id")
_OWN_WORDS = (
    errors.RequestTimeout,
    errors.InvalidImageId,
    errors.InsecureUrl,
    errors.ClientClosed,
    errors.ResponseTooLarge,
)
"""Errors with a message of ours: a short secret in it is there by chance, and leaving it out would give it away."""


class _Secret:
    """One secret, and the forms that it may have in a text."""

    def __init__(self, value: str, *, is_token: bool) -> None:
        self._value = value
        self.is_token = is_token
        self.is_short = not is_token and len(value) < MIN_MASKED

    @cached_property
    def _forms(self) -> tuple[set[str], set[str]]:
        """The words: as it is, with + for a space, with UTF-8 and Latin-1 confused; and its parts of base64.

        A part of base64 is what the secret alone decides, at each of the three places that it can have in a group.
        """
        data = self._value.encode("utf-8", "surrogatepass")
        words = {self._value, self._value.replace(" ", "+"), data.decode("latin-1")}
        if max(self._value) <= "\xff":
            words.add(self._value.encode("latin-1").decode("utf-8", "surrogateescape"))
        padded = ((skipped, bytes(before) + data) for before, skipped in ((0, 0), (1, 2), (2, 3)))
        parts = {base64.b64encode(one)[skipped : len(one) * 8 // 6].decode() for skipped, one in padded}
        parts |= {part.replace("+", "-").replace("/", "_") for part in parts}
        return words, {part for part in parts if len(part) >= 4}

    def replaced(self, text: str, mask: str) -> str:
        """Returns a text with `mask` in place of this secret, as a whole word or within base64."""
        if not any(form in text for forms in self._forms for form in forms):
            return text
        words, parts = ("|".join(map(re.escape, forms)) or "(?!)" for forms in self._forms)
        return re.sub(rf"(?<!\w)(?:{words})(?!\w)|(?:{parts})[A-Za-z0-9+/_-]*={{0,2}}", mask, text)


class Redactor:
    """Takes the secrets of one session out of text and errors."""

    def __init__(self) -> None:
        self._secrets: dict[str, _Secret] = {}
        _redactors[id(self)] = self
        redact_logs()

    def add(self, *secrets: str, are_tokens: bool = False) -> None:
        """Adds secrets. Beyond `MAX_TOKENS`, the oldest tokens are forgotten."""
        known = self._secrets | {str(one): _Secret(str(one), is_token=are_tokens) for one in secrets if one.strip("*")}
        tokens = [value for value, secret in known.items() if secret.is_token]
        self._secrets = {value: known[value] for value in known if value not in tokens[:-MAX_TOKENS]}

    def text(self, text: str, *, is_own: bool = False) -> str:
        """Returns a text without secrets, or `LEFT_OUT`.

        Args:
            text: The text.
            is_own: Whether the words are ours. Such a text is never left out.
        """
        if text.count("\\") + text.count("%") > MAX_ESCAPES:
            return LEFT_OUT
        for reading in _readings(text):
            masked = reading
            for secret in self._secrets.values():
                if not secret.is_short:
                    masked = secret.replaced(masked, MASK)
                elif not is_own and secret.replaced(reading, "") != reading:
                    return LEFT_OUT
            if masked != reading:
                return self.text(masked, is_own=is_own)
        return text

    def request_id(self, text: str | None) -> str | None:
        """Returns a request id without secrets. One in OpenStack's form is not searched, as every response has one."""
        return text if text is None or _REQUEST_ID.fullmatch(text) else self.text(text)

    def body(self, body: bytes) -> bytes:
        """Returns the body of a response without secrets; an empty one where it is left out."""
        encoding = json.detect_encoding(body)
        text = body.decode(encoding, "surrogateescape" if encoding.startswith("utf-8") else "replace")
        redacted = self.text(text)
        if redacted == text:
            return body
        return b"" if redacted == LEFT_OUT else redacted.encode(encoding, "replace")

    def checked(self, check: Callable[[bytes], T], body: bytes) -> T:
        """Returns what the check of an operation returns for a body.

        If the check fails, it is repeated with the body without secrets: its message cuts what it quotes, and a part of
        a secret could not be found.
        """
        try:
            return check(body)
        except errors.MalformedResponse as error:
            malformed, redacted = error, self.body(body)
        if redacted != body:
            check(redacted)
            malformed = errors.MalformedResponse("the response is not what was asked for, and quotes a secret")
        raise malformed

    def redact(self, error: E) -> E:
        """Takes the secrets out of an error, and returns it.

        Its cause and the frames of its traceback, whose variables hold what a server sent, are dropped.
        """
        values, is_own = vars(error), isinstance(error, _OWN_WORDS)
        texts = {name: text for name in _TEXTS if (text := values.get(name))}
        together = "\n".join(texts.values())
        for name in texts if self.text(together) != together else ():
            values[name] = self.text(texts[name], is_own=name == "_hint" or (name == "message" and is_own))
        sent = values.get("body", b"")
        body = self.body(sent)
        if LEFT_OUT in map(values.get, ("message", "details", "fault")) or (sent and not body):
            error.message, body = LEFT_OUT, b""
            if isinstance(error, errors.ApiError):
                error.details, error.fault = None, None if error.fault == LEFT_OUT else error.fault
        if sent:
            values["body"] = body
        error.args = (error.message or "",)
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)


def _readings(text: str) -> Iterator[str]:
    """Yields a text as it stands, and with its JSON or percent escapes decoded, nested ones too."""
    readings = [text]
    for reading in readings:
        yield reading
        for found in (_unescaped(reading), unquote(reading, "latin-1")):
            if found not in readings and len(readings) < MAX_READINGS:
                readings.append(found)


def _unescaped(text: str) -> str:
    # UTF-16 joins the two escapes of a character beyond 16 bits.
    units = _ESCAPE.sub(_character, text).encode("utf-16", "surrogatepass") if "\\" in text else b""
    return units.decode("utf-16", "surrogatepass") or text


def _character(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2]
    return chr(int(digits, 16)) if digits else _CONTROLS.get(escape[3], escape[3])


_redactors: weakref.WeakValueDictionary[int, Redactor] = weakref.WeakValueDictionary()
_LOGGERS = (
    *("rackspace_images", "rackspace_images.auth", "rackspace_images.retry", "httpx"),
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
)
# httpcore logs the headers of each response at DEBUG; a response of Keystone has a new token in one.
_TOKEN_HEADER = re.compile(r"""(b'x-(?:subject|auth)-token', )b(?:'[^']*'|"[^"]*")""", re.IGNORECASE)


def _redact_record(record: logging.LogRecord) -> bool:
    # The words of a format are the caller's: only its arguments are searched.
    if isinstance(record.args, tuple) and record.args:
        record.args = tuple(one if isinstance(one, int | float) else _redacted(str(one)) for one in record.args)
    else:
        record.msg, record.args = _redacted(record.getMessage()), ()
    return True


def _redacted(text: str) -> str:
    text = _TOKEN_HEADER.sub(r"\1***", text)
    for reference in _redactors.valuerefs():
        if (redactor := reference()) is not None:
            text = redactor.text(text)
    return text


def redact_logs() -> None:
    """Adds a filter to the loggers of this package, httpx and httpcore. A logger has a filter only once."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_redact_record)
