"""The names that the generator makes of names with a colon: what our setting of it relies on, and what it gives."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

GENERATOR = Path(__file__).parents[2] / "openapi" / "python" / "generator.py"
REQUIREMENTS = GENERATOR.with_name("requirements.txt")
NAMES = {
    "OS-DCF:diskConfig": "os_dcf_disk_config",
    "OS-EXT-IMG-SIZE:size": "os_ext_img_size_size",
    "RAX-AUTH:defaultRegion": "rax_auth_default_region",
    "RAX-KSKEY:apiKeyCredentials": "rax_kskey_api_key_credentials",
    # Names without a colon are as they were.
    "minDisk": "min_disk",
    "org.openstack__1__os_distro": "org_openstack_1_os_distro",
}


@pytest.fixture
def strings() -> Any:
    """The generator's module for names."""
    return importlib.import_module("openapi_python_client.strings")


def test_generator_still_has_the_constant(strings: Any) -> None:
    """The delimiters are text without a colon: once the generator has one of its own, our setting can go."""
    assert isinstance(strings.DELIMITERS, str)
    assert ":" not in strings.DELIMITERS


def test_generator_is_pinned() -> None:
    """The constant is not documented, so only the version that was tried with it is installed."""
    assert re.search(r"(?m)^openapi-python-client==\d+\.\d+\.\d+$", REQUIREMENTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_name_is_split_at_its_colon(name: str, strings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words begin after a colon, as they do after a dash."""
    monkeypatch.setattr(strings, "DELIMITERS", strings.DELIMITERS + ":")
    assert strings.PythonIdentifier(name, "field_") == NAMES[name]


def test_generator_without_the_constant_is_refused() -> None:
    """Another generator ends with what is wrong, and writes no mangled name."""
    code = (
        "import runpy, sys; from openapi_python_client import strings; del strings.DELIMITERS; "
        "runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(GENERATOR)], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 1
    assert "no strings.DELIMITERS any more" in run.stderr
    assert "openapi/python/generator.py" in run.stderr
