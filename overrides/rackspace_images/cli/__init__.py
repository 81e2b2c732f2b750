"""The command `rackspace-images`.

`main` is the way in, and stays tiny. `app` is the group of commands: it parses, dispatches and ends with an exit code,
of which `exit_codes` has the table; each command is a module of `commands`, imported when it is meant. `options` is the
table of the options that commands share, which fills one `Settings`. `client` makes the client that they ask for, `ids`
reads which images are meant, `columns` says what can be asked of an image, `formats` and `tables` write it, `progress`
says how far a command is, `errors` what went wrong, `complete` what a shell completes; `output` is the only place that
writes to standard output and error.

Nothing is imported before it is needed: people notice how long a command takes to start.
"""
