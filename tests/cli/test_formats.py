"""`-f json`, `yaml`, `value` and `shell`: what programs read."""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from rackspace_images.cli.columns import wire_columns
from rackspace_images.cli.formats import json_text, shell_text, yaml_text
from rackspace_images.text import escape_control_characters

from .running import ID, images, nasty_text, printed

FORMATS = ["table", "json", "yaml", "value", "shell"]
HARMFUL = 'x"; touch made; echo "$(touch made)`touch made`\\'


def invisible(text: str) -> set[str]:
    """The signs in `text`, line ends apart, that a terminal would not show but act on."""
    return {sign for sign in text if not sign.isprintable() and unicodedata.category(sign) != "Zs" and sign != "\n"}


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=50)
@given(received=images)
def test_nothing_invisible_is_written_raw(name: str, received: dict[str, Any]) -> None:
    """Whatever a server sends, no control character, direction override or lone surrogate gets out, in any format."""
    assert not invisible(printed(received, "-f", name))


@given(received=images)
@example(received={"name": "\ud83d", "metadata": {"\x7f": "\x9b\u202e", "a": 1e400, "b": [-1e400, "Infinity"]}})
def test_json_reads_back_to_what_was_received(received: dict[str, Any]) -> None:
    """`-f json` is the image exactly as received, members in their order."""
    expected = json.loads(json.dumps({"id": ID, **received}))
    read = json.loads(printed(received, "-f", "json"), parse_constant=pytest.fail)
    assert read == expected
    assert list(read) == list(expected)


@given(received=images)
@example(received={"created": "2013-06-07T16:38:49Z", "name": "no", "metadata": {"y": "1e3", "a": "0o7", "b": "~"}})
def test_yaml_reads_back_to_what_was_received(received: dict[str, Any]) -> None:
    """`-f yaml` is the same object: dates stay text, words that YAML has a meaning for stay words, order is kept."""
    expected = json.loads(json.dumps({"id": ID, **received}))
    read = yaml.safe_load(printed(received, "-f", "yaml"))
    assert read == expected
    assert list(read) == list(expected)


def test_yaml_quotes_what_other_readers_would_take_for_something_else() -> None:
    """YAML 1.1 and 1.2 disagree about words and numbers; quotes end the argument."""
    words = ["y", "N", "on", "1e3", "0o17", "0x1F", "12:30:45", "2013-06-07", "null", ".inf", "<<", "=", ""]
    lines = yaml_text({"words": words}).splitlines()
    assert lines[1:] == [f'- "{word}"' for word in words]


def test_readable_text_stays_readable() -> None:
    """Text of any language is not turned into escapes."""
    name = "Bücher – 日本語 – עברית 🐧\u3000x"
    for written in ("json", "value", "shell"):
        assert name in printed({"name": name}, "-f", written)
    assert "Bücher – 日本語 – עברית" in printed({"name": name}, "-f", "yaml")


@given(received=images)
@settings(max_examples=25)
def test_json_of_an_error_survives_any_encoding(received: dict[str, Any]) -> None:
    """Where standard error is not UTF-8, JSON has escapes for all that is not ASCII."""
    received = json.loads(json.dumps(received))
    assert json.loads(json_text(received, only_ascii=True).encode("ascii")) == received


def test_value_prints_one_line_for_each_documented_field() -> None:
    """`-f value` has the same lines for every image, in the document's order; an absent or null one is empty."""
    lines = printed({"name": "a\nb", "progress": 5, "minDisk": None, "extra": 1}, "-f", "value").splitlines()
    expected = {"id": ID, "name": "a\\nb", "progress": "5"}
    assert lines == [expected.get(column.name, "") for column in wire_columns()]


def test_value_writes_what_is_no_text_as_json() -> None:
    """Objects, lists, booleans and numbers are JSON on one line."""
    received = {"metadata": {"a": [1, None, "ü"]}, "status": True}
    out = printed(received, "-f", "value", "-c", "status", "-c", "metadata", "-c", "is_active")
    assert out == 'true\n{"a": [1, null, "ü"]}\nfalse\n'


def test_shell_names_its_variables_as_openstack_does() -> None:
    """Lower case, with an underscore for every sign that no variable may have."""
    names = [line.split("=")[0] for line in printed({}, "-f", "shell").splitlines()]
    wanted = {"os_ext_img_size_size", "os_dcf_diskconfig", "mindisk", "id", "metadata"}
    assert {f"image_{name}" for name in wanted} <= set(names)
    bare = [line.split("=")[0] for line in printed({}, "-f", "shell", "--prefix", "").splitlines()]
    assert [f"image_{name}" for name in bare] == names
    assert len(names) == len(set(names)) == len(wire_columns())


def test_shell_takes_no_variable_from_the_server() -> None:
    """A member that no document knows, such as one named like a proxy's variable, is not assigned."""
    assert "proxy" not in printed({"https_proxy": "http://evil.example.com"}, "-f", "shell")


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
@settings(max_examples=60)
@given(name=nasty_text, value=nasty_text)
@example(name=HARMFUL, value=HARMFUL)
def test_shell_is_safe_to_eval(tmp_path_factory: pytest.TempPathFactory, shell: str, name: str, value: str) -> None:
    """`eval` runs nothing that a server sent, and gives back the text, invisible signs shown."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    received = json.loads(json.dumps({"name": name, "metadata": {"key": value}, "status": "ACTIVE"}))
    assignments = printed(received, "-f", "shell")
    folder = tmp_path_factory.getbasetemp()
    script = 'eval "$1"; printf "%s\\n" "$image_name" "$image_metadata"'
    ended = subprocess.run(
        [shell, "-c", script, shell, assignments], cwd=folder, capture_output=True, encoding="utf-8", check=True
    )
    first, second = ended.stdout.removesuffix("\n").split("\n")
    assert first == escape_control_characters(received["name"])
    assert json.loads(second) == received["metadata"]
    assert ended.stderr == ""
    assert not Path(folder, "made").exists()


def test_shell_is_safe_where_a_second_byte_looks_like_a_backquote() -> None:
    """In encodings such as GBK no half of a sign is a quote, and nothing else has a meaning between single quotes."""
    assert shell_text({"name": "it's $(x) `y`"}, "") == "name='it'\\''s $(x) `y`'"


def test_a_csv_cell_that_a_spreadsheet_would_run_gets_an_apostrophe() -> None:
    """Text only, and only where it begins so; numbers stay numbers."""
    for name in ("=cmd()", "+1", "-1", "@x"):
        assert (
            printed({"name": name, "progress": -5}, "-f", "csv", "-c", "name,progress")
            == f"name,progress\n'{name},-5\n"
        )
    assert printed({"name": "a=b"}, "-f", "csv", "-c", "name") == "name\na=b\n"
