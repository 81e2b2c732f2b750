"""The command `rackspace-images`.

`main` is the way in, and stays tiny; `command` parses, dispatches and turns errors into an exit code. Each command has
a module of its own (`show` has `show_many` and `wait` beside it), which is imported when that command is meant.
`connection` makes the client from the arguments, `watch` and `logs` say how its requests go, `ids` reads which images
are meant, `columns` says what can be asked of an image, `rows`, `image_rows`, `formats` and the tables write it,
`live`, `progress` and `wait` draw what moves, and `output` is the only place that touches standard output and error.

Nothing is imported before it is needed: people notice how long a command takes to start.
"""
