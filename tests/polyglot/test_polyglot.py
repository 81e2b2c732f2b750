"""The run over all languages: what it finds, what it says, and that a new field needs nothing written by hand.

Run by `nox -s polyglot`, after the table; it builds in the same folder.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from polyglot.__main__ import ROOT, Row, compare, described
from polyglot.judge import judge, tells_null_from_absent
from polyglot.languages import LANGUAGES, declares

# Compilers take their time on a machine that is busy.
pytestmark = pytest.mark.timeout(900)

BUILD = ROOT / "build" / "polyglot"
VECTORS = described()


def perfect() -> list[dict[str, Any]]:
    """The reports of a client that does all that the vectors ask for."""
    return [
        {"vector": vector["name"], "region": region, **right(expected)}
        for vector in VECTORS["vectors"] + VECTORS["lists"]
        for region in vector.get("regions", VECTORS["regions"])
        for expected in vector["expect"]
    ]


def right(expected: dict[str, Any]) -> dict[str, Any]:
    if expected["outcome"] == "image":
        return {"status": expected["status"], "image": {**expected["fields"], **expected.get("kept", {})}}
    if expected["outcome"] == "page":
        links = [{"rel": "next", "href": f"http://x/?marker={expected['next']}"}] if expected["next"] else None
        images = [image.get("fields", {"id": "wrong"}) for image in expected["images"]]
        return {"status": expected["status"], "page": {"images": images, "images_links": links}}
    if expected["outcome"] == "malformed":
        return {"error": "no image"}
    words = {key: expected[key] for key in ("code", "message", "details") if key in expected}
    fault = {expected["fault"]: words} if expected["fault"] else None
    return {"status": expected["status"], "fault": fault, "retry_after": expected.get("retry_after")}


def without_words() -> set[str]:
    """What no report can say: that an empty 404 is about the image, and that one image of a page is an error."""
    return {"not-found-without-words", "page-with-odd-images"}


def wrong(reports: list[dict[str, Any]]) -> set[str]:
    return {name for name, problems in judge(VECTORS, reports).items() if problems} - without_words()


def test_a_client_that_does_it_all_passes() -> None:
    """Reports that say just what is asked for are right."""
    assert wrong(perfect()) == set()


@pytest.mark.parametrize(
    ("vector", "spoil"),
    [
        ("source-example", {"status": 203}),
        ("source-example", {"image": {}}),
        ("source-example", {"image": None, "fault": None}),
        ("nameless", {"image": {**VECTORS["vectors"][2]["expect"][0]["fields"], "name": "null"}}),
        ("not-found", {"status": 403}),
        ("not-found", {"fault": None}),
        ("not-found", {"fault": {"itemNotFound": {"code": 404, "message": "No."}}}),
        ("not-found", {"fault": {"itemNotFound": {"code": 400, "message": "Image not found."}}}),
        ("over-limit", {"retry_after": "31"}),
        ("over-limit", {"retry_after": None}),
        ("html-page", {"status": 200, "image": {"id": "00000000-0000-4000-8000-000000200101"}}),
        ("one-page", {"page": {"images": []}}),
        ("marker-unknown", {"page": {"images": []}}),
    ],
)
def test_a_report_that_is_wrong_is_found(vector: str, spoil: dict[str, Any]) -> None:
    """Another status, value, fault, time to wait or success than the vector's is a failure, and that vector's alone."""
    reports = copy.deepcopy(perfect())
    report = next(report for report in reports if report["vector"] == vector)
    report.update(spoil)
    for key in [key for key, value in spoil.items() if value is None]:
        del report[key]
    assert wrong(reports) == {vector}


@pytest.mark.parametrize(
    ("vector", "field"),
    [
        ("source-example", "OS-EXT-IMG-SIZE:size"),
        ("dates", "created"),
        ("unknown-members", "com.rackspace__1__ui_default_show"),
    ],
)
def test_a_field_that_is_lost_or_changed_is_found(vector: str, field: str) -> None:
    """Every field that the vector names counts, be it described or not."""
    for changed in ({}, {field: "2001-01-01T00:00:00Z"}):
        reports = copy.deepcopy(perfect())
        report = next(report for report in reports if report["vector"] == vector)
        del report["image"][field]
        report["image"].update(changed)
        assert wrong(reports) == {vector}


def test_reports_that_are_missing_are_found() -> None:
    """A runner that leaves a request out, or makes one of its own, fails."""
    reports = perfect()
    assert wrong(reports[1:]) == {reports[0]["vector"]}
    assert wrong([*reports, {**reports[0], "region": "LON"}]) == {reports[0]["vector"]}


def test_moments_are_equal_by_value_and_numbers_to_the_last_digit() -> None:
    """A date may be written in another way; a size may not lose its end."""
    reports = perfect()
    dated = next(report for report in reports if report["vector"] == "dates")["image"]
    dated["updated"] = "2024-01-09T10:00:31.500000000Z"
    assert wrong(reports) == set()
    large = next(report for report in reports if report["vector"] == "size-beyond-doubles")["image"]
    large["OS-EXT-IMG-SIZE:size"] -= 1
    assert wrong(reports) == {"size-beyond-doubles"}


def test_who_tells_null_from_absent() -> None:
    """A client does that reports nulls as nulls, and nothing of what is absent."""
    reports = [report for report in perfect() if "image" in report]
    assert not tells_null_from_absent(VECTORS, reports)
    nulls = {v["name"]: v["expect"][-1].get("null", []) for v in VECTORS["vectors"]}
    for report in reports:
        report["image"].update(dict.fromkeys(nulls[report["vector"]]))
    assert tells_null_from_absent(VECTORS, reports)
    next(report for report in reports if report["vector"] == "only-id")["image"]["name"] = None
    assert not tells_null_from_absent(VECTORS, reports)


def test_explanations_have_to_be_true() -> None:
    """A vector is excused only where it fails, is there, and is no contract."""
    go = next(language for language in LANGUAGES if language.folder == "go")
    row = Row(go)
    compare(row, VECTORS, perfect())
    assert "nan" not in row.wrong
    assert "passes, though" in row.wrong["json-called-text"][0]

    failing = [report for report in perfect() if report["vector"] not in ("json-called-text", "source-example")]
    row = Row(go)
    compare(row, VECTORS, failing)
    assert "json-called-text" in row.explained
    assert "source-example" in row.wrong


def run(project: Path, *languages: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """The whole run, in a copy of the project."""
    packages = [str(project / folder) for folder in ("tests", "overrides", "generated")]
    return subprocess.run(
        [sys.executable, "-m", "polyglot", "--build", BUILD, *languages],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(packages), "PATH": path or os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the run reads."""
    unneeded = shutil.ignore_patterns("node_modules", "__pycache__")
    for folder in ("openapi", "overrides", "generated", "tests/polyglot"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unneeded)
    return tmp_path


