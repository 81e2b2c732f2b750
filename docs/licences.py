"""Writes docs/licences.md: what is installed with the package, and under which licence. `nox -s licences`."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

PACKAGE = "rackspace-images"
HEAD = """\
# Licences

What `pip install rackspace-images` installs with it on Linux and CPython, and what its extras add. Written by
`nox -s licences` from the metadata of the packages themselves; `rackspace-images` is under Apache-2.0.

| package | licence | for |
| --- | --- | --- |
"""


def needed(name: str, extras: tuple[str, ...], found: dict[str, Distribution]) -> None:
    """Adds all that a package needs, and what that needs."""
    for line in distribution(name).requires or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is not None and not any(marker.evaluate({"extra": extra}) for extra in (extras or ("",))):
            continue
        key = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if key not in found:
            found[key] = distribution(requirement.name)
            needed(requirement.name, tuple(requirement.extras), found)


def licence(of: Distribution) -> str:
    """As the package says it: an SPDX expression, else its classifiers, else its own words."""
    said = of.metadata
    classified = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if line.startswith("License :: ")
    ]
    return said.get("License-Expression") or ", ".join(classified) or (said.get("License") or "").split("\n")[0]


def main() -> None:
    """The page."""
    plain: dict[str, Distribution] = {}
    needed(PACKAGE, (), plain)
    rows = [(name, licence(of), "always") for name, of in plain.items()]
    for extra in distribution(PACKAGE).metadata.get_all("Provides-Extra") or []:
        more = dict(plain)
        needed(PACKAGE, (extra,), more)
        rows += [(name, licence(of), f"`[{extra}]`") for name, of in more.items() if name not in plain]
    text = HEAD + "".join(f"| {name} | {words} | {why} |\n" for name, words, why in sorted(rows))
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
