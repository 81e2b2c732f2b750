"""What is run on this project, by contributors and in CI. Plain `nox` is what to run before a commit."""

import os
import shutil
import subprocess
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["drift", "lint", "compat", "types", "tests", "build"]
nox.options.reuse_existing_virtualenvs = True

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
OLDEST = PYTHONS[0]
GENERATE = "openapi/python/generate.py"
# Tests that need more than the package: each is run by the session that has it.
ELSEWHERE = [
    f"tests/{name}"
    for name in (
        *("cluster", "compat", "docs", "generation", "lint", "openstack", "packaging", "polyglot", "referee"),
        "typing",
    )
]
# What `nox -s quick` leaves out: tests that wait for servers that fail, or start a process each.
SLOW = ["tests/faults", "tests/trust", "tests/testing", "tests/cli/test_terminal.py"]
# Tests that install packages wait for the network too.
INSTALLING = "--timeout=600"


def group(name: str) -> tuple[str, ...]:
    return nox.project.dependency_groups(PROJECT, name)


# What the type checkers have to see.
TYPED = (".[cli,dask]", *group("types"), *group("openstack"))


@nox.session(python=OLDEST, default=False)
def generate(session: nox.Session) -> None:
    """Write generated/ from the documents."""
    session.install("-r", "openapi/python/requirements.txt")
    session.run("python", GENERATE, "generated")


@nox.session(python=PYTHONS)
def drift(session: nox.Session) -> None:
    """Fail when generated/ is not what the documents give; on every Python, as the output must not depend on it."""
    session.install("-r", "openapi/python/requirements.txt")
    session.run("python", GENERATE, "--check", "generated")
    if session.python == OLDEST:
        session.install(*group("tests"), *group("types"))
        session.run("pytest", "--noconftest", "tests/generation", *session.posargs)


def install_linter(session: nox.Session) -> None:
    # Node comes with the package, so that nothing but Python and git is needed here.
    session.run("npm", "ci", "--prefix", "openapi/lint", "--no-audit", "--no-fund", silent=True)


