"""The token cache: tokens between runs, each in a file that only its user can read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import math
import os
import re
import stat
import tempfile
from pathlib import Path
from typing import Any

from rackspace_images.defaults import MAX_SAVE_TIME
from rackspace_images.regions import Endpoint

from .credentials import Credentials
from .identity import AccessInfo

log = logging.getLogger("rackspace_images.auth")

_UNFINISHED = re.compile(r"\.new-[a-z0-9_]{8}")
_OWN_NAMES = re.compile(rf"[0-9a-f]{{32}}\.json|{_UNFINISHED.pattern}")
_OTHERS = 0o077 if os.name == "posix" else 0
"""The permissions of other users; on Windows the user's folders are closed to others."""
_TYPES = {
    "token": str,
    "expires": int | float | None,
    "received": int | float,
    "endpoints": list,
    "default_region": str | None,
}
"""The fields of an `AccessInfo` that a file holds."""


class TokenCache:
    """A folder of tokens: one file for each identity service, user and project.

    A file has mode 0600 in a folder of mode 0700, and is written whole or not at all. A file that is damaged, that
    belongs to another user or that others can read is ignored with a warning; the next sign-in replaces it. No method
    raises: a cache that cannot be used costs one more sign-in.

        with ImagesClient(auth, token_cache=TokenCache()) as images:
            images.get(image_id)  # signs in only where the cache has no valid token

    Args:
        folder: The folder, which is made when it is needed; by default the user's cache folder for this program.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()
        if self.folder is None:
            log.warning("tokens are not kept between runs, as there is no home folder: set HOME or XDG_CACHE_HOME")

    def load(self, credentials: Credentials) -> AccessInfo | None:
        """Returns the token that was saved for these credentials, even an expired one; None where there is none."""
        if self.folder is None:
            return None
        path = self.folder / _file_name(credentials)
        try:
            return _parse(_read(path), credentials)
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = error.strerror or str(error)
        except (ValueError, LookupError, TypeError, RecursionError):
            reason = "it is damaged"
        log.warning("the token cache %s is ignored: %s", path, reason)
        return None

    def save(self, credentials: Credentials, access: AccessInfo) -> None:
        """Saves a token with its catalog, in place of the token before."""
        if self.folder is None:
            return
        content = {"of": _key(credentials), **{name: getattr(access, name) for name in _TYPES}}
        try:
            _make_folder(self.folder)
            # mkstemp makes a file of mode 0600; the rename puts it in place in one step.
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(content, file)
                    # By the clock of the file system: those of processes that were killed while they saved.
                    _remove(self.folder, _UNFINISHED, before=os.fstat(handle).st_mtime - MAX_SAVE_TIME)
                os.replace(name, self.folder / _file_name(credentials))  # noqa: PTH105
            finally:
                with contextlib.suppress(OSError):  # after the rename it does not exist
                    os.unlink(name)  # noqa: PTH108
        except OSError as error:
            log.warning("the token cache in %s cannot be written: %s", self.folder, error.strerror or error)

    def clear(self) -> int:
        """Removes every token. Returns how many there were."""
        return 0 if self.folder is None else _remove(self.folder, _OWN_NAMES)


def default_folder() -> Path | None:
    """Returns the user's cache folder for this program, such as `~/.cache/rackspace-images/tokens`.

    None for a user without a home folder, as in a container that does not know its user.
    """
    import platformdirs

    with contextlib.suppress(RuntimeError):
        folder = platformdirs.user_cache_path("rackspace-images") / "tokens"
        return folder if folder.is_absolute() else None  # some versions leave the `~`
    return None


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    _check_owner(found, stat.S_IFDIR)
    # A folder that holds other files too keeps its mode: the user chose it, and the tokens are 0600 anyway.
    if found.st_mode & _OTHERS and all(_OWN_NAMES.fullmatch(path.name) for path in folder.iterdir()):
        folder.chmod(0o700)


def _remove(folder: Path, names: re.Pattern[str], before: float = math.inf) -> int:
    """Removes the files of these names that were written before a time. Returns how many there were."""
    removed = 0
    with contextlib.suppress(OSError):
        _check_owner(folder.lstat(), stat.S_IFDIR)
        for path in filter(lambda path: names.fullmatch(path.name), folder.iterdir()):
            with contextlib.suppress(OSError):
                found = path.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_mtime < before:
                    path.unlink()
                    removed += 1
    return removed


def _file_name(credentials: Credentials) -> str:
    return f"{_key(credentials)[:32]}.json"


def _key(credentials: Credentials) -> str:
    """Returns a name for whose token it is: their `repr` has the class, `auth_url`, user and project, and no secret."""
    return hashlib.sha256(repr(credentials).encode("utf-8", "surrogatepass")).hexdigest()


def _check_owner(found: os.stat_result, kind: int) -> None:
    """Raises `PermissionError` for a file or folder of another user, and for a link or another kind of file."""
    if stat.S_IFMT(found.st_mode) != kind:
        raise PermissionError(0, "it is not a folder" if kind == stat.S_IFDIR else "it is not a file")
    if os.name == "posix" and found.st_uid != os.geteuid():
        raise PermissionError(0, "it is another user's")


def _read(path: Path) -> str:
    """Returns the text of a file that only its user can read. Raises `OSError` for another one."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
        found = os.fstat(handle)
        _check_owner(found, stat.S_IFREG)
        if found.st_mode & _OTHERS:
            raise PermissionError(0, "others can read or write it")
        return file.read(1_000_000)


def _parse(text: str, credentials: Credentials) -> AccessInfo:
    """Reads what `save` wrote. Raises `ValueError`, `LookupError` or `TypeError` for other content."""
    content: dict[str, Any] = json.loads(text)
    fields = {name: content[name] for name in _TYPES}
    endpoints = tuple(Endpoint(*endpoint) for endpoint in content["endpoints"])
    is_valid = (
        content["of"] == _key(credentials)
        and all(isinstance(fields[name], kind) for name, kind in _TYPES.items())
        and all(isinstance(part, str) for endpoint in endpoints for part in endpoint)
    )
    if not is_valid:
        raise ValueError("not what this program wrote")
    return AccessInfo(**{**fields, "endpoints": endpoints, "cached": True})
