"""What a call and an import cost, in counts that a busy machine does not disturb."""

from __future__ import annotations

import subprocess
import sys

from faulty import IMAGE_ID, Serve, answering, image

MAX_CALLS = 134
"""Python functions of ours and of generated code that a warm `get` calls. It is lowered when they become fewer."""
MAX_MODULES = 64
"""Modules of ours and of generated code that an import of the client loads."""


def count(code: str, *words: str) -> int:
    """The number that a fresh interpreter prints, in which no other test has set up logging."""
    return int(subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True).stdout)


def test_warm_get_calls_few_functions(serve: Serve) -> None:
    """Each costs a tenth of a microsecond, and more where it does something."""
    code = (
        "import sys\n"
        "from rackspace_images import ImagesClient, StaticToken\n"
        "called = []\n"
        "def count(frame, event, arg):\n"
        "    if event == 'call' and frame.f_globals.get('__name__', '').startswith('rackspace_'):\n"
        "        called.append(frame.f_code)\n"
        "with ImagesClient(StaticToken('token'), endpoint=sys.argv[1]) as images:\n"
        "    images.get(sys.argv[2]), images.get(sys.argv[2])\n"
        "    sys.setprofile(count)\n"
        "    images.get(sys.argv[2])\n"
        "    sys.setprofile(None)\n"
        "print(len(called))"
    )
    server = serve(answering(image(), image(), image()))
    assert 0 < count(code, server.endpoint, IMAGE_ID) <= MAX_CALLS


def test_import_loads_few_modules() -> None:
    """A program pays for each at its start."""
    code = (
        "import sys; from rackspace_images import ImagesClient, ApiKey;"
        "print(sum(name.startswith('rackspace_') for name in sys.modules))"
    )
    assert 0 < count(code) <= MAX_MODULES
