"""How much longer than promised something may take on a busy machine."""

SLACK = 3.0
"""Seconds. A test adds them to what is promised; what is exact is a row of `nox -s soak -- --figures`."""
