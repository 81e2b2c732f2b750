"""Text from elsewhere, made fit to be shown."""

import re
import unicodedata
from typing import Any, TypeGuard
from urllib.parse import SplitResult, urlsplit

from .defaults import MAX_TEXT, MAX_URL

MAX_SHOWN = 80
"""Characters of a value in a message."""
_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")


class RedactedOptions(dict[str, Any]):
    """Options, with passwords among them: no traceback with local variables shows one."""

    def __repr__(self) -> str:
        return f"<{', '.join(self)}>"


class Secret(str):
    """Text that a traceback with local variables does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


class _RedactedParts(tuple[str, ...]):
    __slots__ = ()

    def __repr__(self) -> str:
        return "(…)"


def redacted(value: Any) -> Any:
    """`value` with a `repr` that shows nothing, if it is a tuple: the third part of a client certificate is secret."""
    return _RedactedParts(value) if isinstance(value, tuple) else value


def escape_control_characters(text: str) -> str:
    """`text` with every control, format, surrogate and separator character written as an escape, such as \\x1b.

    What a server says could otherwise move the cursor, recolour the terminal or turn the direction of writing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def one_line(text: str, most: int = MAX_TEXT) -> str:
    """As much of `text` as fits in a message, escaped. It is cut first, as to escape a long one takes its time."""
    text = escape_control_characters(text[: most + 1])
    return text if len(text) <= most else text[:most] + "…"


def without_userinfo(url: str) -> str:
    """`url` without a user name and password in it."""
    return _USERINFO.sub("", url)


def integer(digits: str) -> int | str:
    """A whole number of JSON; as its text where it has more digits than Python takes for a number."""
    try:
        return int(digits)
    except ValueError:
        return digits


def service_url(url: object) -> SplitResult | None:
    """The parts of a URL that a service may be at: http or https, a host, and nothing after the path; else None.

    A blank, a control character or a backslash is taken out, or read in two ways, by one reader or another.
    """
    if isinstance(url, str) and (len(url) > MAX_URL or not url.isprintable() or " " in url or "\\" in url):
        return None
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts and parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment:
            _ = parts.port  # a port that is no number is noticed only when it is read
            return parts
    except ValueError:
        pass
    return None


def is_token(value: object) -> TypeGuard[str]:
    """Whether `value` is text that a header can carry as a token."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable() and " " not in value


def shown(value: object, most: int = MAX_SHOWN) -> str:
    """A value in a message: shortened, and an object or an array by its kind alone."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    return one_line(repr(value[: most + 1] if isinstance(value, str) else value), most)
