"""The documents, parsed, with their references followed."""

from __future__ import annotations

import copy
import re
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

import yaml

from rackspace_images.documents import DocumentName, read

JsonObject: TypeAlias = dict[str, Any]

_SCALARS = (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", list("-0123456789")),
)


class _JsonLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads plain scalars as JSON does: a date stays text, `1.5e9` is a number, `yes` is a word."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  PyYAML's own way to say it


for _tag, _pattern, _first in _SCALARS:
    _JsonLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)


@cache
def document(name: DocumentName) -> JsonObject:
    """One document, parsed. Shared: copy before changing it."""
    parsed: JsonObject = yaml.load(read(name), _JsonLoader)  # noqa: S506  a safe loader's child
    return parsed


def example(name: DocumentName, key: str) -> Any:
    """A copy of one example's value."""
    return copy.deepcopy(document(name)["components"]["examples"][key]["value"])


def resolve(reference: str) -> Any:
    """A copy of what `../images.yaml#/a/pointer`, seen from the vectors, points at."""
    file, _, pointer = reference.partition("#")
    names: dict[str, DocumentName] = {"../images.yaml": "images", "../identity.yaml": "identity"}
    value: Any = document(names[file])
    for part in pointer.split("/")[1:]:
        value = value[unquote(part).replace("~1", "/").replace("~0", "~")]
    return copy.deepcopy(value)


def merge_patch(target: Any, patch: Any) -> Any:
    """`target` changed by a JSON merge patch (RFC 7396): null removes a member."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


@cache
def tenant() -> str:
    """The only tenant there is."""
    found: str = example("identity", "RackspaceToken")["access"]["token"]["tenant"]["id"]
    return found


@cache
def tokens() -> tuple[str, str]:
    """The tokens that are good: Rackspace's, and Keystone's, which stands in a header."""
    rackspace: str = example("identity", "RackspaceToken")["access"]["token"]["id"]
    keystone: str = document("identity")["components"]["headers"]["SubjectToken"]["example"]
    return rackspace, keystone


@cache
def regions() -> tuple[str, ...]:
    """The regions of the catalog, in its order."""
    catalog = example("identity", "RackspaceToken")["access"]["serviceCatalog"]
    found = (endpoint.get("region") for service in catalog for endpoint in service["endpoints"])
    return tuple(dict.fromkeys(region for region in found if region))


def rewritten(catalog: list[JsonObject], base_url: str) -> list[JsonObject]:
    """A catalog whose URLs stand on `base_url`, each with its region, version and tenant as documented."""
    for service in catalog:
        for endpoint in service["endpoints"]:
            for key in ("publicURL", "internalURL", "adminURL", "url"):
                if key in endpoint:
                    path = urlsplit(endpoint[key]).path
                    version = re.search(r"/v[0-9.]+(?:/.*)?$", path)
                    region = endpoint.get("region")
                    prefix = f"/{region.lower()}" if region else ""
                    endpoint[key] = base_url + prefix + (version[0] if version else path)
    return catalog
