"""`rackspace-images completion`: what a shell runs to complete commands, options and values."""

from __future__ import annotations

import click

from rackspace_images.cli import output
from rackspace_images.cli.app import COMPLETE, NAME, command, commands
from rackspace_images.cli.exit_codes import DONE
from rackspace_images.cli.options import Settings

# A zsh without a configuration of its own has no `compdef`.
_BEFORE = {"zsh": "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -D; }\n"}


@command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(settings: Settings, shell: str) -> int:
    """Prints a shell's script that completes commands, options and values.

    Bash 4.4 or later, zsh, with or without compinit, and fish.

    examples:
      eval "$(rackspace-images completion bash)"          in ~/.bashrc
      eval "$(rackspace-images completion zsh)"           in ~/.zshrc
      rackspace-images completion fish | source           in config.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101
    written = kind.source_template % kind(commands, {}, NAME, COMPLETE).source_vars()
    output.write(f"{_BEFORE.get(shell, '')}{written}\n", for_programs=True)
    return DONE
