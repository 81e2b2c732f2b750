"""The documents as a page."""

from __future__ import annotations

import re

import httpx
from rackspace_images.documents import DocumentName
from rackspace_images.sandbox import Sandbox, spec


def test_the_page_is_whole_and_loads_nothing(anonymous: httpx.Client, sandbox: Sandbox) -> None:
    """Every operation, status, header, field and schema has its place; no script, picture, font or style comes from
    elsewhere; every link leads to a place on the page or to a web site."""
    answer = anonymous.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    html = answer.text
    names: tuple[DocumentName, ...] = ("images", "identity")
    for name in names:
        described = spec.document(name)
        for path, item in described["paths"].items():
            assert f"<code>{path}</code>" in html
            for operation in (item[method] for method in ("get", "post") if method in item):
                for status in operation["responses"]:
                    assert f'id="{operation["operationId"]}-{status}"' in html
        for header in described["components"]["headers"].values():
            assert header["description"].split("`")[0][:40] in html
        assert "Evidence: keystone" in html
        for schema, content in described["components"]["schemas"].items():
            assert f'id="{name}-{schema}"' in html
            assert all(f"<code>{field}</code>" in html for field in content.get("properties", {}))
    assert "<script" not in html
    assert not re.findall(r'(?:src|srcset)=|@import|url\(|<link (?!rel="icon" href="data:,")', html)
    anchors = re.findall(r'id="([^"]+)"', html)
    assert len(anchors) == len(set(anchors))
    links = re.findall(r'href="([^"]+)"', html)
    assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
    assert all(link.startswith(("#", "https://", "data:,")) for link in links)


def test_only_get_is_answered(anonymous: httpx.Client) -> None:
    """Any other method is the 405 of every path."""
    assert anonymous.post("/docs").status_code == 405
