"""The matrix of the fault suite: every rule of trust holds for both clients over every engine."""

from __future__ import annotations

import pytest
import trustme
from faults.conftest import _no_socket_is_left, way

__all__ = ["_no_socket_is_left", "way"]


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    """A CA that nobody knows."""
    return trustme.CA()
