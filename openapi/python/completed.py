"""Writes `rackspace_images_api/completed.py`: the fields of an image as a user reads them.

openapi-python-client has a type of its own, `Unset`, for a field that is absent. It keeps "absent" and "null" apart,
but users stumble over it: it stands in every type (`int | None | Unset`) and turns up in f-strings and comparisons. The
class `rackspace_images.Image` replaces it by None, so each of its fields needs another type than the generated model
gives it. Written by hand, those types would have to be changed with every new field of the document. So they are
generated too: this file reads the models that were just generated, and the document, and writes for each field

- its annotation without `Unset`, for type checkers;
- its text, Python type, name in the document and example, as a docstring below the annotation, for editors and for the
  reference page;
- the same text once more in `__slots__`, which may be a mapping from names to texts: that is where `help(Image)` finds
  the text of an attribute that is neither a property nor a method;
- the assignment, in `from_model`, that takes its value from a parsed model, with None in place of `Unset`.

How it works

1. `class_of` parses a generated model (`models/image.py`) with `ast`. Nothing is imported, so a model that does not
   compile is the generator's failure and not ours.
2. `fields` takes the annotated names of the class: the Python name of each field and its annotation. `wire_names` takes
   from its `from_dict` which member of the JSON object each is read from.
3. `Completed.add` walks from `Image` through the models that its annotations name (`ImageServer`, `Link`), beside the
   schemas that describe them, and makes a `Field` of each field. `Field.shape` says what its value is: plain, a model,
   a list of models, or a plain map, which is what a model without fields of its own is, such as `metadata`. A plain map
   is a read-only mapping, and empty where the server sent no object.
4. `Completed.text` writes the classes. Each inherits from the generated model of its name. The slots of the model stay
   empty: the class has slots of the same names, since only those can have texts.

`Image` also has names that are no fields: `size`, `server_id`, `link` and others. A new field of such a name would hide
one of them, or be hidden. `reserved-names.txt` lists them, and `refuse_reserved_names` refuses the document. Nothing
here reads overrides/; a test compares the list with `rackspace_images.Image`.
"""

from __future__ import annotations

import ast
import json
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

RESERVED_NAMES = Path(__file__).with_name("reserved-names.txt")
WIDTH = 88
IMPORTS = (
    "from collections.abc import Mapping",
    "from types import MappingProxyType",
    "from typing import Any, Self",
    "from . import models",
    "from .types import UNSET",
)

HEADER = '''"""The fields of an image as a user reads them: each with its text, and None where the server left it out.

Written by `nox -s generate` from the models and the document; do not edit.
"""

# ruff: noqa
# mypy: ignore-errors
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

'''

FUNCTIONS = '''
def value_of(parsed):
    """The value of a field: None where it is absent."""
    return None if parsed is UNSET else parsed


def list_of(kind, parsed):
    """The value of a field with many models."""
    return [kind.from_model(one) for one in parsed] if isinstance(parsed, list) else value_of(parsed)


def mapping_of(parsed):
    """The value of a field that is a plain map: read-only, and empty where the server sent no object."""
    return MappingProxyType(getattr(parsed, "additional_properties", {}))
'''


def write(models: Path, document: Path, target: Path) -> None:
    """Writes the file `target` for the models of a folder and the document that they were generated from.

    Ends the program where the document has a field of a reserved name.
    """
    schemas = YAML(typ="safe").load(document)["components"]["schemas"]
    modules = {name: models / f"{module}.py" for module, name in exported(models)}
    refuse_reserved_names(set(fields(class_of(modules["Image"], "Image"))))
    completed = Completed(modules, schemas)
    completed.add("Image", schemas["Image"])
    target.write_text(completed.text(), encoding="utf-8")


def reserved_names() -> set[str]:
    """The names of `rackspace_images.Image` that are no fields."""
    lines = RESERVED_NAMES.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def refuse_reserved_names(image_fields: set[str]) -> None:
    """Ends the program where a field has a name that `Image` gives another meaning."""
    if taken := sorted(reserved_names() & image_fields):
        sys.exit(
            f"openapi/images.yaml: the field {', '.join(taken)} of Image has a name that rackspace_images.Image gives "
            "another meaning (openapi/python/reserved-names.txt); give one of them another name"
        )


def class_of(model: Path, class_name: str) -> ast.ClassDef:
    tree = ast.parse(model.read_text(encoding="utf-8"))
    return next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name)


