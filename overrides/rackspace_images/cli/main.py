"""The command's way in: as little as can be, so that Ctrl-C is quiet while the rest is still being imported."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
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
    # httpx imports its own command line wherever click, rich and pygments are there, for longer than all the rest.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    try:
        import rich  # noqa: F401  needed later, where something is drawn

        from .app import run
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        needs = 'rackspace-images: the command line needs click and rich, its extra "cli"; run: '
        print(f"{needs}{sys.executable} -m pip install click rich", file=sys.stderr)  # noqa: T201  nothing better is there
        return USAGE
    return run(words)
