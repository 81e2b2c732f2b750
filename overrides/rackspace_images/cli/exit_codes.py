"""What each exit code means, and which error ends with which."""

from __future__ import annotations

from collections.abc import Iterable

DONE, FAILED, USAGE, NOT_FOUND, INTERRUPTED = 0, 1, 2, 3, 130

MEANINGS = {
    DONE: "done",
    FAILED: "the API said no in another way, or could not be reached",
    USAGE: "usage, configuration, unknown region, or an id that is not a UUID",
    NOT_FOUND: "no such image",
    4: "sign-in or permission",
    5: "limited or unavailable: try again",
    6: "with --wait: the image failed (ERROR, DELETED, or gone)",
    7: "with --wait: not ACTIVE in time",
    INTERRUPTED: "interrupted",
}
WORST_FIRST = (USAGE, 4, FAILED, 5, 6, 7, NOT_FOUND, DONE)
_ERRORS = {
    USAGE: ("UsageError", "ConfigError", "InvalidImageId", "InsecureUrl", "RegionNotFound"),
    NOT_FOUND: ("ImageNotFound", "NameNotFound"),
    4: ("AuthError", "AuthenticationFailed", "Unauthorized", "Forbidden"),
    5: ("OverLimit", "ServiceUnavailable"),
    6: ("ImageBuildFailed", "ImageVanished"),
    7: ("WaitTimeout",),
    INTERRUPTED: ("KeyboardInterrupt",),
}
CODE_OF_ERROR = {name: code for code, names in _ERRORS.items() for name in names}
"""By the names of error classes, so that none of them is imported; an error that is not here has that of its nearest
base class, or `FAILED`."""


def exit_code(error: BaseException | type[BaseException]) -> int:
    """The exit code of a command that ended with `error`."""
    kind = error if isinstance(error, type) else type(error)
    return next((CODE_OF_ERROR[base.__name__] for base in kind.__mro__ if base.__name__ in CODE_OF_ERROR), FAILED)


def worst(codes: Iterable[int]) -> int:
    """The exit code of a command that did many things."""
    return min(codes, key=WORST_FIRST.index)
