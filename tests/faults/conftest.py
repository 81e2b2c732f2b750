"""A check that no test leaves a socket open."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator

import pytest
from slack import SLACK


def _sockets() -> int:
    found = 0
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        try:
            found += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")  # noqa: PTH115
        except OSError:
            continue
    return found


@pytest.fixture(autouse=True)
def _no_socket_is_left(_own_environment: None) -> Iterator[None]:
    """Whatever goes wrong, no connection stays open behind it."""
    before = _sockets()
    yield
    ends = time.monotonic() + SLACK
    while _sockets() > before and time.monotonic() < ends:
        gc.collect()
        time.sleep(0.01)
    assert _sockets() <= before