def lint_everything(session: nox.Session) -> None:
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    install_linter(session)
    session.run(
        *("node", "openapi/lint/node_modules/@redocly/cli/bin/cli.js", "lint"),
        *("openapi/images.yaml", "openapi/identity.yaml", "--config", "openapi/lint/redocly.yaml"),
        env={"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
    )


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """Lint the code and the documents, and see that the linter of the documents finds what it is to find."""
    session.install(*group("lint"))
    lint_everything(session)
    session.run("pytest", "--noconftest", "tests/lint", *session.posargs)


@nox.session(python=OLDEST)
def compat(session: nox.Session) -> None:
    """Compare the documents with the released ones: what breaks clients needs a major version, and all is said."""
    session.install(*group("lint"))
    install_linter(session)
    session.run("python", "openapi/compat/compat.py")
    session.run("pytest", "--noconftest", "tests/compat", *session.posargs)


@nox.session(python=OLDEST)
def types(session: nox.Session) -> None:
    """Check types: of our code, and of a user's file against the installed package."""
    session.install(*TYPED)
    session.run("mypy")
    session.run("pyright")
    # Away from the checkout, where only the installed package can be found.
    away = Path(session.create_tmp())
    shutil.copy("tests/typing/user.py", away)
    session.chdir(away)
    session.run("mypy", "--strict", "--config-file=", "user.py")
    session.run("pyright", "user.py")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests against the package as it is installed."""
    session.install(".[cli]", *group("tests"))
    # Three at once, as most of them wait; fewer examples where the same code runs once more.
    options = ["-n", "3"] if session.python == OLDEST else ["-n", "3", "--hypothesis-profile=quick"]
    session.run("pytest", *options, *(f"--ignore={path}" for path in ELSEWHERE), *session.posargs)


@nox.session(python=OLDEST, default=False)
def quick(session: nox.Session) -> None:
    """Run lint, drift, types and the fast part of the tests on one Python: to run while working, in two minutes."""
    session.install("-r", "openapi/python/requirements.txt", *TYPED, *group("lint"), *group("tests"))
    lint_everything(session)
    session.run("python", GENERATE, "--check", "generated")
    session.run("mypy")
    session.run("pyright")
    left_out = (f"--ignore={path}" for path in (*ELSEWHERE, *SLOW))
    session.run("pytest", "-n", "3", "--hypothesis-profile=quick", *left_out, *session.posargs)


@nox.session(python=OLDEST)
def build(session: nox.Session) -> None:
    """Build the wheel and the sdist, check them, install each into an empty environment and use it.

    Beside them it writes what is shared of the documents, with copies in OpenAPI 3.0, and validates those.
    """
    session.install(*group("build"), *group("tests"))
    dist = Path(session.create_tmp()).absolute() / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(dist), silent=True)
    session.run("twine", "check", "--strict", *map(str, sorted(dist.iterdir())))
    shared = dist.with_name("openapi")
    session.run("python", "openapi/share.py", str(shared))
    session.run(
        *("pytest", "--noconftest", INSTALLING, "tests/packaging", *session.posargs),
        env={"DIST": os.fspath(dist), "SHARED": os.fspath(shared)},
    )


@nox.session(python=OLDEST, default=False)
def docs(session: nox.Session) -> None:
    """Build the site, follow each page as a reader would, and look at it in a browser (Debian's chromium)."""
    session.install(".[cli,testing]", *group("tests"), *group("docs"))
    made = Path(session.create_tmp()).absolute()
    session.run("mkdocs", "build", "--strict", "--site-dir", os.fspath(made / "site"), env={"NO_MKDOCS_2_WARNING": "1"})
    session.run(
        *("pytest", "-n", "3", INSTALLING, "tests/docs", *session.posargs),
        env={"SITE": os.fspath(made / "site"), "SCREENSHOTS": os.fspath(made / "screenshots")},
    )
    session.log(f"the site is in {made / 'site'}, pictures of it in {made / 'screenshots'}")


@nox.session(python=OLDEST, default=False)
def polyglot(session: nox.Session) -> None:
    """Generate a client in each of five languages, and ask the sandbox for every vector with it.

    Names of languages run those alone, and not the tests of the run itself.
    """
    session.install(".[cli]", "-r", "openapi/python/requirements.txt", *group("polyglot"))
    session.run("python", "-m", "polyglot", *session.posargs, env={"PYTHONPATH": "tests"})
    if not session.posargs:
        session.run("pytest", "--noconftest", "tests/polyglot")


@nox.session(python=OLDEST, default=False)
def referee(session: nox.Session) -> None:
    """Compare images, errors, requests and output with what was recorded of them: a minute or two.

    Names of groups run those alone; `--record` writes the cases that are new.
    """
    session.install(".[cli]", "pytest", "pytest-timeout")
    if not session.posargs:
        session.run("pytest", "--noconftest", "tests/referee")
    session.run("python", "-m", "referee", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(python=OLDEST, default=False)
def distributed(session: nox.Session) -> None:
    """Audit over a real scheduler and workers on this machine, killed and lost on the way: a minute or two."""
    session.install(".[cli,dask]", *group("tests"))
    session.run("pytest", "tests/cluster", "tests/audit", *session.posargs)


@nox.session(python=OLDEST, default=False)
def bench(session: nox.Session) -> None:
    """Measure speed, memory and requests beside other clients in one run: some ten minutes, on a machine at rest."""
    session.install(".[cli]", *group("bench"))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=OLDEST, default=False)
def soak(session: nox.Session) -> None:
    """Ask 15,000 times, a tenth of it through faults: a minute.

    With `--figures`, on a machine at rest: 50,000 times, and how late what is cut, closed or interrupted ends.
    """
    session.install(".[cli]")
    path = os.pathsep.join(("tests", "tests/support"))
    session.run("python", "-m", "soak", *session.posargs, env={"PYTHONPATH": path})


@nox.session(python=OLDEST, default=False)
def fuzz(session: nox.Session) -> None:
    """Read what nobody would write, at length: 2,000 examples of each kind, some ten minutes."""
    session.install(".[cli]", *group("tests"))
    readers = ("tests/trust/test_parsers.py", "tests/config/test_hostile.py")
    session.run("pytest", "--hypothesis-profile=fuzz", "--timeout=0", *readers, *session.posargs)


@nox.session(python=OLDEST, default=False)
def coverage(session: nox.Session) -> None:
    """Measure which lines and branches of overrides/ the tests run, in the processes that they start as well."""
    session.install(".[cli]", *group("tests"), *group("coverage"))
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-q", *(f"--ignore={path}" for path in ELSEWHERE), *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report", "--skip-covered", "--show-missing")


@nox.session(python=OLDEST, default=False)
def mutation(session: nox.Session) -> None:
    """Change a sample of the code in small ways, and print the changes that no test notices: half an hour."""
    session.install("-e", ".[cli]", *group("tests"))
    session.run("python", "-m", "mutation", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(python=OLDEST, default=False)
def licences(session: nox.Session) -> None:
    """Write docs/licences.md: what is installed with the package, and under which licence."""
    session.install(".[cli,dask,testing]", "packaging")
    session.run("python", "docs/licences.py")


@nox.session(python=OLDEST, default=False)
def lowest(session: nox.Session) -> None:
    """Run the tests against the oldest versions of what we depend on; plain `nox` has the newest."""
    session.install("uv", *group("tests"))
    package = ".[cli,dask,testing]"
    session.run("uv", "pip", "install", "--quiet", "--resolution=lowest-direct", "--upgrade", package)
    session.run("uv", "pip", "list")
    elsewhere = [f"--ignore={path}" for path in ELSEWHERE if path != "tests/cluster"]
    session.run("pytest", "-q", "-n", "3", *elsewhere, *session.posargs)


# Nova's version → the Python that it runs on, in an environment of its own.
OPENSTACKS = {"34": "python3.11", "26": "python3.9"}


@nox.session(python=OLDEST, default=False)
@nox.parametrize("nova", list(OPENSTACKS))
def openstack(session: nox.Session, nova: str) -> None:
    """Run against a real Keystone, Glance and Nova on loopback; installed once, a few minutes on a fresh machine."""
    python = shutil.which(OPENSTACKS[nova])
    # pyenv has a command for each Python it knows, which fails for those it is not told to use.
    if python is None or subprocess.run([python, "--version"], capture_output=True).returncode != 0:
        session.skip(f"Nova {nova} needs {OPENSTACKS[nova]}, which is not here")
    session.install(".[cli]", *group("tests"), *group("openstack"))
    # Beside the session's own environment, which nox may make anew.
    kept = Path(session.cache_dir).absolute() / f"openstack-{nova}"
    lab = Path("tests/openstack")
    session.run(
        *("python", os.fspath(lab / "lab.py"), "--install", "--venv", os.fspath(kept / "env")),
        *("--requirements", os.fspath(lab / f"requirements-{nova}.txt"), "--python", python),
    )
    session.run(
        *("pytest", "--session-timeout=1800", os.fspath(lab), *session.posargs),
        env={"OPENSTACK_LAB": os.fspath(kept), "OPENSTACK_NOVA": nova},
    )
