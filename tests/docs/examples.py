"""The code blocks and commands of README and docs, and how each is run against the sandbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "openapi").glob("*.md"), *(ROOT / "docs").rglob("*.md")]
)

# What the pages say for a reader, and what stands in its place here.
IN_PLACE_OF = {
    'ApiKey("user", "key")': 'ApiKey("{user}", "{api_key}", auth_url="{auth_url}")',
    "https://openstack.example.com/identity/v3": "{keystone_url}",
    "https://dfw.servers.api.rackspacecloud.com/v2/820712/limits": "{compute_url}/images/detail",
    "export RS_USERNAME=… RS_API_KEY=…": "export RS_AUTH_URL={auth_url} RS_USERNAME={user} RS_API_KEY={api_key}",
    "OS_USERNAME=… OS_PASSWORD=…": "OS_USERNAME={user} OS_PASSWORD={password}",
    "OS_PROJECT_NAME=…": "OS_PROJECT_NAME={project}",
    "RegionOne": "DFW",
    "RegionTwo": "ORD",
    "username: …": "username: {user}",
    "password: …": "password: {password}",
    "project_name: …": "project_name: {project}",
    # It is installed where the pages are followed; tests/packaging installs it as the pages say.
    'pip install ".[cli]" && ': "",
    "APPLICATION_CREDENTIAL_ID": "{application_credential_id}",
    "APPLICATION_CREDENTIAL_SECRET": "{application_credential_secret}",
    "IMAGE_ID": "e3d37ab2-8dc0-4000-b773-b15aad79ad0a",
    "SNAPSHOT_ID": "00000000-0000-4000-8000-000000200003",
}

# Fences that are run elsewhere, or are not to be run, by what they hold or are.
LANGUAGES_RUN = {"python", "console", "sh", "bash", ""}
LANGUAGES_READ = {"text", "json", "yaml", "yml", "toml", "ini", "http"}
"""Output, and files: what they say is used by the commands beside them, or compared."""
LANGUAGES_ELSEWHERE = {"go", "rust", "java", "typescript", "xml", "js", "javascript"}
"""Run by `nox -s polyglot`, whose tests compare the pages with the code that is run."""
PAGES_ELSEWHERE = re.compile(r"docs/how-to/(?:go|rust|java|typescript|python-generated|add-an-operation)\.md$")
"""Their commands need other tools than Python: run by `nox -s polyglot` and by the sessions they name."""

NOT_RUN = re.compile(r"<!-- not run: (?P<why>[^>]+?) -->\s*$")
_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=indent)```\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: of what language, under which file name, and in which line it begins."""

    page: Path
    line: int
    language: str
    title: str | None
    body: str
    not_run: str | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for fence in _FENCE.finditer(text):
        language, _, rest = fence["info"].strip().partition(" ")
        title = re.search(r'title="([^"]+)"', rest)
        body = re.sub(rf"^{fence['indent']}", "", fence["body"], flags=re.MULTILINE)
        before = NOT_RUN.search(text[: fence.start()])
        found.append(
            Block(
                page,
                text.count("\n", 0, fence.start()) + 1,
                language,
                title[1] if title else None,
                body,
                before["why"] if before else None,
            )
        )
    return found


def filled(text: str, values: dict[str, str]) -> str:
    """The text with what only a reader has put in place."""
    for said, meant in IN_PLACE_OF.items():
        text = text.replace(said, meant.format(**values))
    return text
