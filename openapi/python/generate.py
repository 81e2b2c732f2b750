"""Writes generated/ from the OpenAPI documents (`nox -s generate`), or says whether it is up to date (`nox -s drift`).

    python openapi/python/generate.py [--check] FOLDER

Beside what openapi-python-client writes there is one file of ours, `rackspace_images_api/completed.py`: the same
models, typed as they are once every absent field reads as None. It is made from the generated models themselves.
"""

import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
OPENAPI = HERE.parent
IMAGE_SOURCE = OPENAPI.parent / "overrides" / "rackspace_images" / "image.py"

README = """# Generated: do not edit

Everything in this folder is written by `nox -s generate` and committed, so that a change of a document shows what
it does. To change it, change the document.

| folder | from | by |
| --- | --- | --- |
| `rackspace_images_api/` | `openapi/images.yaml`, `openapi/python/images.yaml` | `openapi/python/generator.py` |
| `rackspace_identity_api/` | `openapi/identity.yaml`, `openapi/python/identity.yaml` | `openapi/python/generator.py` |
| `rackspace_images_api/completed.py` | the models beside it | `openapi/python/generate.py` |

`generator.py` is openapi-python-client, with `:` among the characters that part the words of a name.
`nox -s drift` fails when this folder is not what the documents give. The versions of the generator and its parts
are pinned in `openapi/python/requirements.txt`.
"""

COMPLETED_HEADER = '''"""The models of an image as they are once every absent field reads as None.

Written by `nox -s generate` from the models; do not edit. A type checker sees each field as its type or None. At
run time these are the models themselves: who completes them is the one who imports them from here.
"""

# ruff: noqa
# mypy: ignore-errors
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import TYPE_CHECKING

from . import models
'''


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
    models = output / "rackspace_images_api" / "models"
    refuse_collisions(fields(models / "image.py", "Image"))
    target = output / "rackspace_images_api" / "completed.py"
    target.write_text(completed(models), encoding="utf-8")
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


def class_of(model: Path, class_name: str) -> ast.ClassDef:
    tree = ast.parse(model.read_text(encoding="utf-8"))
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == class_name)


def fields(model: Path, class_name: str) -> dict[str, str]:
    """Field name → annotation, of a generated model."""
    found = {
        node.target.id: ast.unparse(node.annotation)
        for node in class_of(model, class_name).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    found.pop("additional_properties", None)
    return found


def imports(model: Path) -> dict[str, str]:
    """Name → the absolute import statement that a generated model binds it with."""
    tree = ast.parse(model.read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.level == 0)
        for alias in node.names
    }


def completed(models: Path) -> str:
    """The text of completed.py: `Image` and every model it leads to, without Unset."""
    modules = {name: models / f"{module}.py" for module, name in exported(models)}
    wanted, classes, needed = ["Image"], dict[str, str](), set[str]()
    while wanted:
        name = wanted.pop(0)
        if name in classes:
            continue
        classes[name] = f"    class {name}(models.{name}):\n"
        for field, annotation in fields(modules[name], name).items():
            kinds = [kind for kind in annotation.split(" | ") if kind not in ("Unset", "None")]
            used = sorted({word for kind in kinds for word in _words(kind)})
            wanted += [word for word in used if word in modules and fields(modules[word], word)]
            plain = [word for word in used if word in modules and not fields(modules[word], word)]
            needed |= {f"from .models import {word}" for word in plain}
            needed |= {imports(modules[name])[word] for word in used if word in imports(modules[name])}
            if annotation != kinds[0] and kinds != ["Any"]:
                kinds.append("None")
            classes[name] += f"        {field}: {' | '.join(kinds)}\n"
    text = COMPLETED_HEADER + "\nif TYPE_CHECKING:\n" + "".join(f"    {line}\n" for line in sorted(needed))
    text += "\n".join(["", *classes.values()]) + "else:\n"
    return text + "".join(f"    {name} = models.{name}\n" for name in classes)


def exported(models: Path) -> list[tuple[str, str]]:
    """(module, class) of every model."""
    tree = ast.parse((models / "__init__.py").read_text(encoding="utf-8"))
    return [(n.module or "", a.name) for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names]


def _words(annotation: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(annotation)) if isinstance(node, ast.Name)}


def refuse_collisions(image_fields: dict[str, str]) -> None:
    """A field of the document must not take a name that `Image` gives a meaning of its own."""
    body = class_of(IMAGE_SOURCE, "Image").body
    own = {n.name for n in body if isinstance(n, ast.FunctionDef)}
    own |= {n.target.id for n in body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
    own |= {"additional_properties", "additional_keys"}
    taken = sorted(own & set(image_fields))
    if taken:
        sys.exit(
            f"openapi/images.yaml: the field {', '.join(taken)} of Image has the name of something that "
            "overrides/rackspace_images/image.py defines on Image; give one of them another name"
        )


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
