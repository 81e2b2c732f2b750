"""Waits that take no time."""

from __future__ import annotations

from typing import Any

import pytest
from rackspace_images.http.flow import Pause
from rackspace_images.http.sender import Sender


def skip_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries and polls of the client for threads follow at once; a sign-in of another call is waited for."""
    really = Sender.pause

    def pause(sender: Sender, pause: Pause, scope: Any = None) -> Any:
        return really(sender, pause, scope) if pause.until is not None else None

    monkeypatch.setattr(Sender, "pause", pause)
