"""Every default, named once."""

ATTEMPT_TIMEOUT = 10.0
"""Seconds that one attempt may wait for each of: a connection, sending, the next bytes of the answer."""

DEEPEST_JSON = 100
"""Levels of nesting that an answer may have; no image has more than a few."""
