"""What these tests share: a CA, and the check of the fault suite that no socket is left open."""

from __future__ import annotations

import pytest
import trustme
from faults.conftest import _no_socket_is_left

__all__ = ["_no_socket_is_left"]


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    """A CA that nobody knows."""
    return trustme.CA()
