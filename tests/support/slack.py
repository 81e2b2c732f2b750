"""How much longer than promised something may take on a busy machine."""

SLACK = 3.0
