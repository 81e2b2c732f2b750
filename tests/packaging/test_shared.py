"""What is shared of the documents beside the package: release files, and the versioned paths of the docs site."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ["SHARED"])
NAMES = ("images", "identity")

sys.path.insert(0, str(ROOT / "openapi"))
from share import as_3_0, as_3_1  # noqa: E402


def document(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "openapi" / f"{name}.yaml").read_text(encoding="utf-8"))
    return read


def shared(name: str) -> Path:
    return SHARED / name / str(document(name)["info"]["version"])


@pytest.mark.parametrize("name", NAMES)
def test_a_documents_path_names_its_version(name: str) -> None:
    """Who pins a version finds that very document there, byte for byte."""
    assert (shared(name) / f"{name}.yaml").read_bytes() == (ROOT / "openapi" / f"{name}.yaml").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_3_0_copy_is_valid_3_0_and_says_the_same(name: str) -> None:
    """It passes a validator of 3.0, has nothing of 3.1, and leads back to the document without a loss."""
    older = json.loads((shared(name) / f"{name}.openapi-3.0.json").read_text(encoding="utf-8"))
    assert older["openapi"] == "3.0.3"
    assert [error.message for error in OpenAPIV30SpecValidator(older).iter_errors()] == []
    assert '"null"' not in json.dumps(older)
    assert as_3_1(older) == document(name)
    assert [error.message for error in OpenAPIV31SpecValidator(document(name)).iter_errors()] == []


def test_a_copy_with_3_1_in_it_is_no_valid_3_0() -> None:
    """The validator would notice what is not converted."""
    older = as_3_0(document("images"))
    older["components"]["schemas"]["Image"]["properties"]["name"]["type"] = ["string", "null"]
    assert list(OpenAPIV30SpecValidator(older).iter_errors()) != []


def test_the_vectors_are_beside_what_they_refer_to() -> None:
    """`../images.yaml` of an answer's body is there."""
    version = json.loads((ROOT / "openapi" / "vectors" / "images.json").read_text(encoding="utf-8"))["version"]
    folder = SHARED / "vectors" / version
    for path in (ROOT / "openapi" / "vectors").iterdir():
        assert (folder / "vectors" / path.name).read_bytes() == path.read_bytes()
    for name in NAMES:
        assert (folder / f"{name}.yaml").read_bytes() == (ROOT / "openapi" / f"{name}.yaml").read_bytes()


def test_changelog_is_shared() -> None:
    """A reader of a version finds what changed in it."""
    assert (SHARED / "CHANGELOG.md").read_bytes() == (ROOT / "openapi" / "CHANGELOG.md").read_bytes()


def test_every_file_has_its_sum() -> None:
    """`sha256sum --check` finds every file, and every file as it is."""
    lines = (SHARED / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {line[66:]: line[:64] for line in lines}
    files = {path.relative_to(SHARED).as_posix(): path for path in SHARED.rglob("*") if path.is_file()}
    del files["SHA256SUMS"]
    assert sums == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
