"""Text from elsewhere, made fit to be shown."""

import re
import unicodedata
from typing import Any, TypeGuard
from urllib.parse import SplitResult, urlsplit

_LONGEST = 400
_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")


class Unshown(dict[str, Any]):
    """Options, with passwords among them: no traceback with local variables shows one."""

    def __repr__(self) -> str:
        return f"<{', '.join(self)}>"


def visible(text: str) -> str:
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


def one_line(text: str) -> str:
    """`visible`, shortened to what fits in a message."""
    text = visible(text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


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
    if isinstance(url, str) and (not url.isprintable() or " " in url or "\\" in url):
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
