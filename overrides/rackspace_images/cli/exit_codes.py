"""Which exit code says what."""

from __future__ import annotations

from collections.abc import Iterable

from rackspace_images import errors

DONE = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
INTERRUPTED = 130

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
    KeyboardInterrupt: INTERRUPTED,
}
"""The code of each error; an error that is not here has that of its nearest base class."""

IN_WORDS = """\
exit codes:
  0    done
  1    the API said no in another way, or could not be reached
  2    usage, configuration, unknown region, or an id that is no UUID
  3    no such image
  4    sign-in or permission
  5    limited or unavailable: try again
  130  interrupted
"""


def exit_code(error: BaseException) -> int:
    """The exit code of a command that ended with `error`."""
    return next(OF_ERROR[base] for base in type(error).__mro__ if base in OF_ERROR)


_WORST_FIRST = (USAGE, 4, FAILED, 5, NOT_FOUND, DONE)


def worst(codes: Iterable[int]) -> int:
    """The exit code of a command that did many things."""
    return min(codes, key=_WORST_FIRST.index)
