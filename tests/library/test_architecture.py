"""The order of the modules, what they may use of others, and how large they may be."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "overrides" / "rackspace_images"
GENERATED = ("rackspace_images_api", "rackspace_identity_api")

# Each may import those on its left, and nothing on its right.
ORDER = [
    "defaults",
    "text",
    "errors",
    "http",
    "faults",
    "image",
    "regions",
    "auth",
    "config",
    "client",
    "__init__",
    "audit",
    "cli",
    "__main__",
]
BESIDE = {"documents", "testing"}
"""Made from the documents, and used by the command line; they import nothing of the library."""
MAX_ENTRIES = 14

# Lines of code. They are lowered when the code shrinks, and raised only for a new capability, by a number that the
# message of that commit names.
RING_1 = ("defaults", "text", "errors", "faults", "image", "regions", "auth", "client")
CEILINGS = {
    RING_1: 2709,
    ("http",): 1350,
    ("config",): 868,
    ("cli",): 1522,
    ("audit",): 399,
    ("testing",): 500,
    ("__init__", "__main__", "documents"): 120,
}


def imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each module that a file imports at run time, by its full name, and the names that are taken from it."""
    package = [path.parents[1].name] if path.is_relative_to(ROOT / "generated") else []
    if path.is_relative_to(LIBRARY):
        package = ["rackspace_images", *path.relative_to(LIBRARY).parts[:-1]]
    for node in ast.walk(without_type_checking(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            yield ".".join([*base, node.module] if node.module else base), [alias.name for alias in node.names]


def without_type_checking(path: Path) -> ast.Module:
    """A file's tree, without what only a type checker imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return tree


def modules() -> dict[str, Path]:
    """Every module of the package, by its full name."""
    return {module_name(path): path for path in LIBRARY.rglob("*.py")}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts).removesuffix(".__init__")


def imported_modules(path: Path) -> set[str]:
    """The modules of the package that a file imports."""
    known = modules()
    found = set()
    for module, names in imports(path):
        submodules = {f"{module}.{name}" for name in names} & set(known)
        found |= submodules | ({module} & set(known) if not names or len(submodules) < len(names) else set())
    return found - {module_name(path)}


def imported_parts(path: Path) -> set[str]:
    """The parts of the package, files and folders at its top, that a file imports."""
    return {module.split(".")[1] for module in imported_modules(path) if "." in module}


def files_of(part: str) -> list[Path]:
    """The files of one part of the package."""
    folder = LIBRARY / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [LIBRARY / f"{part}.py"]


def test_every_module_has_its_place_in_the_order() -> None:
    """A new module is put into the order, or this fails."""
    tops = {path.stem for path in LIBRARY.glob("*.py")} | {path.parent.name for path in LIBRARY.glob("*/__init__.py")}
    assert tops == set(ORDER) | BESIDE
    assert {part for parts in CEILINGS for part in parts} == tops


@pytest.mark.parametrize("part", ORDER)
def test_imports_go_one_way(part: str) -> None:
    """Each part imports those on its left only; the command line may use what is beside the library."""
    allowed = {*ORDER[: ORDER.index(part)], part} | (BESIDE if part == "cli" else set())
    for path in files_of(part):
        assert imported_parts(path) <= allowed, path


def test_folders_have_few_entries() -> None:
    """Who opens a folder sees at a glance what is in it."""
    folders = {path.parent for path in LIBRARY.rglob("*.py")}
    for folder in folders:
        entries = [*folder.glob("*.py"), *(one.parent for one in folder.glob("*/__init__.py"))]
        assert len([one for one in entries if one.stem not in ("__init__", "__main__")]) <= MAX_ENTRIES, folder


def test_modules_import_each_other_in_no_cycle() -> None:
    """At run time; what only a type checker imports does not count."""
    graph = {name: imported_modules(path) for name, path in modules().items()}
    # The package imports its modules when their names are asked for.
    graph["rackspace_images"] = set()
    while free := [name for name, found in graph.items() if not found & set(graph)]:
        for name in free:
            del graph[name]
    assert graph == {}


@pytest.mark.parametrize("package", GENERATED)
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


def test_sandbox_reads_the_documents_only() -> None:
    """The sandbox is made from the documents, so that it cannot share a mistake with the client."""
    for path in files_of("testing/sandbox"):
        assert imported_parts(path) <= {"documents", "testing"}, path
        assert not {module for module, _ in imports(path) if module.startswith(GENERATED)}, path


def names_in(path: Path) -> set[str]:
    """Every name, attribute and imported name of a file."""
    found = {name for _, names in imports(path) for name in names}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found.add(node.value)  # as for getattr
    return found


def private_names_of_generated_code() -> set[str]:
    """The private functions and attributes that the generated packages define."""
    found = set[str]()
    for package in GENERATED:
        for path in (ROOT / "generated" / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    found.add(node.name)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found.add(node.target.id)
    return {name for name in found if name.startswith("_") and not name.endswith("__")}


def test_nothing_private_of_generated_code_is_used() -> None:
    """Its operations and its `Client` are; the builders of requests and the parsers of responses below them are not."""
    private = private_names_of_generated_code()
    assert {"_get_kwargs", "_parse_response", "_client"} <= private
    # httpx's and our own clients have attributes of these names too.
    ours = {"_client", "_async_client", "_base_url", "_headers", "_cookies", "_timeout", "_httpx_args", "_verify_ssl"}
    for path in modules().values():
        assert not names_in(path) & (private - ours), path
        for module, names in imports(path):
            if module.startswith(GENERATED):
                assert not [name for name in (*module.split("."), *names) if name.startswith("_")], path


@pytest.mark.parametrize("name", ["_pool", "create_connection"])
def test_private_names_of_httpx_and_httpcore_are_in_one_file(name: str) -> None:
    """So that a release that renames them is mended there."""
    users = {path.relative_to(LIBRARY).as_posix() for path in modules().values() if name in names_in(path)}
    # asyncio's loop has a method of the same name.
    assert users - ({"http/async_network.py"} if name == "create_connection" else set()) == {"http/transport.py"}


def test_nothing_private_is_imported_from_other_packages() -> None:
    """httpx, httpcore and the standard library are used by their public names."""
    for path in modules().values():
        for module, names in imports(path):
            if not module.startswith("rackspace_images") and module != "__future__":
                assert not [name for name in (*module.split("."), *names) if name.startswith("_")], path


def code_lines(path: Path) -> int:
    """Lines that hold code: no blank lines, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    strings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            strings |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
            code |= set(range(token.start[0], token.end[0] + 1))
    return len(code - strings)


@pytest.mark.parametrize("parts", CEILINGS, ids=lambda parts: parts[0])
def test_code_stays_small(parts: tuple[str, ...]) -> None:
    """The whole can be read in an hour; a module that outgrows some 250 lines of code has two subjects."""
    sizes = {path.relative_to(LIBRARY).as_posix(): code_lines(path) for part in parts for path in files_of(part)}
    assert max(sizes.values()) <= 250, sizes
    assert sum(sizes.values()) <= CEILINGS[parts], sizes


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


COSTLY = {"yaml", "http.server", "platformdirs", "argparse", "anyio", "click", "rich", "trio", "urllib.request"}
BESIDE_THE_LIBRARY = {f"rackspace_images.{name}" for name in ("cli", "testing", "config", "documents")}
FOR_TASKS = {"asyncio", *(f"rackspace_images.{name}" for name in ("client.async_client", "http.async_network"))}


@pytest.mark.parametrize(
    ("names", "unwanted"),
    [
        ("ImagesClient, StaticToken, ApiKey, Image, Retry, Progress, errors", FOR_TASKS),
        ("client_auth, generated_client", FOR_TASKS),
        ("AsyncImagesClient", set[str]()),
        ("*", set[str]()),
    ],
)
def test_import_loads_nothing_that_is_not_needed(names: str, unwanted: set[str]) -> None:
    """Command line, sandbox, configuration and what only they need are not imported; asyncio only for tasks.

    httpx imports its own command line where click and rich are installed, and httpcore anyio: that is theirs.
    """
    code = f"import sys, httpx, httpcore; theirs = set(sys.modules); from rackspace_images import {names};"
    loaded = set(python(f"{code} print(*(set(sys.modules) - theirs))").split())
    assert "rackspace_images.http.call" in loaded
    assert not loaded & (unwanted | COSTLY | BESIDE_THE_LIBRARY)


def test_sync_client_makes_a_request_without_asyncio() -> None:
    """Neither the constructor nor a request imports what only tasks need."""
    code = (
        "import sys; from rackspace_images import ImagesClient, StaticToken, errors\n"
        "with ImagesClient(StaticToken('t'), endpoint='http://127.0.0.1:1/v2/1', retry=None) as images:\n"
        "    try: images.get('e3d37ab2-8dc0-4000-b773-b15aad79ad0a')\n"
        "    except errors.ConnectionFailed: print(*sys.modules)"
    )
    loaded = set(python(code).split())
    assert "httpcore" in loaded
    assert not loaded & {"asyncio", "rackspace_images.http.async_network", "rackspace_images.http.async_sender"}


def test_import_changes_nothing_of_other_packages() -> None:
    """No module is replaced or kept from being imported, and no logger but our own is touched."""
    code = (
        "import logging, sys\n"
        "import httpx, httpcore\n"
        "loggers = ['', *(f'httpcore.{part}' for part in ('connection', 'http11', 'http2', 'proxy')), 'httpx']\n"
        "def state():\n"
        "    return [(one.filters[:], one.handlers[:], one.level, one.disabled, one.propagate)\n"
        "            for one in map(logging.getLogger, loggers)]\n"
        "before, modules = state(), {n: (m, set(vars(m))) for n, m in sys.modules.items() if n.startswith('http')}\n"
        "from rackspace_images import *\n"
        "import rackspace_images.http.sender, rackspace_images.http.async_sender\n"
        "assert state() == before\n"
        "assert None not in sys.modules.values()\n"
        "assert all(sys.modules[n] is m and set(vars(m)) == names for n, (m, names) in modules.items())\n"
        "ImagesClient(StaticToken('t'), endpoint='http://127.0.0.1:1/v2/1').close()\n"
        "ImagesClient(StaticToken('t'), endpoint='http://127.0.0.1:1/v2/1').close()\n"
        "assert [len(filters) for filters, *_ in state()] == [0, 1, 1, 1, 1, 1]\n"
    )
    python(code)


def test_names_of_the_package_are_there_when_they_are_asked_for() -> None:
    """Every public name can be had, and importing the package alone loads none of what they need."""
    python(
        "import sys, rackspace_images as r; early = set(sys.modules);"
        "assert not early & {'httpx', 'attrs', 'rackspace_images.client'}, early;"
        "assert all(hasattr(r, name) and name in dir(r) for name in r.__all__); assert not hasattr(r, 'nothing')"
    )
