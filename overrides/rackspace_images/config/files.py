"""Where the files are that OpenStack's clients share, and what stands in them."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from rackspace_images.errors import ConfigError

from .tree import MapNode, Unreadable, Value, parse_json
from .variables import Environment

SITE = Path("/etc/openstack")
_LARGEST = 2**20
_ENDINGS = (".yaml", ".yml", ".json")
_NAMED_BY = {"clouds": "OS_CLIENT_CONFIG_FILE", "secure": "OS_CLIENT_SECURE_FILE"}


def folders(variables: Environment) -> list[Path]:
    """Where files are looked for, in order."""
    home_config = Path(variables.expanded("~/.config"))
    config_home = Path(variables.expanded(variables.get("XDG_CONFIG_HOME") or str(home_config)))
    found = [config_home / "openstack", home_config / "openstack", SITE]
    # A current folder that is gone has nothing in it.
    with suppress(OSError):
        found.insert(0, Path.cwd())
    return list(dict.fromkeys(found))


def searched(variables: Environment) -> str:
    """`folders` in words."""
    names = [str(folder) for folder in folders(variables)]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def find(stem: str, variables: Environment) -> Path | None:
    """The first file of this name (`clouds`, `secure`, `clouds-public`), or the one that a variable names.

    A file that cannot be read is skipped, as in openstacksdk, unless a variable names it.
    """
    variable = _NAMED_BY.get(stem, "")
    named = variables.get(variable)
    if named:
        path = Path(variables.expanded(named))
        if not _is_there(path, named=True):
            raise ConfigError(f"{variable} names {path}, which is not there", hint=f"unset {variable}, or set it right")
        return path
    names = (folder / (stem + ending) for folder in folders(variables) for ending in _ENDINGS)
    return next((path for path in names if _is_there(path) and os.access(path, os.R_OK)), None)


def section(path: Path, key: str) -> MapNode | None:
    """The mapping `key` of a file; None where the file does not have the key."""
    root = _read(path)
    if isinstance(root, Unreadable):
        kind = "JSON" if path.suffix == ".json" else "YAML"
        raise ConfigError(
            f"{path} is not {kind}{at_line(root.line)}",
            hint="quote a value that begins with one of * & ! % @ ` { [ or holds ': ' or ' #', and indent by spaces",
        )
    if root is None:
        return None
    value = root.get(key) if isinstance(root, MapNode) else root
    if value is None:
        return None
    if not isinstance(root, MapNode) or not isinstance(value, MapNode):
        what = f"{path}" if value is root else f"{path}: {key}{at_line(value.line)}"
        raise ConfigError(f"{what} is not a mapping", hint=f"{key}: {{NAME: {{auth: …}}}}")
    return value


def at_line(line: int | None) -> str:
    return f" (line {line})" if line is not None else ""


def _read(path: Path) -> Value | Unreadable:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        words = error.strerror or type(error).__name__
    else:
        if len(data) <= _LARGEST:
            return _parsed(path, data)
        words = f"it has more than {_LARGEST} bytes"
    raise ConfigError(f"{path} cannot be read: {words}", hint="make it yours and readable (chmod 600)")


def _parsed(path: Path, data: bytes) -> Value | Unreadable:
    if path.suffix == ".json":
        return parse_json(data)
    from .yaml_tree import parse_yaml

    return parse_yaml(data)


def owner(path: Path) -> int:
    """Whose a file is; root's where that is no question."""
    return path.stat().st_uid


def _is_there(path: Path, *, named: bool = False) -> bool:
    """A pipe is what `<(…)` names; one that is merely found may be anybody's, and would be waited for."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return named or stat.S_ISREG(mode) or stat.S_ISDIR(mode)
