# PYTHON_ARGCOMPLETE_OK: what argcomplete looks for where it completes every command that can be.
"""The command's way in: as little as can be, so that Ctrl-C is quiet while the rest is still being imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code. Never raises.

    Without `argv` it is the process's own command: then Ctrl-C ends the process at once, whatever its threads do.
    """
    # httpx imports its own command line wherever click, rich and pygments are there, for longer than all the rest.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    try:
        from .command import run

        return run(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        if argv is None:
            # What was printed is flushed already; a thread that waits for an answer must not hold anybody up.
            os._exit(INTERRUPTED)
        return INTERRUPTED
