"""An image for programs: JSON, YAML, bare values, shell variables.

Whatever a server sent, no control character, direction override or other invisible sign is written raw. JSON and
YAML have escapes for them and read back to the very same; `value` and `shell` show them as text, such as \\x1b.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from rackspace_images.text import escape_control_characters

Object = Mapping[str, Any]


def json_text(value: object, encoding: str = "utf-8", *, indent: int | None = 2) -> str:
    """`value` as JSON."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    # A number beyond what a float holds was read as infinite; JSON has no word for it, but such numbers.
    text = _INFINITY.sub(lambda found: found["string"] or f"{found['sign']}1e999", text)
    return _escaped(text, _json_escape, encoding)


def yaml_text(value: Object, encoding: str = "utf-8") -> str:
    """`value` as YAML, the same to readers of YAML 1.1 and 1.2: every text that is more than a word is quoted."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        is_word = _WORD.fullmatch(text) and text.casefold() not in _NO_WORDS
        return dumper.represent_scalar(_YAML_TEXT, text, style=None if is_word else '"')

    Dumper.add_representer(str, write_text)
    text = yaml.dump(
        dict(value), Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=sys.maxsize
    )
    return _escaped(text.rstrip("\n"), _yaml_escape, encoding)


def value_text(value: Object, encoding: str = "utf-8") -> str:
    """One value a line."""
    return "\n".join(_bare(item) for item in value.values())


def shell_text(value: Object, encoding: str = "utf-8") -> str:
    """One `name="value"` a line, for `eval` in any POSIX shell."""
    return "\n".join(f'{_shell_name(key)}="{_shell_quoted(item, encoding)}"' for key, item in value.items())


WRITERS: dict[str, Callable[[Object, str], str]] = {
    "json": json_text,
    "yaml": yaml_text,
    "value": value_text,
    "shell": shell_text,
}
"""Each takes a mapping and the encoding it will be written in."""


def _bare(value: object) -> str:
    """Text as it is, null as nothing, everything else as JSON."""
    if value is None:
        return ""
    return escape_control_characters(value) if isinstance(value, str) else json_text(value, indent=None)


def _shell_name(key: str) -> str:
    # As OpenStack's commands do it: OS-EXT-IMG-SIZE:size is os_ext_img_size_size.
    name = re.sub(r"[^a-z0-9_]", "_", key.lower())
    return name if name[:1].isalpha() or name[:1] == "_" else f"_{name}"


def _shell_quoted(value: object, encoding: str) -> str:
    text = re.sub(r'([\\"$`])', r"\\\1", _bare(value))
    # In some encodings of East Asia the second byte of a sign is that of a backquote or backslash.
    return text if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else _ascii(text)


def _ascii(text: str) -> str:
    # Two backslashes: the shell takes one away, as it does from those that were quoted.
    return "".join(sign if sign.isascii() else "\\" + _yaml_escape(sign) for sign in text)


_INFINITY = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<sign>-?)Infinity')
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?::[A-Za-z0-9_.-]+)*")
# YAML 1.1 reads these as something else, in any case; the first two PyYAML does not, but others do.
_NO_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_YAML_TEXT = "tag:yaml.org,2002:str"


def _escaped(text: str, escape: Callable[[str], str], encoding: str) -> str:
    """`text`, already JSON or YAML, with every sign that is invisible, or not in `encoding`, as an escape."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(sign if _is_shown(sign, encoding) else escape(sign) for sign in text)


def _is_shown(sign: str, encoding: str) -> bool:
    if sign == "\n":  # of the layout; in a text it is escaped by now
        return True
    if not sign.isprintable() and unicodedata.category(sign) != "Zs":
        return False
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _json_escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _yaml_escape(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08x}"
