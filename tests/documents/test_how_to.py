"""What the how-tos name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("", "overrides/rackspace_images", "generated/rackspace_images_api", "openapi/vectors")


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "how-to").glob("*.md")), ids=lambda page: page.stem)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    """In the project, or in the part that the text is about."""
    named = re.findall(r"`([\w./-]+\.(?:py|md|yaml|json))`", page.read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [name for name in named if not any((ROOT / place / name).is_file() for place in PLACES)] == []
