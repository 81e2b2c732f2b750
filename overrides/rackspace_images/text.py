"""Text from elsewhere, made fit to be shown; and checks of text that people and servers give."""

import operator
import re
import unicodedata
from typing import Any, TypeGuard
from urllib.parse import SplitResult, urlsplit

from .defaults import MAX_TEXT, MAX_URL

MAX_SHOWN = 80
"""Characters of a value in a message."""
_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")


class RedactedOptions(dict[str, Any]):
    """Keyword arguments whose `repr` shows their names alone, as a traceback with local variables prints it."""

    def __repr__(self) -> str:
        return f"<{', '.join(self)}>"


class Secret(str):
    """Text whose `repr` does not show it, as a traceback with local variables prints it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


class _RedactedTuple(tuple[str, ...]):
    __slots__ = ()

    def __repr__(self) -> str:
        return "(…)"


def redacted(value: Any) -> Any:
    """Returns a tuple as one whose `repr` shows nothing, and any other value as it is.

    Positional arguments may be secret, and so may the third item of a client certificate.
    """
    return _RedactedTuple(value) if isinstance(value, tuple) else value


def text_of(value: object) -> str:
    """Returns a value of a server if it is text, else empty text."""
    return value if isinstance(value, str) else ""


def escape_control_characters(text: str) -> str:
    """Writes every control, format, surrogate and separator character as an escape, such as \\x1b.

    Otherwise a server could move the cursor, recolour the terminal, or change the direction of writing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def one_line(text: str, most: int = MAX_TEXT) -> str:
    """Returns as much of a text as fits in a message, escaped. It is cut first, as escaping a long text takes time."""
    text = escape_control_characters(text[: most + 1])
    return text if len(text) <= most else text[:most] + "…"


def shown(value: object, most: int = MAX_SHOWN) -> str:
    """Returns a value for a message: its `repr`, cut; an object or an array only by its type."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    return one_line(repr(value[: most + 1] if isinstance(value, str) else value), most)


def without_userinfo(url: str) -> str:
    """Returns a URL without the user name and password in it."""
    return _USERINFO.sub("", url)


def integer(digits: str) -> int | str:
    """Parses a whole number of JSON; returns its text where it has more digits than Python parses."""
    try:
        return int(digits)
    except ValueError:
        return digits


def whole_number(value: Any) -> int | None:
    """A whole number of Python or of another library, such as numpy; None for anything else, booleans included."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def service_url(url: object) -> SplitResult | None:
    """Returns the parts of the URL of a service: http or https, a host, and nothing after the path. None for others.

    A URL with a space, a control character or a backslash is refused: one library drops it, another reads it.
    """
    if not isinstance(url, str) or len(url) > MAX_URL or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is not a number
    except ValueError:
        return None
    is_service = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
    return parts if is_service else None


def is_token(value: object) -> TypeGuard[str]:
    """Whether a value is text that an HTTP header can carry as a token."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable() and " " not in value
