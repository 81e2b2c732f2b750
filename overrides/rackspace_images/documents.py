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


@cache
def document(name: DocumentName) -> dict[str, Any]:
    """One document, parsed. Shared: copy before changing it."""
    import yaml  # whoever reads the text alone does not pay for it

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Reads a date as text, as JSON has it."""

        yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own way to say it
            first: [resolver for resolver in resolvers if resolver[0] != "tag:yaml.org,2002:timestamp"]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    parsed: dict[str, Any] = yaml.load(read(name), Loader)  # noqa: S506  a safe loader's child
    return parsed


def vectors() -> dict[str, Any]:
    """The vectors of `images`, as `openapi/vectors/README.md` describes them."""
    text = (_folder() / "vectors" / "images.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def body_of(response: dict[str, Any]) -> Any:
    """The body of one of the vectors' responses: bytes as they stand, or else what is to be sent as JSON."""
    body = response.get("body", {"text": ""})
    if "text" in body:
        return body["text"].encode()
    if "json" in body:
        return body["json"]
    # A reference is to an example: `../images.yaml#/components/examples/Source/value`.
    value = document("images")["components"]["examples"][body["$ref"].split("/")[-2]]["value"]
    return value.encode() if isinstance(value, str) else _merge_patch(value, body.get("patch", {}))


def _merge_patch(target: Any, patch: Any) -> Any:
    """`target` changed by a JSON merge patch (RFC 7396): null removes a member."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        merged[key] = _merge_patch(merged.get(key), value)
    return {key: value for key, value in merged.items() if key not in patch or value is not None}
