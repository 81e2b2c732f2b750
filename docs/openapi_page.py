"""The documents as a page of the site: headings, tables and examples, and nothing that a browser has to load.

It knows the part of OpenAPI that these documents keep to: references, plain types, and no choice between schemas.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from rackspace_images.documents import DocumentName, document

JsonObject = dict[str, Any]

_METHODS = ("get", "put", "post", "delete", "patch", "head")


@dataclass(frozen=True)
class Section:
    """A heading, and what stands below it in HTML."""

    level: int
    anchor: str
    title: str
    html: str


def sections(name: DocumentName) -> Iterator[Section]:
    """One document, in its own order: what it is, its operations with their answers, and its schemas."""
    described = document(name)
    info = described["info"]
    servers = "".join(
        f"<dt><code>{escape(server['url'])}</code></dt><dd>{_text(server.get('description'))}{_variables(server)}</dd>"
        for server in described.get("servers", [])
    )
    intro = f"<p>Version {escape(info['version'])}, {escape(info['license']['name'])}.</p>{_text(info['description'])}"
    yield Section(1, name, info["title"], intro + (f"<dl>{servers}</dl>" if servers else ""))
    for path, item in described["paths"].items():
        for method in _METHODS:
            if method in item:
                yield from _operation(name, described, path, method, item)
    for schema, content in described["components"]["schemas"].items():
        rows = _rows(described, content)
        yield Section(3, f"{name}-{schema}", schema, _described(content) + rows)


def _operation(name: str, described: JsonObject, path: str, method: str, item: JsonObject) -> Iterator[Section]:
    operation = item[method]
    anchor = operation["operationId"]
    where = f'<p class="api-path"><b>{method.upper()}</b> <code>{escape(path)}</code></p>'
    html = where + _described(operation)
    given = [_followed(described, one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]]
    if given:
        html += _table(
            ("Parameter", "In", "Type", "What it is"),
            [
                (
                    f"<code>{escape(one['name'])}</code>{' <i>required</i>' if one.get('required') else ''}",
                    escape(one["in"]),
                    _type(described, one["schema"]),
                    _described(one) + _shown(one),
                )
                for one in given
            ],
        )
    if "requestBody" in operation:
        html += "<p><b>Request body</b></p>" + _content(name, described, operation["requestBody"])
    yield Section(2, anchor, operation["summary"], html)
    for status, response in operation["responses"].items():
        answer = _followed(described, response)
        title = "Any other status" if status == "default" else status
        label = response.get("$ref", "").rpartition("/")[2]
        html = _described(answer)
        if answer.get("headers"):
            headers = [
                (f"<code>{escape(header)}</code>", _described(_followed(described, content)))
                for header, content in answer["headers"].items()
            ]
            html += f"<details><summary>{len(headers)} headers</summary>{_table(('Header', 'What it is'), headers)}"
            html += "</details>"
        title = title if status == "default" else f"{title} {label}".strip()
        yield Section(3, f"{anchor}-{status}", title, html + _content(name, described, answer))


def _content(name: str, described: JsonObject, holder: JsonObject) -> str:
    html = ""
    for kind, content in _followed(described, holder).get("content", {}).items():
        schema = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        link = f': <a href="#{name}-{schema}">{escape(schema)}</a>' if schema else ""
        html += f"<p><code>{escape(kind)}</code>{link}</p>"
        for title, given in content.get("examples", {}).items():
            example = _followed(described, given)
            html += f"<details><summary>Example: {escape(example.get('summary') or title)}</summary>"
            html += f"<pre><code>{escape(_written(example['value']))}</code></pre></details>"
    return html


def _rows(described: JsonObject, schema: JsonObject, prefix: str = "") -> str:
    fields = list(_fields(described, schema, prefix))
    return _table(("Field", "Type", "What it is"), fields) if fields else ""


def _fields(described: JsonObject, schema: JsonObject, prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in schema.get("properties", {}).items():
        followed = _followed(described, field)
        required = " <i>required</i>" if name in schema.get("required", []) else ""
        said = "" if "$ref" in field else _described(field) + _shown(field)
        yield f"<code>{escape(prefix + name)}</code>{required}", _type(described, field), said
        if "$ref" not in field:
            yield from _fields(described, followed, f"{prefix}{name}.")
            if isinstance(field.get("items"), dict) and "$ref" not in field["items"]:
                yield from _fields(described, field["items"], f"{prefix}{name}[].")


def _type(described: JsonObject, schema: JsonObject) -> str:
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        home = "identity" if described is document("identity") else "images"
        return f'<a href="#{home}-{target}">{escape(target)}</a>'
    kinds = schema.get("type", "any")
    words = [kinds] if isinstance(kinds, str) else list(kinds)
    if "array" in words and "items" in schema:
        words[words.index("array")] = "array of"
        rest = " or null" if "null" in words else ""
        return f"array of {_type(described, schema['items'])}{rest}"
    text = escape(" or ".join(words))
    return f"{text}, {escape(schema['format'])}" if "format" in schema else text


def _described(holder: JsonObject) -> str:
    """The description of a part of a document, and where it is known from."""
    evidence = "; ".join(_text(entry, inline=True) for entry in holder.get("x-evidence", []))
    return _text(holder.get("description")) + (f'<p class="api-evidence">Evidence: {evidence}</p>' if evidence else "")


def _shown(holder: JsonObject) -> str:
    if "example" not in holder or isinstance(holder["example"], dict | list):
        return ""
    return f'<p class="api-example">Example: <code>{escape(str(holder["example"]))}</code></p>'


def _variables(server: JsonObject) -> str:
    return "".join(
        f"<p><code>{escape(name)}</code>: {_text(one.get('description'), inline=True)}</p>"
        for name, one in server.get("variables", {}).items()
    )


def _followed(described: JsonObject, value: JsonObject) -> JsonObject:
    while "$ref" in value:
        found: Any = described
        for part in value["$ref"].split("/")[1:]:
            found = found[part.replace("~1", "/").replace("~0", "~")]
        value = found
    return value


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    # The name of its column goes with each cell, for a screen too narrow to stand them side by side.
    body = "".join(
        "<tr>" + "".join(f'<td data-head="{name}">{cell}</td>' for name, cell in zip(heads, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<table class="api"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def _text(markdown: str | None, *, inline: bool = False) -> str:
    if not markdown:
        return ""
    html: str = _markdown().renderInline(markdown) if inline else _markdown().render(markdown)
    return html


STYLE = """\
table.api { border-collapse: collapse; width: 100%; margin: .6em 0 1.2em; }
table.api th, table.api td { text-align: left; vertical-align: top; padding: .4em .6em .4em 0; }
table.api tr { border-bottom: 1px solid var(--api-line, #8884); }
table.api p { margin: 0 0 .3em; }
table.api td:first-child code { font-weight: 600; overflow-wrap: anywhere; }
.api-example, .api-evidence { opacity: .8; font-size: .92em; overflow-wrap: anywhere; }
@media (max-width: 45em) {
  table.api thead { display: none; }
  table.api tr, table.api td { display: block; padding-right: 0; }
  table.api tr { padding: .5em 0; }
  table.api td { padding-top: .1em; padding-bottom: .1em; }
  table.api td:nth-child(n+2):not(:last-child)::before { content: attr(data-head) ": "; opacity: .7; }
}
"""
