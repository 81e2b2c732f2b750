"""The languages: what each needs, how its client is generated, compiled and run."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Language:
    """One language. Its commands are run in a copy of its folder here, in which there is a copy of `openapi/` too."""

    name: str
    folder: str
    generator: str
    needs: dict[str, str]
    """Command → what it belongs to, as people know it."""
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    """What is done, and by which command, before it can be run."""
    run: tuple[str, ...]
    """Given two more arguments: the sandbox's URL, and the file of the vectors."""
    generated: tuple[str, ...]
    """The folders of the generated code, written anew by every run."""


GENERATE_PYTHON = (sys.executable, "openapi/python/generator.py", "generate", "--meta", "none", "--fail-on-warning")
MAVEN = ("mvn", "-B", "-ntp", "-q")

LANGUAGES = (
    Language(
        name="TypeScript",
        folder="typescript",
        generator="openapi-typescript, openapi-fetch",
        needs={"node": "Node.js", "npm": "Node.js"},
        steps=(
            ("install", ("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund")),
            ("generate", ("npm", "run", "--silent", "generate")),
            ("compile", ("npm", "run", "--silent", "compile")),
        ),
        run=("node", "compiled/main.js"),
        generated=("generated",),
    ),
    Language(
        name="Go",
        folder="go",
        generator="oapi-codegen",
        needs={"go": "Go"},
        steps=(
            ("install", ("go", "mod", "download")),
            ("generate", ("go", "generate", ".")),
            # Go's compiler has no warnings; this finds what others would warn of.
            ("compile", ("go", "vet", "./...")),
            ("compile", ("go", "build", "-o", "runner", ".")),
        ),
        run=("./runner",),
        generated=("images", "identity"),
    ),
    Language(
        name="Java",
        folder="java",
        generator="openapi-generator, native HTTP client",
        needs={"java": "a JDK", "javac": "a JDK", "mvn": "Maven"},
        steps=(
            ("generate", (*MAVEN, "generate-sources")),
            ("compile", (*MAVEN, "compile", "-Dcodegen.skip=true")),
        ),
        run=("java", "-cp", f"target/classes{os.pathsep}target/lib/*", "polyglot.Main"),
        generated=("target/generated-sources", "target/classes"),
    ),
    Language(
        name="Rust",
        folder="rust",
        generator="oas3-gen",
        needs={"cargo": "Rust", "rustc": "Rust", "cc": "a C compiler"},
        steps=(
            ("install", ("cargo", "fetch", "--locked", "--quiet")),
            ("generate and compile", ("cargo", "build", "--locked", "--quiet")),
        ),
        run=("target/debug/polyglot",),
        generated=("src/images", "src/identity"),
    ),
    Language(
        name="Python",
        folder="python",
        generator="openapi-python-client, nothing around it",
        needs={"openapi-python-client": "openapi-python-client", "ruff": "ruff"},
        steps=(
            *(
                (
                    "generate",
                    (
                        *(*GENERATE_PYTHON, "--path", f"openapi/{name}.yaml"),
                        *("--config", f"openapi/python/{name}.yaml", "--output-path", f"rackspace_{name}_api"),
                    ),
                )
                for name in ("images", "identity")
            ),
            ("compile", (sys.executable, "-W", "error", "-m", "compileall", "-q", ".")),
            (
                "compile",
                (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--follow-imports=silent", "main.py"),
            ),
        ),
        run=(sys.executable, "-W", "error", "main.py"),
        generated=("rackspace_images_api", "rackspace_identity_api"),
    ),
)


def declares(language: Language, built: Path, wire_name: str) -> bool:
    """Whether the generated code itself, and so not only the data that passes through it, names a member."""
    return any(
        wire_name in file.read_text(encoding="utf-8")
        for folder in language.generated
        for file in (built / language.folder / folder).rglob("*")
        if file.suffix in (".ts", ".go", ".java", ".rs", ".py")
    )
