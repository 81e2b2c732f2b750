"""The console that tables are laid out for: as wide as the terminal, and colourful where that is wanted."""

from __future__ import annotations

import os
import shutil
import sys
from io import StringIO

from rich.console import Console

from . import output

_NARROWEST = 16


def console_of_output() -> Console:
    """It writes nothing: what it captures is written by `output`."""
    colour = output.is_terminal(sys.stdout) and not os.environ.get("NO_COLOR")
    return Console(
        file=StringIO(),
        width=max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST),
        height=24,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
