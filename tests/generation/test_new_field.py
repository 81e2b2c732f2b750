"""A field that the document gains, in a copy of the project: what it takes, and what refuses it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ID_FIELD = "        name:\n          description: The name its owner gave it"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's folders that generation reads and writes."""
    for folder in ("openapi", "generated", "overrides"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    return tmp_path


def generate(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "openapi/python/generate.py", *arguments, "generated"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def add_field(project: Path, name: str, *lines: str) -> None:
    """Describes one more field of the image, by hand, as a maintainer does."""
    document = project / "openapi" / "images.yaml"
    text = document.read_text(encoding="utf-8")
    assert text.count(ID_FIELD) == 1
    field = "".join(f"          {line}\n" for line in ("description: A new field.", *lines))
    document.write_text(text.replace(ID_FIELD, f"        {name}:\n{field}{ID_FIELD}"), encoding="utf-8")


def test_a_new_field_arrives_typed(project: Path) -> None:
    """A field added to the document is on the `Image` of a `get`, `T | None`, after `generate` and nothing else.

    `drift` fails before, naming a file and what to run, and passes after.
    """
    assert generate(project, "--check").returncode == 0
    add_field(project, "owner_note", "type: [string, 'null']")
    add_field(project, "deprecatedAt", "type: [string, 'null']", "format: date-time")
    add_field(project, "labels", "type: [array, 'null']", "items: {$ref: '#/components/schemas/Link'}")
    before = generate(project, "--check")
    assert before.returncode == 1
    assert "image.py differs" in before.stderr or "completed.py differs" in before.stderr
    assert "nox -s generate" in before.stderr

    assert generate(project).returncode == 0
    assert generate(project, "--check").returncode == 0
    (project / "user.py").write_text(
        "import datetime\n"
        "from typing import assert_type\n"
        "import httpx\n"
        "from rackspace_images import Image, ImagesClient, StaticToken\n"
        "ID = 'e3d37ab2-8dc0-4000-b773-b15aad79ad0a'\n"
        "received = {'id': ID, 'deprecatedAt': '2026-01-01T00:00:00Z'}\n"
        "transport = httpx.MockTransport(lambda _: httpx.Response(200, json={'image': received}))\n"
        "with ImagesClient(StaticToken('t'), endpoint='https://c.example.com/v2/1', transport=transport) as images:\n"
        "    image = images.get(ID)\n"
        "assert image == Image.from_dict(received)\n"
        "assert image.deprecated_at == Image.from_dict(received).deprecated_at\n"
        "assert_type(image.owner_note, str | None)\n"
        "assert_type(image.deprecated_at, datetime.datetime | None)\n"
        "for link in image.labels or []:\n"
        "    assert_type(link.href, str | None)\n"
        "def wrong() -> object:\n"
        "    return image.not_a_field\n"
        "print(image.owner_note, image.labels, image.deprecated_at)\n",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(project / "overrides"), str(project / "generated")])
    run = subprocess.run(
        [sys.executable, "user.py"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert run.stdout == "None None 2026-01-01 00:00:00+00:00\n"
    types = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "user.py"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MYPYPATH": path},
    )
    # The copy's own packages are checked along with it, so what counts is what is said of the user's file.
    said = [line for line in types.stdout.splitlines() if line.startswith("user.py")]
    assert len(said) == 1, types.stdout + types.stderr
    assert 'has no attribute "not_a_field"' in said[0]


@pytest.mark.parametrize("name", ["size", "server_id", "serverId", "response", "to_dict", "additional_keys"])
def test_a_field_with_the_name_of_something_else_is_refused(project: Path, name: str) -> None:
    """A field that would hide a readable name of `Image` is refused by name, by `generate` and by `drift`."""
    add_field(project, name, "type: [string, 'null']")
    for arguments in ([], ["--check"]):
        run = generate(project, *arguments)
        assert run.returncode == 1
        assert "openapi/images.yaml: the field " in run.stderr
        assert "(openapi/python/reserved-names.txt)" in run.stderr


def test_a_stale_file_is_drift(project: Path) -> None:
    """What is not generated does not stay in generated/."""
    stray = project / "generated" / "rackspace_images_api" / "stray.py"
    stray.touch()
    run = generate(project, "--check")
    assert run.returncode == 1
    assert "stray.py is not generated" in run.stderr
    assert generate(project).returncode == 0
    assert not stray.exists()


def test_what_the_generator_warns_of_is_an_error(project: Path) -> None:
    """A document that the generator cannot read whole fails in the generator's own words; what was there stays."""
    document = project / "openapi" / "images.yaml"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("#/components/schemas/Link", "#/components/schemas/Lynk"), encoding="utf-8")
    run = generate(project)
    assert run.returncode == 1
    assert run.stderr.startswith("openapi/images.yaml: openapi-python-client says:")
    assert "Lynk" in run.stderr
    assert (project / "generated" / "rackspace_images_api" / "models" / "image.py").is_file()
