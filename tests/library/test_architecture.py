"""The arrows of the design: a lower layer never imports a higher one."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "overrides" / "rackspace_images"

# Each may import those on its left, and nothing on its right.
ORDER = [
    "version",
    "defaults",
    "later",
    "text",
    "errors",
    "transport",
    "proxies",
    "tls",
    "engine",
    "network",
    "loop_thread",
    "slots",
    "httpx_engine",
    "http1",
    "fast_tasks",
    "fast_engine",
    "faults",
    "image",
    "credentials",
    "regions",
    "retry",
    "identity",
    "auth",
    "token_cache",
    "session",
    "bulk",
    "listing",
    "waiting",
    "client_base",
    "client",
    "adapters",
    "__init__",
]
BESIDE = {"documents", "__main__"}


def imported(path: Path) -> set[str]:
    """The modules a file imports, by their full names; the package's own as `.name`."""
    package = path.relative_to(LIBRARY).parts[:-1] if path.is_relative_to(LIBRARY) else ()
    found = set[str]()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # What only a type checker imports is no arrow.
    for branch in [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]:
        branch.body = [ast.Pass()]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = (".".join(["rackspace_images", *package][: len(package) + 2 - node.level]),) if node.level else ()
            modules = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {".".join([*base, module]) for module in modules if module}
    return {
        name.replace("rackspace_images.", ".", 1) if name.startswith("rackspace_images.") else name for name in found
    }


def test_every_module_has_its_place() -> None:
    """A new module is put into the order, or this fails."""
    assert {path.stem for path in LIBRARY.glob("*.py")} == set(ORDER) | BESIDE


@pytest.mark.parametrize("name", ORDER)
def test_the_library_imports_one_way(name: str) -> None:
    """Within the library, imports go to the left only, and never to the command line, the sandbox or the documents."""
    allowed = {f".{left}" for left in ORDER[: ORDER.index(name)]}
    # Configuration is read by `from_config` alone, which imports it when it is called.
    lazily = {".config"} if name == "client_base" else set()
    assert {module for module in imported(LIBRARY / f"{name}.py") if module.startswith(".")} <= allowed | lazily


@pytest.mark.parametrize("package", ["rackspace_images_api", "rackspace_identity_api"])
def test_generated_code_imports_nothing_of_ours(package: str) -> None:
    """Generated packages stand on httpx and attrs alone."""
    for path in (ROOT / "generated" / package).rglob("*.py"):
        absolute = {
            name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "level", 0)
            for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        }
        assert not {name for name in absolute if name and name.startswith("rackspace")}, path


def test_the_sandbox_reads_the_documents_only() -> None:
    """The sandbox is made from the documents, so that it cannot share a mistake with the client."""
    for path in (LIBRARY / "sandbox").glob("*.py"):
        ours = {name for name in imported(path) if name.startswith((".", "rackspace"))}
        assert all(name == ".documents" or name.startswith(".sandbox") for name in ours), (path, ours)


def code_lines(path: Path) -> int:
    """Lines that hold code: no blank lines, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    strings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            strings |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
            code |= set(range(token.start[0], token.end[0] + 1))
    return len(code - strings)


def test_the_library_stays_small() -> None:
    """A module that outgrows some 250 lines of code has two subjects; the whole can be read in an hour."""
    sizes = {name: code_lines(LIBRARY / f"{name}.py") for name in ORDER}
    assert max(sizes.values()) <= 250, sizes
    assert sum(sizes.values()) <= 4150, sizes


def test_importing_the_library_imports_nothing_beside_it() -> None:
    """Command line, sandbox, configuration and what only they need are not on the import path."""
    code = "import sys; from rackspace_images import *; print(*sys.modules)"
    modules = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    beside = {f"rackspace_images.{name}" for name in ("cli", "sandbox", "testing", "config", "documents")}
    assert not modules & (beside | {"yaml", "starlette", "uvicorn", "platformdirs", "argparse", "asyncio"})


def test_httpx_is_imported_without_its_command_line() -> None:
    """Which takes longer than httpx itself, where click happens to be installed; it can be imported later."""
    code = (
        "import sys; from rackspace_images import ImagesClient; assert 'httpx._main' not in sys.modules;"
        "import httpx; assert httpx.Client; from httpx import _main; assert _main.main"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_packages_names_are_there_when_they_are_asked_for() -> None:
    """Every public name can be had, and importing the package alone loads none of what they need."""
    code = (
        "import sys, rackspace_images as r; early = set(sys.modules);"
        "assert not early & {'httpx', 'attrs', 'rackspace_images.client'}, early;"
        "assert all(hasattr(r, name) and name in dir(r) for name in r.__all__); assert not hasattr(r, 'nothing')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
