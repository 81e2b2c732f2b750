"""Lengths of time as people write them: 90, 90s, 20m, 1h, 1h30m."""

from __future__ import annotations

import argparse
import math
import re

_PARTS = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", re.ASCII | re.IGNORECASE)


def duration(text: str) -> float:
    """Seconds; 0 is one."""
    found = _PARTS.fullmatch(text.strip())
    if not found or not any(found.groups()) or len(text) > 20:
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time: such as 90, 90s, 20m or 1h30m")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def seconds(text: str) -> float:
    """A number of seconds, more than 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: seconds, more than 0, such as 2.5")
    return number
