"""What of the site is made from the program: the reference, and the navigation."""

from __future__ import annotations

import ast
import inspect
import posixpath
import re
import runpy
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from rackspace_images import defaults, documents, errors
from rackspace_images.cli import app, exit_codes
from rackspace_images.cli.options import Settings
from rackspace_images.config import environment, settings
from rackspace_images.documents import DocumentName

ROOT = Path(__file__).parents[1]
api_page = runpy.run_path(str(ROOT / "docs" / "openapi_page.py"))
share = runpy.run_path(str(ROOT / "openapi" / "share.py"))["main"]

# The pages of each part in their order; any other page of its folder comes after them.
PARTS = {
    "Tutorial": ["tutorial.md"],
    "How to": [
        *("how-to/command-line.md", "how-to/clouds-yaml.md"),
        *("how-to/proxies-and-certificates.md", "how-to/many-ids.md"),
        *("how-to/wait-in-ci.md", "how-to/notebooks.md", "how-to/web-service.md", "how-to/metrics.md"),
        *("how-to/read-an-error.md", "how-to/test-your-code.md", "how-to/your-own-transport.md"),
        "how-to/audit.md",
    ],
    "Reference": [
        *("reference/python.md", "reference/command-line.md", "reference/http-api.md"),
        *("reference/errors-and-exit-codes.md", "reference/defaults.md", "reference/configuration.md"),
    ],
    "Explanation": [
        *("explanation/why-spec-first.md", "explanation/how-it-hangs-together.md", "decisions.md", "speed.md"),
        *("explanation/compared.md", "explanation/tested-against.md"),
    ],
    "Project": ["security.md", "trust.md", "licences.md", "contributing.md", "changelog.md"],
}

# Pages that stand elsewhere in the repository, and where they are on the site.
BROUGHT_IN = {
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "openapi/README.md": "reference/documents.md",
    "openapi/CHANGELOG.md": "reference/documents-changelog.md",
    "openapi/vectors/README.md": "reference/vectors.md",
}
IN_THE_REPOSITORY = {page: path for path, page in BROUGHT_IN.items()}

