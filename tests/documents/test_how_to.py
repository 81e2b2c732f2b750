"""What the how-tos name and include is there, and the other languages' code is what `nox -s polyglot` runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANGUAGES = {
    "typescript": "typescript",
    "go": "go",
    "java": "java",
    "rust": "rust",
    "python-generated": "python",
}
"""Page → folder in tests/polyglot/."""
PLACES = ("", "overrides/rackspace_images", "generated/rackspace_images_api", "openapi/vectors")
INCLUDED = re.compile(r'^--8<-- "([^":]+)(?::([a-z]+))?"$', re.M)


@pytest.mark.parametrize("page", LANGUAGES)
def test_a_page_includes_the_code_that_is_run(page: str) -> None:
    """Each page shows how to authenticate and how to get an image, from the files that its language's run uses."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    included = INCLUDED.findall(text)
    assert {"authenticate", "get"} <= {section for _, section in included}
    for path, section in included:
        assert path.startswith((f"tests/polyglot/{LANGUAGES[page]}/", "openapi/python/"))
        source = (ROOT / path).read_text(encoding="utf-8")
        if section:
            assert source.count(f"--8<-- [start:{section}]") == source.count(f"--8<-- [end:{section}]") == 1
            shown = source.split(f"--8<-- [start:{section}]")[1].split(f"--8<-- [end:{section}]")[0]
            assert len(shown.splitlines()) > 5
    assert text.count("--8<--") == len(included), "an include is not written as the others are"


@pytest.mark.parametrize("page", LANGUAGES)
def test_every_section_of_a_runner_is_shown(page: str) -> None:
    """No section that is marked to be shown is left out."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    for path in (ROOT / "tests" / "polyglot" / LANGUAGES[page]).rglob("*"):
        if path.suffix in (".ts", ".go", ".java", ".rs", ".py"):
            for section in re.findall(r"--8<-- \[start:([a-z]+)\]", path.read_text(encoding="utf-8")):
                assert f'--8<-- "{path.relative_to(ROOT).as_posix()}:{section}"' in text


def test_every_file_that_is_named_is_there() -> None:
    """In the project, or in the part that the text is about."""
    text = (ROOT / "docs" / "how-to" / "add-an-operation.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w./-]+\.(?:py|md|yaml|json))`", text)
    assert len(named) > 10
    assert [name for name in named if not any((ROOT / place / name).is_file() for place in PLACES)] == []
