"""Takes tokens, keys and passwords out of whatever is shown: errors, logs, attempts, URLs and names of regions.

How this works: a `Redactor` knows the secrets of one session, and everything that a server may have made of them passes
through it once: each error as it leaves a flow or is reported, the names and URLs of the catalog, and, by a filter on
the loggers, each log record. It looks for a secret as a whole word of the text as it stands, and of the text with its
JSON and percent escapes read, as often as escapes may stand within escapes; and within the words that are base64.

A token, and a long secret, is replaced by ***. A text with a short one is left out: a password may be a word of a
sentence that everybody knows, and *** in its place would give it away.
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

from rackspace_images.errors import (
    ApiError,
    ClientClosed,
    ImagesError,
    InsecureUrl,
    InvalidImageId,
    MalformedResponse,
    RequestTimeout,
    ResponseTooLarge,
)

E = TypeVar("E", bound=ImagesError)
T = TypeVar("T")

MASK = "***"
LEFT_OUT = "(this text is left out: it may quote a password or a key)"
MIN_MASKED = 16
"""Characters of a password or key that is replaced by ***; a text with a shorter one is left out."""
MAX_TOKENS = 32
"""How many tokens are remembered: the current one, and those before it."""
MAX_ESCAPES = 50_000
"""Escapes in a text that are read, which takes some 0.03 s each time; a text with more is left out."""
MAX_READINGS = 8

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_URL_SAFE = str.maketrans("+/", "-_")
_MIN_BASE64 = 4
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TEXTS = ("message", "details", "fault", "_hint", "region", "endpoint", "url", "request_id")
_OUR_WORDS = (RequestTimeout, InvalidImageId, InsecureUrl, ClientClosed, ResponseTooLarge)
"""Errors whose text is ours: a short secret among its words is chance, and to leave it out would give it away."""


class _Secret:
    """One secret, and how it may be written."""

    def __init__(self, value: str, *, is_token: bool) -> None:
        self._value, self._data = value, value.encode("utf-8", "surrogatepass")
        self.is_token = is_token
        self.is_short = not is_token and len(value) < MIN_MASKED

    @cached_property
    def _words(self) -> set[str]:
        """As it is, with + for a blank, and as UTF-8 that was read as Latin-1 and the reverse."""
        words = {self._value, self._value.replace(" ", "+"), self._data.decode("latin-1")}
        if max(self._value) <= "\xff":
            words.add(self._value.encode("latin-1").decode("utf-8", "surrogateescape"))
        return words

    @cached_property
    def _base64(self) -> set[str]:
        """The characters of base64 that it alone decides, at each of the three places in a group that it can be at."""
        found = set()
        for before, skipped in ((0, 0), (1, 2), (2, 3)):
            data = bytes(before) + self._data
            part = base64.b64encode(data)[skipped : len(data) * 8 // 6].decode()
            found |= {part, part.translate(_URL_SAFE)} if len(part) >= _MIN_BASE64 else set()
        return found

    @cached_property
    def _written(self) -> tuple[str, ...]:
        return (*self._words, *self._base64)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words, encoded = ("|".join(map(re.escape, written)) or "(?!)" for written in (self._words, self._base64))
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)|(?:{encoded})[A-Za-z0-9+/_-]*={{0,2}}")

    def replaced(self, text: str, mask: str) -> str:
        """`text` with `mask` where this secret is a word, or a part of base64."""
        for written in self._written:
            if written in text:
                return self._pattern.sub(mask, text)
        return text


class Redactor:
    """The secrets of one session: those it was made with, and its tokens, as they become known."""

    def __init__(self) -> None:
        self._secrets: dict[str, _Secret] = {}
        _redactors[id(self)] = self
        redact_logs()

    def add(self, *secrets: str, are_tokens: bool = False) -> None:
        """Remembers secrets; of too many tokens the oldest are forgotten."""
        known = self._secrets | {str(one): _Secret(str(one), is_token=are_tokens) for one in secrets if one.strip("*")}
        tokens = [value for value, secret in known.items() if secret.is_token]
        self._secrets = {value: known[value] for value in known if value not in tokens[:-MAX_TOKENS]}

    def text(self, text: str, *, is_ours: bool = False) -> str:
        """`text` without secrets, or `LEFT_OUT`; `is_ours`: a text of ours, which is not left out."""
        if text.count("\\") + text.count("%") > MAX_ESCAPES:
            return LEFT_OUT
        for reading in _readings(text):
            masked = reading
            for secret in self._secrets.values():
                if not secret.is_short:
                    masked = secret.replaced(masked, MASK)
                elif not is_ours and secret.replaced(reading, "") != reading:
                    return LEFT_OUT
            if masked != reading:
                return self.text(masked, is_ours=is_ours)
        return text

    def request_id(self, text: str | None) -> str | None:
        """A request id without secrets; one in OpenStack's form is not searched, for it is in every response."""
        return text if text is None or _REQUEST_ID.fullmatch(text) else self.text(text)

    def body(self, body: bytes) -> bytes:
        """The body of a response without secrets; empty where it is left out."""
        encoding = json.detect_encoding(body)
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        text = body.decode(encoding, errors)
        shown = self.text(text)
        if shown == text:
            return body
        return b"" if shown == LEFT_OUT else shown.encode(encoding, "replace")

    def checked(self, check: Callable[[bytes], T], body: bytes) -> T:
        """What the check of an operation makes of a body.

        An error is made again from the body without secrets: its words are cut, and a part of a secret could not be
        recognised.
        """
        try:
            return check(body)
        except MalformedResponse as error:
            malformed, shown = error, self.body(body)
        if shown != body:
            check(shown)
            malformed = MalformedResponse("the response is not what was asked for, and quotes a secret")
        raise malformed

    def redact(self, error: E) -> E:
        """Takes the secrets out of an error, which is returned.

        What is chained to it and the frames of its traceback, whose variables hold what a server sent, are dropped.
        """
        values, is_ours = error.__dict__, isinstance(error, _OUR_WORDS)
        texts = {name: text for name in _TEXTS if (text := values.get(name))}
        together = "\n".join(texts.values())
        for name in texts if self.text(together) != together else ():
            values[name] = self.text(texts[name], is_ours=name == "_hint" or (name == "message" and is_ours))
        sent, body = values.get("body"), self.body(values.get("body", b""))
        if LEFT_OUT in map(values.get, ("message", "details", "fault")) or (sent and not body):
            error.message, body = LEFT_OUT, b""
            if isinstance(error, ApiError):
                error.details, error.fault = None, None if error.fault == LEFT_OUT else error.fault
        if sent is not None:
            values["body"] = body
        error.args = (error.message or "",)
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)


def _readings(text: str) -> Iterator[str]:
    """A text as it stands, and with its escapes read, of JSON or of URLs, also those that stand within others."""
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
# httpcore logs the headers of every response at DEBUG, and Keystone's response has a token in one that is new to us.
_TOKEN_HEADER = re.compile(r"""(b'x-(?:subject|auth)-token', )b(?:'[^']*'|"[^"]*")""", re.IGNORECASE)


def _redact_record(record: logging.LogRecord) -> bool:
    # The words of a format are the caller's; one that is a token too, as in a test, tells nothing.
    if isinstance(record.args, tuple) and record.args:
        record.args = tuple(one if isinstance(one, int | float) else _shown(str(one)) for one in record.args)
    else:
        record.msg, record.args = _shown(record.getMessage()), ()
    return True


def _shown(text: str) -> str:
    text = _TOKEN_HEADER.sub(r"\1***", text)
    for reference in _redactors.valuerefs():
        if (redactor := reference()) is not None:
            text = redactor.text(text)
    return text


def redact_logs() -> None:
    """Puts a filter on our loggers and those of the libraries below; called for each session, it is there once."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_redact_record)
