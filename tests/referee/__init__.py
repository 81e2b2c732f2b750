"""The referee: what the product does on the wire, in Python and on the command line, against what was recorded.

While the inside of the library is rewritten, its outcomes stay: images, errors, requests, output, exit codes. They
were recorded once, as files in `recorded/`, a file for each group of cases. `python -m referee` runs every case again
and fails on any difference that `accepted.py` does not list with a reason. Only public names of the library are used,
and servers of the referee's own.
"""
