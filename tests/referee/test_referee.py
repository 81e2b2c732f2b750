"""The referee sees what differs, takes what is accepted, and complains of entries that accept nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from rackspace_images import errors

from referee.__main__ import main
from referee.accepted import ACCEPTED, Accepted
from referee.cases import Case
from referee.differences import Difference, compare, flatten, judge
from referee.registry import GROUPS, in_threads
from referee.server import response

CASES = (
    Case("missing", [response(404, {"itemNotFound": {"code": 404, "message": "Image not found."}})]),
    Case("image", [response(200, {"image": {"id": "e3d37ab2-8dc0-4000-b773-b15aad79ad0a", "name": "web"}})]),
)
REASON = Accepted("a kind", "a reason", cases="small/missing", fields="outcomes.0.error.fields.hint", recorded="locate")

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The referee with one small group, recorded in a folder of the test's own."""
    groups = {"small": in_threads(lambda: CASES)}

    def run(*arguments: str, accepted: tuple[Accepted, ...] = ()) -> int:
        return main(arguments, groups=groups, accepted=accepted, folder=tmp_path)

    assert run("--record") == 0
    return run


def change(folder: Path, change_case: Callable[[dict[str, Any]], object]) -> None:
    """Changes what was recorded."""
    path = folder / "small.json"
    recorded = json.loads(path.read_text())
    change_case(recorded)
    path.write_text(json.dumps(recorded))


def test_referee_passes_when_nothing_differs(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert "no difference that is not accepted" in capsys.readouterr().out


def test_referee_reports_a_changed_image(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(tmp_path, lambda recorded: recorded["image"]["outcomes"][0]["image"]["names"].update(name="db"))
    assert run() == 1
    told = capsys.readouterr().out
    assert 'small/image\n    outcomes.0.image.names.name\n      recorded  "db"\n      now       "web"' in told


def test_referee_reports_a_message_of_a_class_that_changed(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(errors.ImageNotFound, "hint", "look elsewhere")
    assert run() == 1
    told = capsys.readouterr().out
    assert "outcomes.0.error.fields.hint" in told
    assert '"look elsewhere"' in told
    assert "small/image" not in told


@pytest.mark.parametrize("name", ["image", "missing"])
def test_referee_reports_a_case_that_is_not_recorded(run: Run, tmp_path: Path, name: str) -> None:
    change(tmp_path, lambda recorded: recorded.pop(name))
    assert run() == 1


def test_referee_reports_a_recorded_case_that_is_gone(run: Run, tmp_path: Path) -> None:
    change(tmp_path, lambda recorded: recorded.update(gone={}))
    assert run() == 1


def test_referee_accepts_what_an_entry_lists(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(tmp_path, lambda recorded: recorded["missing"]["outcomes"][0]["error"]["fields"].update(hint="locate it"))
    assert run() == 1
    assert run(accepted=(REASON,)) == 0
    assert "1 a kind" in capsys.readouterr().out


def test_referee_reports_an_entry_that_accepts_nothing(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(accepted=(REASON,)) == 1
    assert "Stale entry" in capsys.readouterr().out


def test_referee_records_new_cases_and_changes_no_other(run: Run, tmp_path: Path) -> None:
    change(tmp_path, lambda recorded: (recorded.pop("image"), recorded["missing"].update(requests=[])))
    assert run("--record") == 0
    recorded = json.loads((tmp_path / "small.json").read_text())
    assert "image" in recorded
    assert recorded["missing"]["requests"] == []
    assert run("--record-all") == 0
    assert run() == 0


@pytest.mark.parametrize(
    ("entry", "matches"),
    [
        (Accepted("k", "r"), True),
        (Accepted("k", "r", cases="g/c*", fields="a.*"), True),
        (Accepted("k", "r", cases="h/*"), False),
        (Accepted("k", "r", fields="b"), False),
        (Accepted("k", "r", recorded="^1$", now="^2$"), True),
        (Accepted("k", "r", now="3"), False),
    ],
)
def test_accepted_entry_matches_by_case_field_and_values(entry: Accepted, matches: bool) -> None:
    verdict = judge([Difference("g/case", "a.0.b", "1", "2")], [entry])
    assert verdict.passes is matches
    assert bool(verdict.stale) is not matches


def test_compare_shows_absent_values_as_empty() -> None:
    recorded: Mapping[str, Any] = {"case": {"a": [1, {}], "b": None}}
    assert list(flatten(recorded["case"])) == [("a.0", "1"), ("a.1", "{}"), ("b", "null")]
    (found,) = compare("g", recorded, {"case": {"a": [1, {}]}})
    assert found == Difference("g/case", "b", "null", "")


def test_every_group_has_a_recording() -> None:
    folder = Path(__file__).parent / "recorded"
    assert {path.stem for path in folder.iterdir()} == set(GROUPS)


def test_every_accepted_entry_gives_a_reason() -> None:
    assert all(entry.kind and entry.reason for entry in ACCEPTED)