def edit(project: Path, old: str, new: str) -> None:
    document = project / "openapi" / "images.yaml"
    text = document.read_text(encoding="utf-8")
    assert old in text
    document.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_missing_toolchain_is_said_by_name(project: Path, tmp_path: Path) -> None:
    """Nothing is skipped in silence: the row fails, and says what to install."""
    done = run(project, "go", "java", path=str(tmp_path))
    assert done.returncode == 1
    assert "Go FAILED: Go not found: install it to run this language" in done.stdout
    assert "Java FAILED: Maven and a JDK not found" in done.stdout


def test_one_language_that_fails_does_not_stop_the_others(project: Path) -> None:
    """A document that one generator refuses fails that row in the generator's own words, and no other."""
    edit(project, "  x-source:", "externalDocs:\n  description: The source.\n  url: source/x.rst\nx-source:")
    done = run(project, "go", "rust")
    assert done.returncode == 1
    assert "Rust FAILED: could not generate" in done.stdout
    assert "externalDocs.url: relative URL without a base" in done.stdout
    row = next(line.split() for line in done.stdout.splitlines() if line.startswith("Go "))
    assert row[4] == "0"
    assert "Go FAILED" not in done.stdout


def test_a_runner_that_breaks_fails_its_row_alone(project: Path) -> None:
    """What a runner says when it breaks, or says in another form, is no end of the run."""
    main = project / "tests" / "polyglot" / "python" / "main.py"
    good = main.read_text(encoding="utf-8")
    for bad, words in (
        ('raise SystemExit("no mood")', "Python FAILED: could not run"),
        ('print("no JSON")', "Python FAILED: its reports are not as README.md asks for"),
    ):
        main.write_text(good.replace("    for vector in described", f"    {bad}\n    for vector in described"))
        done = run(project, "python", "go")
        assert done.returncode == 1
        assert words in done.stdout
        assert "Go FAILED" not in done.stdout


def test_a_new_field_reaches_all_languages(project: Path) -> None:
    """A field that the document gains is declared and reported in every language; only a vector is written by hand."""
    name = "        name:\n          description: The name its owner gave it"
    edit(
        project,
        name,
        "        ownerNote:\n          description: A new field.\n          type: [integer, 'null']\n"
        f"          format: int64\n          example: 1\n{name}",
    )
    file = project / "openapi" / "vectors" / "images.json"
    vectors = json.loads(file.read_text(encoding="utf-8"))
    image = {"id": "00000000-0000-4000-8000-000000200099", "ownerNote": 5562828800}
    vectors["vectors"].append(
        {
            "name": "new-field",
            "level": "contract",
            "about": "A new field.",
            "image_id": image["id"],
            "answers": [{"status": 200, "body": {"json": {"image": image}}}],
            "expect": [{"outcome": "image", "status": 200, "fields": image}],
        }
    )
    file.write_text(json.dumps(vectors), encoding="utf-8")
    contracts = sum(vector["level"] == "contract" for vector in vectors["vectors"] + vectors["lists"])

    done = run(project)
    assert done.returncode == 0, done.stdout + done.stderr
    for language in LANGUAGES:
        row = next(line.split() for line in done.stdout.splitlines() if line.startswith(f"{language.name} "))
        assert row[1] == str(contracts), language.name
        assert declares(language, BUILD, "ownerNote"), language.name
