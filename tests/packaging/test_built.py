"""What `nox -s build` made: what is in it, and that it works in an empty environment."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DIST = Path(os.environ["DIST"])
SOURCE_ID = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"


def wheel() -> Path:
    (found,) = DIST.glob("*.whl")
    return found


def sdist() -> Path:
    (found,) = DIST.glob("*.tar.gz")
    return found


def test_the_wheel_holds_the_packages_and_the_documents() -> None:
    """Code, types, documents, vectors and licence; no tests, no lint set-up, nothing of the machine it was built on."""
    names = set(zipfile.ZipFile(wheel()).namelist())
    for expected in (
        "rackspace_images/__init__.py",
        "rackspace_images/py.typed",
        "rackspace_images/openapi/images.yaml",
        "rackspace_images/openapi/identity.yaml",
        "rackspace_images/openapi/vectors/images.json",
        "rackspace_images/testing/sandbox/__init__.py",
        "rackspace_images/cli/main.py",
        "rackspace_images/testing/plugin.py",
        "rackspace_images_api/py.typed",
        "rackspace_images_api/completed.py",
        "rackspace_images_api/models/image.py",
        "rackspace_identity_api/py.typed",
    ):
        assert expected in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "rackspace_images",
        "rackspace_images_api",
        "rackspace_identity_api",
    }
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name]


def test_the_packaged_documents_are_the_checkouts() -> None:
    """One source of truth: byte for byte the same."""
    with zipfile.ZipFile(wheel()) as built:
        for name in ("images.yaml", "identity.yaml", "vectors/images.json", "vectors/schema.json", "vectors/README.md"):
            assert built.read(f"rackspace_images/openapi/{name}") == (ROOT / "openapi" / name).read_bytes()


def test_the_sdist_holds_what_a_packager_needs() -> None:
    """Everything the wheel is built from, and the tests."""
    with tarfile.open(sdist()) as built:
        names = {name.split("/", 1)[1] for name in built.getnames() if "/" in name}
    for expected in ("pyproject.toml", "noxfile.py", "README.md", "LICENSE", "CHANGELOG.md", "openapi/images.yaml"):
        assert expected in names
    assert "tests/conftest.py" in names
    assert "generated/rackspace_images_api/models/image.py" in names
    assert not [name for name in names if "node_modules" in name or ".nox" in name or "__pycache__" in name]


@pytest.mark.parametrize("built", [wheel, sdist])
def test_it_works_in_an_empty_environment(built: Any, tmp_path: Path) -> None:
    """Installed, `show … --sandbox -f json` prints the `image` of the source's example, whole."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"

    def install(what: str) -> None:
        subprocess.run([python, "-m", "pip", "install", "--quiet", what], check=True, cwd=tmp_path)

    def show() -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [
            tmp_path / "env/bin/rackspace-images",
            "show",
            SOURCE_ID,
            "--sandbox",
            "-f",
            "json",
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)

    install(str(built()))
    plain = show()
    assert (plain.returncode, plain.stdout, plain.stderr.count("\n")) == (2, "", 1)
    assert "the command line needs click and rich" in plain.stderr
    # The command that it names works as it stands.
    subprocess.run([*plain.stderr.partition("run: ")[2].split(), "--quiet"], check=True, cwd=tmp_path)
    whole = show()
    assert (whole.returncode, whole.stderr) == (0, "")
    source = (ROOT / "openapi" / "source" / "retrieve-image-details.rst").read_text(encoding="utf-8")
    assert json.loads(whole.stdout) == json.loads(source[source.index('   {\n     "image"') :])["image"]
