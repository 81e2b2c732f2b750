"""What the library logs, on standard error: its warnings, and everything with `--debug`. It never logs a secret."""

from __future__ import annotations

import logging
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from rackspace_images.text import escape_control_characters

from . import output


class _Told(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        for line in self.format(record).splitlines():
            output.tell(escape_control_characters(line))


@contextmanager
def told(args: Namespace) -> Iterator[None]:
    """Tells what is logged while the block runs."""
    logger = logging.getLogger("rackspace_images")
    handler = _Told()
    before = logger.level
    if args.debug:
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        logger.setLevel(logging.DEBUG)
    else:
        # Waits are said by `Watch`, to whom they matter.
        handler.addFilter(lambda record: record.name != "rackspace_images.retry")
        handler.setFormatter(logging.Formatter("warning: %(message)s"))
        handler.setLevel(logging.CRITICAL if args.quiet else logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
