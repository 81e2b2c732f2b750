"""The command's way in: as little as can be, so that Ctrl-C is quiet while the rest is still being imported."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

from .exit_codes import INTERRUPTED, USAGE


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code. Never raises.

    Without `argv` it is the process's own command: then it ends the process itself, at once, whatever its threads do.
    """
    if argv is None:
        _run_process()
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run_process() -> NoReturn:
    code = INTERRUPTED
    try:
        # As process 1 of a container nothing ends it by default.
        signal.signal(signal.SIGTERM, _interrupt)
        # Imports make many objects and no garbage; `client` switches collection on again.
        gc.disable()
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        pass
    # Nothing is left to flush: `output` does it after each write. Taking all modules apart takes longer than a request.
    os._exit(code)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _run(words: Sequence[str]) -> int:
    if missing := [name for name in ("click", "rich") if find_spec(name) is None]:
        print(  # noqa: T201  nothing that could print it better is there
            f'rackspace-images: the command line needs {" and ".join(missing)}, its extra "cli"; '
            f"run: {sys.executable} -m pip install {' '.join(missing)}",
            file=sys.stderr,
        )
        return USAGE
    # httpx imports its own command line wherever click, rich and pygments are there, for longer than all the rest.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    from .app import run

    return run(words)
