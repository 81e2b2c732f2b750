"""The documents as a page of the site."""

from __future__ import annotations

import re
import runpy
from typing import Any

from rackspace_images import documents

from .examples import ROOT

SECTIONS: Any = runpy.run_path(str(ROOT / "docs" / "openapi_page.py"))["sections"]
NAMES: tuple[documents.DocumentName, ...] = ("images", "identity")


def test_the_page_is_whole_and_loads_nothing() -> None:
    """Every operation, status, header, field and schema has its place; no script, picture, font or style comes from
    elsewhere; every link leads to a place on the page or to a web site."""
    sections = [section for name in NAMES for section in SECTIONS(name)]
    anchors = [section.anchor for section in sections]
    html = "".join(section.html for section in sections)
    for name in NAMES:
        described = documents.document(name)
        for path, item in described["paths"].items():
            assert f"<code>{path}</code>" in html
            for operation in (item[method] for method in ("get", "post") if method in item):
                for status in operation["responses"]:
                    assert f"{operation['operationId']}-{status}" in anchors
        for header in described["components"]["headers"].values():
            assert header["description"].split("`")[0][:40] in html
        assert "Evidence: keystone" in html
        for schema, content in described["components"]["schemas"].items():
            assert f"{name}-{schema}" in anchors
            assert all(f"<code>{field}</code>" in html for field in content.get("properties", {}))
    assert not re.findall(r"<script|(?:src|srcset)=|@import|url\(|<link ", html)
    assert len(anchors) == len(set(anchors))
    links = re.findall(r'href="([^"]+)"', html)
    assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
    assert all(link.startswith(("#", "https://")) for link in links)
