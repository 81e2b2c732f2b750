"""The built site, as a reader's browser shows it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=375, height=740)
TO_LOOK_AT = {"", "tutorial/", "reference/python/", "reference/http-api/", "reference/command-line/", "speed/"}
"""Pages of which pictures are kept, for people."""


def pages(site: Path) -> list[str]:
    """The address of each page, below the site's."""
    folders = (path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    return sorted("" if folder == "." else f"{folder}/" for folder in folders)


class Links(HTMLParser):
    """What a page leads to, and the places on it."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value is not None and not (tag == "link" and ("rel", "canonical") in attrs):
                self.targets.append(value)
            if name in ("id", "name") and value:
                self.places.add(value)


def read(path: Path) -> Links:
    links = Links()
    links.feed(path.read_text(encoding="utf-8"))
    return links


def test_every_link_leads_somewhere(site: Path) -> None:
    """Each link and picture of each page is there, with the place on the page that it names."""
    found = {path: read(path) for path in site.rglob("*.html")}
    assert len(found) > 25
    lost = []
    for path, links in found.items():
        here = "/" if path.name == "404.html" else f"/{path.parent.relative_to(site).as_posix()}/".replace("/./", "/")
        for target in links.targets:
            if urlsplit(target).scheme in ("https", "http", "data", "mailto", "javascript"):
                continue
            parts = urlsplit(urljoin(f"http://site{here}", target))
            file = site / unquote(parts.path).lstrip("/")
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file() or (parts.fragment and file in found and parts.fragment not in found[file].places):
                lost.append(f"{path.relative_to(site)}: {target}")
    assert lost == []


def test_nothing_of_a_made_page_is_left_out(site: Path) -> None:
    """Every public name and every error has its place in the reference."""
    import rackspace_images
    from rackspace_images import errors

    places = read(site / "reference" / "python" / "index.html").places
    names = {name for name in rackspace_images.__all__ if not name.startswith("_")} - {"errors"}
    names |= {f"errors.{name}" for name, value in vars(errors).items() if _is_error(value, errors.ImagesError)}
    missing = {name for name in names if not any(place.endswith(f".{name}") or place == name for place in places)}
    assert missing == set()


def test_every_field_of_an_image_is_described(site: Path) -> None:
    """With its text, its type and its name in the API, below its own heading."""
    from rackspace_images import Image, documents

    text = unescape(re.sub(r"<[^>]+>", "", (site / "reference" / "python" / "index.html").read_text(encoding="utf-8")))
    places = read(site / "reference" / "python" / "index.html").places
    fields = {name for name in Image.__slots__ if not name.startswith("_")}
    assert {f"rackspace_images.Image.{name}" for name in fields} <= places
    for name, schema in documents.document("images")["components"]["schemas"]["Image"]["properties"].items():
        assert f"In the document: {name}." in text
        assert " ".join(schema["description"].replace("`", "").split())[:40] in " ".join(text.split())


def _is_error(value: object, base: type) -> bool:
    return isinstance(value, type) and issubclass(value, base)


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A new window: of a desk's size and light, or a phone's and dark."""
    dark = request.param == "phone, dark"
    context = browser.new_context(viewport=PHONE if dark else DESK, color_scheme="dark" if dark else "light")
    page = context.new_page()
    yield page
    context.close()


@pytest.mark.parametrize("page", ["desk, light", "phone, dark"], indirect=True)
def test_a_browser_has_nothing_to_complain_of(
    site: Path, address: str, page: Page, request: pytest.FixtureRequest
) -> None:
    """On each page: no error, nothing asked of another host, nothing wider than the screen, and words that stand out
    from what is behind them."""
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    kind = request.node.callspec.params["page"].replace(", ", "-")
    for name in pages(site):
        page.goto(f"{address}/{name}", wait_until="load")
        width = page.viewport_size["width"] if page.viewport_size else 0
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} pixels wide on a screen of {width}"
        for what in (".md-content p", ".md-content p a[href]", ".md-content code", ".md-content h1"):
            contrast = page.evaluate(CONTRAST, what)
            assert contrast is None or contrast >= 4.5, f"{name}: {what} has a contrast of {contrast:.1f}"
        if name in TO_LOOK_AT and "SCREENSHOTS" in os.environ:
            folder = Path(os.environ["SCREENSHOTS"])
            folder.mkdir(exist_ok=True)
            page.screenshot(path=folder / f"{name.strip('/').replace('/', '-') or 'home'}-{kind}.png")
    assert complaints == []
    assert [url for url in asked if not url.startswith((f"{address}/", "data:", "blob:"))] == []


CONTRAST = """selector => {
  const element = document.querySelector(selector);
  if (!element) return null;
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const drawn = colours => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = [];
  for (let one = element; one; one = one.parentElement) behind.unshift(getComputedStyle(one).backgroundColor);
  behind.unshift("white");
  const light = rgb => rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const [a, b] = [light(drawn(behind)), light(drawn([...behind, getComputedStyle(element).color]))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


@pytest.mark.parametrize("page", ["desk, light"], indirect=True)
def test_search_finds_any_detail(address: str, page: Page) -> None:
    """One search is enough for a header, an error, a switch and a variable."""
    page.goto(f"{address}/", wait_until="load")
    page.keyboard.press("/")
    results = page.locator(".md-search-result__list")
    for words in ("Retry-After", "OverLimit", "all-regions", "OS_CACERT", "wait_until_active"):
        page.locator("input[name=query]").fill("")
        page.locator("input[name=query]").press_sequentially(words)
        expect(results).to_contain_text(re.compile(words, re.IGNORECASE), timeout=15_000)


@pytest.mark.parametrize("page", ["desk, light"], indirect=True)
def test_a_document_can_be_had_under_its_version(site: Path, address: str, page: Page) -> None:
    """The page of the API leads to each document, byte for byte the package's own."""
    from rackspace_images import documents

    page.goto(f"{address}/reference/http-api/")
    for name in ("images", "identity"):
        link = page.locator(f'a[href$="{name}.yaml"]').first.get_attribute("href")
        assert link is not None
        version = re.search(rf"openapi/{name}/(\d+\.\d+\.\d+)/", link)
        assert version is not None
        text = (site / "openapi" / name / version[1] / f"{name}.yaml").read_text(encoding="utf-8")
        assert text == documents.read(name)
        assert f"version: {version[1]}" in text
