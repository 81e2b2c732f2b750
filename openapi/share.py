"""Writes what is shared of the documents: release files and the versioned paths of the docs site (`nox -s build`).

python openapi/share.py FOLDER

images/1.0.0/images.yaml                 the document, as it is
images/1.0.0/images.openapi-3.0.json     for older generators
identity/…                               the same
vectors/1.0.0/vectors/…                  the vectors, with the documents that they refer to beside them
CHANGELOG.md                             what changed in each version
SHA256SUMS                               for `sha256sum --check`
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

OPENAPI = Path(__file__).parent
NAMES = ("images", "identity")


def main(output: Path) -> None:
    shutil.rmtree(output, ignore_errors=True)
    documents = {name: OPENAPI / f"{name}.yaml" for name in NAMES}
    for name, path in documents.items():
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        folder = output / name / document["info"]["version"]
        folder.mkdir(parents=True)
        shutil.copyfile(path, folder / path.name)
        older = json.dumps(as_3_0(document), indent=2, ensure_ascii=False)
        (folder / f"{name}.openapi-3.0.json").write_text(older + "\n", encoding="utf-8")
    vectors = OPENAPI / "vectors"
    version = json.loads((vectors / "images.json").read_text(encoding="utf-8"))["version"]
    shutil.copytree(vectors, output / "vectors" / version / "vectors")
    for path in documents.values():
        shutil.copyfile(path, output / "vectors" / version / path.name)
    shutil.copyfile(OPENAPI / "CHANGELOG.md", output / "CHANGELOG.md")
    files = sorted(path for path in output.rglob("*") if path.is_file())
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(output).as_posix()}" for path in files)
    (output / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")


def as_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """The document in OpenAPI 3.0: `nullable` in place of `'null'`. The linter lets nothing else differ."""
    older: dict[str, Any] = _each_schema(document, _nullable)
    return {**older, "openapi": "3.0.3"}


def as_3_1(document: dict[str, Any]) -> dict[str, Any]:
    """The way back."""
    newer: dict[str, Any] = _each_schema(document, _or_null)
    return {**newer, "openapi": "3.1.0"}


def _nullable(schema: dict[str, Any]) -> None:
    if isinstance(schema.get("type"), list):
        (schema["type"],) = (kind for kind in schema["type"] if kind != "null")
        schema["nullable"] = True


def _or_null(schema: dict[str, Any]) -> None:
    if schema.pop("nullable", False):
        schema["type"] = [schema["type"], "null"]


def _each_schema(document: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A copy of a document, with every schema in it changed."""

    def walk(node: Any, *, is_schema: bool) -> None:
        if isinstance(node, list):
            for value in node:
                walk(value, is_schema=False)
        if not isinstance(node, dict):
            return
        if is_schema:
            change(node)
        for key, value in node.items():
            if key in ("schemas", "properties"):
                for schema in value.values():
                    walk(schema, is_schema=True)
            elif key not in ("example", "examples", "value"):
                walk(value, is_schema=key in ("schema", "items"))

    changed = copy.deepcopy(document)
    walk(changed, is_schema=False)
    return changed


if __name__ == "__main__":
    main(Path(sys.argv[1]))