def fields(model: ast.ClassDef) -> dict[str, str]:
    """Python name → annotation, for each field of a generated model."""
    found = {
        node.target.id: ast.unparse(node.annotation)
        for node in model.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    found.pop("additional_properties", None)
    return found


def wire_names(model: ast.ClassDef) -> dict[str, str]:
    """Python name → name in the document, from `name = …d.pop("wireName"…)…` in the model's `from_dict`."""
    found = {}
    for node in ast.walk(model):
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        for call in ast.walk(node.value):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "pop":
                found[node.targets[0].id] = ast.literal_eval(call.args[0])
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


def exported(models: Path) -> list[tuple[str, str]]:
    """(module, class) of every model."""
    tree = ast.parse((models / "__init__.py").read_text(encoding="utf-8"))
    return [(n.module or "", a.name) for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names]


@dataclass
class Field:
    """One field of a class that is written."""

    name: str
    kind: str
    """Its annotation."""
    text: str
    shape: str
    """How its value is made of the parsed one, `{}`: by `value_of`, `list_of` or `mapping_of`, or by another class."""

    def declaration(self) -> str:
        return f"{self.name}: {self.kind}\n{quoted(self.text)}"

    def slot(self) -> str:
        return f"{self.name!r}: {quoted(self.text)},"

    def assignment(self) -> str:
        return f"made.{self.name} = {self.shape.format('parsed.' + self.name)}"


@dataclass
class Completed:
    """What is written, as it grows: the classes in the order of their use, and what they need.

    Args:
        modules: the file of each generated model, by the model's name.
        schemas: `components.schemas` of the document.
    """

    modules: dict[str, Path]
    schemas: dict[str, Any]
    classes: dict[str, list[Field]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """The text of each class."""
    needed: set[str] = field(default_factory=lambda: set(IMPORTS))
    """The import statements that the file needs."""

    def add(self, name: str, schema: dict[str, Any]) -> None:
        """Adds the class of a model, and those of the models that its fields lead to."""
        model = class_of(self.modules[name], name)
        wire, found = wire_names(model), list[Field]()
        self.classes[name], self.texts[name] = found, wrapped(schema.get("description", name))
        known = imports(self.modules[name])
        for field_name, annotation in fields(model).items():
            described = self.resolved(schema["properties"][wire[field_name]])
            kinds = [kind for kind in annotation.split(" | ") if kind not in ("Unset", "None")]
            used = {word for kind in kinds for word in words(kind)}
            self.needed |= {known[word] for word in used if word in known}
            kind, shape = self.reading(kinds, used & set(self.modules))
            if shape != "mapping_of({})" and annotation != kinds[0] and kinds != ["Any"]:
                kind += " | None"
            for inner in sorted(used & set(self.modules) - set(self.classes)):
                if not self.is_map(inner):
                    self.add(inner, self.resolved(described.get("items", described)))
            found.append(Field(field_name, kind, field_text(wire[field_name], kind, described), shape))

    def reading(self, kinds: list[str], inner: set[str]) -> tuple[str, str]:
        """The annotation and the shape of a field: `kinds` are its types, `inner` the models among their words."""
        plain = " | ".join(kinds)
        if not inner:
            return plain, "value_of({})"
        name = next(iter(inner))
        if kinds == [name]:
            return ("Mapping[str, Any]", "mapping_of({})") if self.is_map(name) else (name, f"{name}.from_model({{}})")
        if kinds == [f"list[{name}]"] and not self.is_map(name):
            return plain, f"list_of({name}, {{}})"
        sys.exit(f"openapi/images.yaml: {plain} is of no shape that openapi/python/completed.py knows")

    def is_map(self, name: str) -> bool:
        """Whether a model has no fields of its own."""
        return not fields(class_of(self.modules[name], name))

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema, or the one that it refers to."""
        found: dict[str, Any] = self.schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        return found

    def text(self) -> str:
        """The whole file."""
        return HEADER + "\n".join([*sorted(self.needed), FUNCTIONS, *map(self.class_text, self.classes)])

    def class_text(self, name: str) -> str:
        """One class: its text, its slots with their texts, its fields, and how it is made of a parsed model."""
        found = self.classes[name]
        from_model = [
            "@classmethod",
            f"def from_model(cls, parsed: models.{name}) -> Self:",
            '    """A parsed model with None in place of Unset; what is not such a model is returned as it is."""',
            f"    if not isinstance(parsed, models.{name}):",
            "        return value_of(parsed)",
            "    made = object.__new__(cls)",
            *(indented(one.assignment()) for one in found),
            "    made.additional_properties = parsed.additional_properties",
            "    return made",
        ]
        slots = ["__slots__ = {", *(indented(one.slot()) for one in found), "}"]
        body = [quoted(self.texts[name]), *slots, *(one.declaration() for one in found), "", *from_model]
        return f"class {name}(models.{name}):\n" + "\n".join(map(indented, body)) + "\n\n"


def words(annotation: str) -> set[str]:
    """The names in an annotation."""
    return {node.id for node in ast.walk(ast.parse(annotation)) if isinstance(node, ast.Name)}


def field_text(wire_name: str, kind: str, schema: dict[str, Any]) -> str:
    """What a field means, in the words of the document, then its type, its name in the document and an example."""
    facts = [f"Type: `{kind}`.", f"In the document: `{wire_name}`."]
    if "example" in schema:
        facts.append(f"Example: `{json.dumps(schema['example'], ensure_ascii=False)}`.")
    return "\n".join([wrapped(schema.get("description", "")), "", *facts]).strip()


def wrapped(text: str) -> str:
    """Markdown with its paragraphs and list items wrapped anew."""
    blocks: list[str] = []
    for line in map(str.strip, text.strip().splitlines()):
        if blocks and blocks[-1] and line and not line.startswith("- "):
            blocks[-1] += f" {line}"
        else:
            blocks.append(line)
    return "\n".join(
        textwrap.fill(
            block,
            WIDTH,
            subsequent_indent="  " if block.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for block in blocks
    )


def quoted(text: str) -> str:
    """A text as a string in triple quotes."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{escaped}\n"""' if "\n" in text or text.endswith('"') else f'"""{escaped}"""'


def indented(text: str) -> str:
    return textwrap.indent(text, "    ")
