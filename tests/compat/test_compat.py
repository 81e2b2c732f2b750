"""What `nox -s compat` says of a change of a document, in a repository of its own."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("compat", ROOT / "openapi" / "compat" / "compat.py")
assert _spec is not None
assert _spec.loader is not None
compat = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(compat)

RELEASED = "1.4.2"
PATCH, MINOR, MAJOR = "1.4.3", "1.5.0", "2.0.0"
MIN_RAM = "        minRam:\n          description: The least memory"

# What is changed → the text that is replaced, and what by.
BREAKING = {
    "a field is removed": ("        minRam:\n          description", "        x-minRam:\n          description"),
    "a type is changed": (
        f"{MIN_RAM} that a server made from it needs, in MiB, 0 or more.\n"
        "          x-evidence: ['source: it calls them megabytes']\n"
        "          type: [integer, 'null']",
        f"{MIN_RAM}.\n          type: [string, 'null']",
    ),
    "a parameter is required": (
        "      parameters:\n        - $ref: '#/components/parameters/ImageId'\n",
        "      parameters:\n        - $ref: '#/components/parameters/ImageId'\n"
        "        - {name: zone, in: query, required: true, description: The zone., schema: {type: string}}\n",
    ),
    "a status is removed": ("        '409':\n          $ref: '#/components/responses/ConflictingRequest'\n", ""),
    "a known word is removed": (
        "x-extensible-enum: [ACTIVE, SAVING, DELETED, ERROR, UNKNOWN]",
        "x-extensible-enum: [ACTIVE, SAVING, DELETED, ERROR]",
    ),
    "all known words are removed": ("          x-extensible-enum: [AUTO, MANUAL]\n", ""),
}
ADDITIONS = {
    "a field": (
        MIN_RAM,
        f"        owner:\n          description: Whose it is.\n          type: [string, 'null']\n{MIN_RAM}",
    ),
    "a known word": ("UNKNOWN]", "UNKNOWN, QUEUED]"),
    "a query that may be left out": (
        "        - name: marker\n",
        "        - {name: zone, in: query, description: The zone., schema: {type: string}}\n        - name: marker\n",
    ),
}
WORDS = {
    "better words": ("description: The image.", "description: The image that was asked for."),
    "another example": ("example: voweb1-firstimage", "example: web-1"),
}
"""No change of what is sent."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose last tag has the documents, `images.yaml` at version 1.4.2."""
    for name in ("images.yaml", "identity.yaml", "vectors/images.json"):
        (tmp_path / "openapi" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "openapi" / name, tmp_path / "openapi" / name)
    document = tmp_path / "openapi" / "images.yaml"
    version = compat.re.search(r"(?m)^  version: (.*)$", document.read_text(encoding="utf-8"))[1]
    edit(tmp_path, f"  version: {version}", f"  version: {RELEASED}")
    (tmp_path / compat.CHANGELOG).write_text(
        f"- `images.yaml` {RELEASED}\n- `identity.yaml` 1.0.0\n- `vectors/images.json` 1.0.0\n", encoding="utf-8"
    )
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    git(tmp_path, "tag", "v0.1.0")
    return tmp_path


@pytest.fixture
def unreleased(project: Path) -> Path:
    """The same before the first tag, `images.yaml` at version 1.0.0."""
    git(project, "tag", "--delete", "v0.1.0")
    edit(project, f"  version: {RELEASED}", f"  version: {compat.FIRST}")
    mention(project, compat.FIRST)
    commit(project)
    return project


def git(project: Path, *arguments: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", "-C", project, *who, *arguments], check=True, capture_output=True)


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "x")


def edit(project: Path, old: str, new: str) -> None:
    document = project / "openapi" / "images.yaml"
    text = document.read_text(encoding="utf-8")
    assert old in text, f"the document has changed, and no longer has {old!r}"
    document.write_text(text.replace(old, new, 1), encoding="utf-8")


def release(project: Path, version: str) -> None:
    """Raises the version, and mentions it."""
    edit(project, f"  version: {RELEASED}", f"  version: {version}")
    mention(project, version)


def mention(project: Path, version: str) -> None:
    with (project / compat.CHANGELOG).open("a", encoding="utf-8") as changelog:
        changelog.write(f"- `images.yaml` {version}: changed.\n")


