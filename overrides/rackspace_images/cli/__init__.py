"""The command `rackspace-images`.

`main` parses, dispatches and turns errors into an exit code; each command has a module of its own (`show`,
`sandbox_command`). `connection` makes the client from the arguments, `columns` says what can be asked of an
image, `formats` and `table` write it, and `output` is the only place that touches standard output and error.

Nothing is imported before it is needed: people notice how long a command takes to start.
"""
