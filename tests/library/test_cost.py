"""What a call and an import cost, in counts that a busy machine does not disturb."""

from __future__ import annotations

import subprocess
import sys
from types import FrameType
from typing import Any

from faulty import IMAGE_ID, Serve, answering, image
from rackspace_images import ImagesClient, StaticToken

MAX_CALLS = 134
"""Python functions of ours and of generated code that a warm `get` calls. It is lowered when they become fewer."""
MAX_MODULES = 64
"""Modules of ours and of generated code that an import of the client loads."""


def test_warm_get_calls_few_functions(serve: Serve) -> None:
    """Each costs a tenth of a microsecond, and more where it does something."""
    called = list[str]()

    def count(frame: FrameType, event: str, arg: Any) -> None:
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith("rackspace_"):
            called.append(f"{name}.{frame.f_code.co_qualname}")

    server = serve(answering(image(), image(), image()))
    with ImagesClient(StaticToken("token"), endpoint=server.endpoint) as images:
        images.get(IMAGE_ID)
        images.get(IMAGE_ID)
        sys.setprofile(count)
        try:
            images.get(IMAGE_ID)
        finally:
            sys.setprofile(None)
    assert len(called) <= MAX_CALLS, called


def test_import_loads_few_modules() -> None:
    """A program pays for each at its start."""
    code = (
        "import sys; from rackspace_images import ImagesClient, ApiKey;"
        "print(sum(name.startswith('rackspace_') for name in sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(loaded) <= MAX_MODULES