def test_nothing_has_changed(project: Path) -> None:
    """Documents that are as they were need nothing."""
    assert compat.main(project) == 0


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_needs_a_major_version(name: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a generated client could break on is refused with any version below the next major, and passes with it."""
    edit(project, *BREAKING[name])
    release(project, MINOR)
    assert compat.main(project) == 1
    assert f"the version is {MINOR}, and has to be {MAJOR} or later" in capsys.readouterr().err
    edit(project, f"  version: {MINOR}", f"  version: {RELEASED}")
    release(project, MAJOR)
    assert compat.main(project) == 0


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_needs_a_minor_version(name: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What old clients do not see passes with a minor version, and not with a patch."""
    edit(project, *ADDITIONS[name])
    release(project, PATCH)
    assert compat.main(project) == 1
    assert f"has to be {MINOR} or later" in capsys.readouterr().err
    edit(project, f"  version: {PATCH}", f"  version: {RELEASED}")
    release(project, MINOR)
    assert compat.main(project) == 0


@pytest.mark.parametrize("name", WORDS)
def test_better_words_need_a_patch(name: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Words alone pass with a patch; without a version raised nothing passes."""
    edit(project, *WORDS[name])
    assert compat.main(project) == 1
    assert f"has to be {PATCH} or later" in capsys.readouterr().err
    release(project, PATCH)
    assert compat.main(project) == 0


def test_version_is_mentioned_in_the_changelog(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A version that is raised and not mentioned is refused."""
    edit(project, *WORDS["better words"])
    edit(project, f"  version: {RELEASED}", f"  version: {PATCH}")
    assert compat.main(project) == 1
    assert f"add a line with `images.yaml` {PATCH}" in capsys.readouterr().err


def test_other_vectors_are_another_version(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The vectors are versioned as the documents are."""
    vectors = project / "openapi" / "vectors" / "images.json"
    vectors.write_text(vectors.read_text(encoding="utf-8").replace("A base image", "One base image"), encoding="utf-8")
    assert compat.main(project) == 1
    assert "openapi/vectors/images.json: the version is" in capsys.readouterr().err


@pytest.mark.parametrize("commits", [0, 1, 2])
def test_document_changes_freely_before_its_first_release(commits: int, unreleased: Path) -> None:
    """Without a tag nothing is released: a breaking change leaves the version at 1.0.0, committed or not."""
    edit(unreleased, *BREAKING["a field is removed"])
    for number in range(commits):
        (unreleased / "README").write_text(str(number), encoding="utf-8")
        commit(unreleased)
    assert compat.main(unreleased) == 0


def test_document_starts_at_1_0_0(unreleased: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Any other version is refused before the first release, mentioned or not."""
    edit(unreleased, f"  version: {compat.FIRST}", f"  version: {MINOR}")
    mention(unreleased, MINOR)
    assert compat.main(unreleased) == 1
    assert f"the version is {MINOR}; until the first release it is 1.0.0" in capsys.readouterr().err


def test_document_that_the_last_release_lacks_starts_at_1_0_0(unreleased: Path) -> None:
    """A document that is added after a release is not released yet."""
    (unreleased / "openapi" / "identity.yaml").rename(unreleased / "identity.yaml")
    commit(unreleased)
    git(unreleased, "tag", "v0.2.0")
    (unreleased / "identity.yaml").rename(unreleased / "openapi" / "identity.yaml")
    assert compat.main(unreleased) == 0


def test_all_changes_since_the_tag_count(project: Path) -> None:
    """A later harmless change does not hide a breaking one before it."""
    edit(project, *BREAKING["a field is removed"])
    commit(project)
    edit(project, *WORDS["better words"])
    release(project, MINOR)
    commit(project)
    assert compat.main(project) == 1


def test_a_history_that_is_cut_off_is_said(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A clone without the tag cannot tell what is released, and that is an error that says what to do."""
    shallow = tmp_path_factory.mktemp("clone") / "shallow"
    edit(project, *WORDS["better words"])
    commit(project)
    git(project, "clone", "--quiet", "--depth=1", project.as_uri(), str(shallow))
    with pytest.raises(SystemExit, match="git fetch --unshallow --tags"):
        compat.main(shallow)


def test_without_git_it_is_said(tmp_path: Path) -> None:
    """An unpacked release has no history."""
    with pytest.raises(SystemExit, match="no git history"):
        compat.main(tmp_path)
