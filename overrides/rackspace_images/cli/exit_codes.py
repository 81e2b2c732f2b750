"""Which exit code says what."""

from __future__ import annotations

from collections.abc import Iterable

from rackspace_images import errors

from .main import INTERRUPTED as INTERRUPTED

DONE = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3

OF_ERROR: dict[type[BaseException], int] = {
    BaseException: FAILED,
    errors.ConfigError: USAGE,
    errors.InvalidImageId: USAGE,
    errors.InsecureUrl: USAGE,
    errors.RegionNotFound: USAGE,
    errors.ImageNotFound: NOT_FOUND,
    errors.AuthError: 4,
    errors.Forbidden: 4,
    errors.OverLimit: 5,
    errors.ServiceUnavailable: 5,
    errors.ImageBuildFailed: 6,
    errors.ImageVanished: 6,
    errors.WaitTimeout: 7,
    KeyboardInterrupt: INTERRUPTED,
}
"""The code of each error; an error that is not here has that of its nearest base class."""

MEANINGS = {
    DONE: "done",
    FAILED: "the API said no in another way, or could not be reached",
    USAGE: "usage, configuration, unknown region, or an id that is no UUID",
    NOT_FOUND: "no such image",
    4: "sign-in or permission",
    5: "limited or unavailable: try again",
    6: "with --wait: the image failed (ERROR, DELETED, or gone)",
    7: "with --wait: not ACTIVE in time",
    INTERRUPTED: "interrupted",
}

_WORST_FIRST = (USAGE, 4, FAILED, 5, 6, 7, NOT_FOUND, DONE)

ASKING = (DONE, FAILED, USAGE, 4, 5, INTERRUPTED)
"""What a command can end with that asks a cloud, but for no certain image."""
LOCAL = (DONE, FAILED, USAGE, INTERRUPTED)
"""What a command can end with that asks nobody."""


def in_words(codes: Iterable[int] = MEANINGS, **other: str) -> str:
    """The codes that a command can end with, for its help; `failed` is what else 1 means there."""
    meanings = MEANINGS | ({FAILED: other["failed"]} if "failed" in other else {})
    return "exit codes:\n" + "".join(f"  {code:<4} {meanings[code]}\n" for code in codes)


def exit_code(error: BaseException) -> int:
    """The exit code of a command that ended with `error`."""
    return next(OF_ERROR[base] for base in type(error).__mro__ if base in OF_ERROR)


def worst(codes: Iterable[int]) -> int:
    """The exit code of a command that did many things."""
    return min(codes, key=_WORST_FIRST.index)