_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\[]*)\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that are made or brought in, and puts all pages into the navigation."""
    for name, text in made():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    for path, name in BROUGHT_IN.items():
        files.append(File.generated(config, name, content=(ROOT / path).read_text(encoding="utf-8")))
    files.append(File.generated(config, "assets/api.css", content=api_page["STYLE"]))
    config.extra_css.append("assets/api.css")
    left = {file.src_uri for file in files if file.src_uri.endswith(".md") and file.inclusion.is_included()}
    left -= {"index.md"}
    nav: list[Any] = [{"Home": "index.md"}]
    for title, first in PARTS.items():
        folder = first[0].rpartition("/")[0]
        beside = sorted(page for page in left - set(first) if folder and page.startswith(f"{folder}/"))
        pages = [page for page in first if page in left] + beside
        left -= set(pages)
        nav.append({title: pages if len(pages) > 1 else pages[0]})
    if left:
        raise PluginError(f"no part of the site has {', '.join(sorted(left))}")
    config.nav = nav
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leads the links of a page that is read in the repository as well to their places on the site."""
    source = PurePosixPath(IN_THE_REPOSITORY.get(page.file.src_uri, f"docs/{page.file.src_uri}"))

    # The site has a first page of its own.
    places = {**BROUGHT_IN, "README.md": "index.md"}

    def led(link: re.Match[str]) -> str:
        if "://" in link["target"] or link["target"].startswith("mailto:"):
            return link[0]
        meant = posixpath.normpath(str(source.parent / link["target"]))
        there = places.get(meant) or (meant.removeprefix("docs/") if meant.startswith("docs/") else None)
        if there is None:
            # A file of the repository that is no page.
            return link["text"] if (ROOT / meant).exists() else link[0]
        back = posixpath.relpath(there, posixpath.dirname(page.file.src_uri) or ".")
        return f"[{link['text']}]({back}{link['anchor'] or ''})"

    return _LINK.sub(led, markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """Puts the documents and vectors below `openapi/`, each under its version: an address that stays."""
    share(Path(config.site_dir) / "openapi")


def made() -> Iterator[tuple[str, str]]:
    """Each page that is made: its name, and its Markdown."""
    yield "command-line", command_line()
    yield "http-api", http_api()
    yield "errors-and-exit-codes", errors_and_exit_codes()
    yield "defaults", table_of_defaults()
    yield "configuration", configuration()


def http_api() -> str:
    """The documents, by `openapi_page.py`."""
    parts = [
        "# HTTP API\n\n"
        "Made from the documents in `openapi/`. `rackspace-images spec images` prints the first, `spec identity` the "
        "second.\n"
    ]
    names: tuple[DocumentName, ...] = ("images", "identity")
    parts.append("Each version has an address of its own, which stays:\n")
    for name in names:
        version = documents.document(name)["info"]["version"]
        links = [
            f'<a href="../../openapi/{name}/{version}/{file}">{file}</a>'
            for file in (f"{name}.yaml", f"{name}.openapi-3.0.json")
        ]
        parts.append(f"- {name} {version}: {', '.join(links)}")
    parts.append('- <a href="../../openapi/SHA256SUMS">SHA256SUMS</a> of all files, the vectors among them\n')
    for name in names:
        for section in api_page["sections"](name):
            mark = "#" * (section.level + 1)
            parts.append(f"{mark} {section.title} {{ #{section.anchor} }}\n\n<div>{_on_one_line(section.html)}</div>\n")
    return "\n".join(parts)


def _on_one_line(html: str) -> str:
    # A blank line, as in an example, would end a block of HTML in Markdown.
    return html.replace("\n", "&#10;") if "<pre>" in html else html.replace("\n", " ")


def command_line() -> str:
    """What the program says of itself."""
    parts = ["# Command line\n\nWhat `rackspace-images --help`, and `--help` of each command, say.\n"]
    with app.commands.make_context(app.NAME, ["show"], obj=Settings()) as group:
        parts.append(f"## rackspace-images\n\n```text\n{app.commands.get_help(group)}\n```\n")
        for name in app.COMMANDS:
            command = app.commands.get_command(group, name)
            if command is not None:
                inner = command.context_class(command, info_name=name, parent=group)
                parts.append(f"## {name}\n\n```text\n{command.get_help(inner)}\n```\n")
    return "\n".join(parts)


def table_of_defaults() -> str:
    """Each value of `defaults.py`, with what stands below it there."""
    tree = ast.parse(inspect.getsource(defaults))
    rows = [
        f"| `{name.id}` | {_value(getattr(defaults, name.id))} | {_cell(ast.literal_eval(said.value))} |"
        for one, said in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(one, ast.Assign) and isinstance(name := one.targets[0], ast.Name) and isinstance(said, ast.Expr)
    ]
    return (
        "# Defaults\n\nEvery default is named once, in `rackspace_images.defaults`.\n\n"
        "| name | value | what it is |\n| --- | ---: | --- |\n" + "\n".join(rows) + "\n"
    )


def _value(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = int(value) if value == int(value) else value
        return f"{whole:,}".replace(",", " ")
    return f"`{value!r}`"


def errors_and_exit_codes() -> str:
    """Each class of `errors.py`, its code on the command line, and every code."""
    classes = [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.ImagesError) and one.__module__ == errors.__name__
    ]
    rows = []
    for one in classes:
        status = ", ".join(map(str, getattr(one, "status_codes", ())))
        said = _cell((inspect.getdoc(one) or "").split("\n\n")[0])
        again = "yes" if one.retryable else ""
        code = exit_codes.exit_code(one(0) if issubclass(one, errors.ApiError) else one())
        link = f"[`{one.__name__}`](python.md#rackspace_images.errors.{one.__name__})"
        rows.append(f"| {link} | {said} | {status} | {again} | {code} |")
    codes = "\n".join(f"| {code} | {_cell(meaning)} |" for code, meaning in exit_codes.MEANINGS.items())
    worst = ", ".join(map(str, exit_codes.WORST_FIRST))
    return (
        "# Errors and exit codes\n\n"
        "All are in `rackspace_images.errors`; [how to read an error line](../how-to/read-an-error.md).\n\n"
        "## Errors\n\n*Again* says whether the same call may succeed later (`retryable`); *exit* is the code that the "
        "command ends with.\n\n| error | what happened | status | again | exit |\n| --- | --- | --- | --- | ---: |\n"
        + "\n".join(rows)
        + "\n\n## Exit codes\n\n| code | what it says |\n| ---: | --- |\n"
        + codes
        + f"\n\nA command that did many things ends with the worst of theirs: {worst}.\n"
    )


def configuration() -> str:
    """The order of sources, as `load` tells it, and each source's names."""
    from rackspace_images.config import load

    said = inspect.getdoc(load) or ""
    parts = [f"# Configuration sources\n\nWhat `from_config()` and the command read.\n\n{said}\n"]
    parts.append(
        "## Names\n\nWhere there are several, the first that is set counts. In `clouds.yaml` the names of the first "
        "table stand below `auth`, or beside it.\n"
    )
    beside = {**settings.TOP_LEVEL, "region_name": settings.REGION}
    for title, keys in (("Signing in", settings.AUTH), ("Beside it", beside)):
        rows = [
            f"| {_names(f'OS_{alias.upper()}' for alias in key.aliases)} | {_names(key.aliases)} | {key.meaning} |"
            for key in keys.values()
        ]
        head = "| environment | `clouds.yaml` | what it is |\n| --- | --- | --- |\n"
        parts.append(f"### {title}\n\n{head}" + "\n".join(rows) + "\n")
    refused = "\n".join(f"| `{name}` | {instead} |" for name, instead in settings.UNSUPPORTED.items())
    parts.append(
        "### Not supported\n\nThese decide who signs in, to what, or where, so they are refused by name, as is any "
        f"other key below `auth`.\n\n| key | use instead |\n| --- | --- |\n{refused}\n"
    )
    rackspace = _names("RS_" + alias.upper() for aliases in environment._RACKSPACE.values() for alias in aliases)
    parts.append(f"### Rackspace\n\n{rackspace}\n")
    parts.append(f"## The program's own variables\n\n{_own_variables()}\n")
    return "\n".join(parts)


def _names(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _own_variables() -> str:
    found: set[str] = set()
    for path in (ROOT / "overrides" / "rackspace_images").rglob("*.py"):
        found |= set(re.findall(r"RACKSPACE_IMAGES_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    return _names(sorted(found))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
