"""Writes generated/ from the OpenAPI documents (`nox -s generate`), or says whether it is up to date (`nox -s drift`).

    python openapi/python/generate.py [--check] FOLDER

Beside what openapi-python-client writes there is one file of ours, `rackspace_images_api/completed.py`, in which every
field of an image has its text, and the type that it has once an absent field reads as None. `completed.py` beside this
file writes it.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import completed

HERE = Path(__file__).parent
OPENAPI = HERE.parent

README = """# Generated: do not edit

Everything in this folder is written by `nox -s generate` and committed, so that a change of a document shows what
it does. To change it, change the document.

| folder | from | by |
| --- | --- | --- |
| `rackspace_images_api/` | `openapi/images.yaml`, `openapi/python/images.yaml` | `openapi/python/generator.py` |
| `rackspace_identity_api/` | `openapi/identity.yaml`, `openapi/python/identity.yaml` | `openapi/python/generator.py` |
| `rackspace_images_api/completed.py` | the models beside it, `openapi/images.yaml` | `openapi/python/completed.py` |

`generator.py` is openapi-python-client, with `:` among the characters that part the words of a name.
`nox -s drift` fails when this folder is not what the documents give. The versions of the generator and its parts
are pinned in `openapi/python/requirements.txt`.
"""


def main(target: Path) -> None:
    """A document that gives no client leaves the one that is there."""
    with tempfile.TemporaryDirectory() as made:
        output = Path(made) / "generated"
        write(output)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(output, target)


def write(output: Path) -> None:
    output.mkdir()
    for name in ("images", "identity"):
        generate(name, output / f"rackspace_{name}_api")
    package = output / "rackspace_images_api"
    target = package / "completed.py"
    completed.write(package / "models", OPENAPI / "images.yaml", target)
    subprocess.run(
        ["ruff", "check", "--isolated", "--no-cache", "--quiet", "--fix-only", "--select=I", "--ignore-noqa", target],
        check=True,
    )
    subprocess.run(["ruff", "format", "--isolated", "--no-cache", "--quiet", target], check=True)
    (output / "README.md").write_text(README, encoding="utf-8")


def generate(name: str, package: Path) -> None:
    """The generator's own output; its warnings are errors."""
    run = subprocess.run(
        [
            *(sys.executable, HERE / "generator.py", "generate", "--meta", "none", "--fail-on-warning"),
            *("--path", OPENAPI / f"{name}.yaml", "--config", HERE / f"{name}.yaml"),
            *("--output-path", package),
        ],
        capture_output=True,
        text=True,
    )
    if run.returncode != 0:
        sys.exit(f"openapi/{name}.yaml: openapi-python-client says:\n{run.stdout}{run.stderr}")


def check(folder: Path) -> None:
    """Generates anew elsewhere, compares names and then bytes, and names the first file that differs."""
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary) / "generated"
        write(fresh)
        ours, theirs = files(folder), files(fresh)
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) == theirs.get(name):
                continue
            what = "is missing" if name not in ours else "is not generated" if name not in theirs else "differs"
            sys.exit(
                f"{folder / name} {what}: it is not what openapi/ gives. Run `nox -s generate`, commit what it wrote."
            )
    print(f"{folder} is what openapi/ gives: {len(ours)} files")


def files(folder: Path) -> dict[Path, bytes]:
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        check(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
