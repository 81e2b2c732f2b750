"""Tokens kept between runs, each in a file that nobody else can read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rackspace_images.defaults import MAX_SAVE_TIME
from rackspace_images.regions import Endpoint
from rackspace_images.text import is_token

from .credentials import Credentials
from .identity import AccessInfo

log = logging.getLogger("rackspace_images.auth")

_FORMAT = 1
_UNFINISHED = re.compile(r"\.new-[a-z0-9_]{8}")
_OURS = re.compile(rf"[0-9a-f]{{32}}\.json|{_UNFINISHED.pattern}")


class TokenCache:
    """One file an identity URL, user and project: mode 0600, in a folder of 0700, each written whole or not at all.

    A file that is damaged, another user's, or readable by others is not believed: it is ignored with a warning, and
    the next sign-in writes it anew. Nothing here raises: a cache that cannot be used costs one more sign-in.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()

    def load(self, credentials: Credentials) -> AccessInfo | None:
        """What was saved for these credentials, however old."""
        path = self._path(credentials)
        try:
            text = _read_own(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("the token cache %s is ignored: %s", path, error.strerror or error)
            return None
        access = _parsed(text, credentials)
        if access is None:
            log.warning("the token cache %s is ignored: it is damaged", path)
        return access

    def save(self, credentials: Credentials, access: AccessInfo) -> None:
        """Keeps a token with its catalog, in the place of the one before."""
        content = {
            "format": _FORMAT,
            "of": _key(credentials),
            **{name: getattr(access, name) for name in _FIELDS},
        }
        try:
            _private(self.folder)
            # mkstemp makes it 0600; the rename makes it whole.
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(content, file)
                    self._remove_unfinished(os.fstat(handle))
                os.replace(name, self._path(credentials))  # noqa: PTH105
            finally:
                with contextlib.suppress(OSError):  # it is not there once it was renamed
                    os.unlink(name)  # noqa: PTH108
        except OSError as error:
            log.warning("the token cache in %s cannot be written: %s", self.folder, error.strerror or error)

    def _remove_unfinished(self, own: os.stat_result) -> None:
        """Removes what processes that were killed while they saved left behind.

        `own`: the file that is being saved, for the owner, and for the time as the file system has it.
        """
        for path in self._files():
            with contextlib.suppress(OSError):
                found = path.lstat()
                is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == own.st_uid
                if _UNFINISHED.fullmatch(path.name) and is_ours and found.st_mtime < own.st_mtime - MAX_SAVE_TIME:
                    path.unlink()

    def clear(self) -> int:
        """Forgets every token; returns how many there were."""
        gone = 0
        for path in self._files():
            with contextlib.suppress(OSError):
                path.unlink()
                gone += 1
        return gone

    def _files(self) -> Iterator[Path]:
        with contextlib.suppress(OSError):
            _check_own(self.folder)
            yield from (path for path in self.folder.iterdir() if _OURS.fullmatch(path.name))

    def _path(self, credentials: Credentials) -> Path:
        return self.folder / f"{_key(credentials)[:32]}.json"


_FIELDS = ("token", "expires", "received", "endpoints", "default_region")


def default_folder() -> Path:
    """The user's own cache folder for this program."""
    import platformdirs

    return platformdirs.user_cache_path("rackspace-images") / "tokens"


def _key(credentials: Credentials) -> str:
    return hashlib.sha256(json.dumps([credentials.auth_url, *credentials.cache_key]).encode()).hexdigest()


def _private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = _check_own(folder)
    # A folder that holds other things too is somebody's choice: the files are 0600 wherever they are.
    if os.name == "posix" and found.st_mode & 0o077 and all(_OURS.fullmatch(path.name) for path in folder.iterdir()):
        folder.chmod(0o700)


def _check_own(folder: Path) -> os.stat_result:
    """What is known of a folder that is ours, and no link to another."""
    found = folder.lstat()
    if os.name == "posix" and (not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid()):
        raise PermissionError(0, "the folder is another user's")
    return found


def _read_own(path: Path) -> str:
    """The text of a file that is ours alone; OSError where it is not."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise PermissionError(0, "it is not a file")
        if os.name == "posix" and found.st_uid != os.geteuid():
            raise PermissionError(0, "it is another user's")
        if os.name == "posix" and found.st_mode & 0o077:
            raise PermissionError(0, "others can read or write it")
        return file.read(1_000_000)


def _parsed(text: str, credentials: Credentials) -> AccessInfo | None:
    try:
        content: dict[str, Any] = json.loads(text)
        endpoints = tuple(Endpoint(*map(_string, place)) for place in content["endpoints"])
        access = AccessInfo(**{name: content[name] for name in _FIELDS} | {"endpoints": endpoints, "cached": True})
        valid = (
            content["format"] == _FORMAT
            and content["of"] == _key(credentials)
            and is_token(access.token)
            and isinstance(access.expires, int | float | None)
            and isinstance(access.received, int | float)
            and isinstance(access.default_region, str | None)
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return access if valid else None


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
