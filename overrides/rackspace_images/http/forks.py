"""Renewing locks and connections in a child process after a fork."""

from __future__ import annotations

import os
import weakref
from typing import Any

_RENEWED: weakref.WeakSet[Any] = weakref.WeakSet()


def renew_after_fork(one: Any) -> None:
    """Calls `one.forked()` in each child process, for as long as `one` lives."""
    _RENEWED.add(one)


def _forked() -> None:
    for one in list(_RENEWED):
        one.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
