"""How fast: the client beside what a user would otherwise use, in one run. `nox -s bench`."""
