"""Where the OpenAPI documents and vectors of this package are, and what they say."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

DocumentName = Literal["images", "identity"]


@cache
def _folder() -> Path:
    packaged = Path(__file__).parent / "openapi"
    if packaged.is_dir():
        return packaged
    # An editable install has no copies: its documents are the checkout's.
    return Path(__file__).parents[2] / "openapi"


def path(name: DocumentName) -> Path:
    """The file of one document, `images` or `identity`."""
    return _folder() / f"{name}.yaml"


def read(name: DocumentName) -> str:
    """The text of one document, in YAML."""
    return path(name).read_text(encoding="utf-8")


def vectors() -> dict[str, Any]:
    """The vectors of `images`, as `openapi/vectors/README.md` describes them."""
    text = (_folder() / "vectors" / "images.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
