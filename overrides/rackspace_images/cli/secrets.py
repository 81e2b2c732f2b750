"""No secret is an argument: every user of the machine can read it in the list of processes, and shells keep it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rackspace_images.errors import ConfigError

_VARIABLES = (
    (re.compile(r"--(os-|rs-)?api-?key"), "RS_API_KEY"),
    (re.compile(r"--rs-password"), "RS_PASSWORD"),
    (re.compile(r"--(os-)?password"), "OS_PASSWORD, or RS_PASSWORD at Rackspace,"),
    (re.compile(r"--(os-)?(auth-)?token"), "OS_TOKEN"),
    (re.compile(r"--(os-)?(application-credential-)?secret"), "OS_APPLICATION_CREDENTIAL_SECRET"),
    (re.compile(r"--.*(passw|secret|token|api-?key).*"), "OS_PASSWORD, OS_TOKEN or RS_API_KEY"),
)


def refuse(words: Sequence[str]) -> None:
    """Raises `ConfigError` where a switch would take a secret. The secret itself is not repeated."""
    for word in words:
        if word == "--":
            return
        switch = word.partition("=")[0].lower().replace("_", "-")
        for pattern, variable in _VARIABLES:
            if pattern.fullmatch(switch):
                raise ConfigError(
                    "a secret is no argument: whoever lists the processes of this machine can read it",
                    hint=f"set {variable} in the environment, or a cloud of clouds.yaml",
                )
