"""What a link to the site is shown with elsewhere, and what a publisher sets."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chromium import browser
from served import ROOT, Site, built, site

__all__ = ["browser", "built", "site"]

CARD = ROOT / "docs" / "assets" / "card.png"
MOST = 60 * 1024
META = re.compile(
    r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">'
)
GIVEN = {
    "SITE_URL": "https://guide.example/async/",
    "REPO_URL": "https://github.com/example/guide",
}
SMALL = """INHERIT: {root}/mkdocs.yml
docs_dir: docs
site_dir: site
nav: [index.md, other.md]
theme:
  custom_dir: {root}/guide/theme
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Build a site of two pages as somebody who publishes it, or as nobody."""
    made: dict[bool, Path] = {}

    def build(published: bool) -> Path:
        if published not in made:
            folder = tmp_path_factory.mktemp("small")
            (folder / "docs").mkdir()
            for name in ("index", "other"):
                (folder / "docs" / f"{name}.md").write_text(f"# A {name}\n")
            (folder / "mkdocs.yml").write_text(SMALL.format(root=ROOT))
            others = {k: v for k, v in os.environ.items() if k not in GIVEN}
            done = subprocess.run(
                [sys.executable, "-m", "mkdocs", "build", "-qf", folder / "mkdocs.yml"],
                cwd=ROOT,
                env=others | (GIVEN if published else {}),
                capture_output=True,
                text=True,
                check=False,
            )
            assert (folder / "site" / "index.html").exists(), done.stderr[-2000:]
            made[published] = folder / "site"
        return made[published]

    return build


def meta(html: str) -> dict[str, str]:
    """Return what a page says of itself to others."""
    return dict(META.findall(html))


def test_the_card_is_small_and_of_its_size() -> None:
    """A PNG of 1200 to 630, below 60 KiB."""
    data = CARD.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (1200, 630)
    assert len(data) < MOST


def test_every_page_names_its_card(site: Site) -> None:
    """Title, description and card; relative, as nobody has said where the site is."""
    for page in site.pages:
        said = meta(site.html(page))
        assert said["twitter:card"] == "summary_large_image"
        assert said["og:title"].endswith("Async and sync in Django")
        assert said["og:description"].startswith("Mix sync and async")
        assert (site.folder / page / said["og:image"]).resolve() == (
            site.folder / "assets/card.png"
        ).resolve()
        assert 'rel="canonical"' not in site.html(page)
        assert "md-source" not in site.html(page)


def test_who_publishes_sets_the_addresses(small: Any) -> None:
    """With both given, a page has its canonical link, its card and its repository."""
    html = (small(True) / "other" / "index.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://guide.example/async/other/">' in html
    said = meta(html)
    assert said["og:image"] == "https://guide.example/async/assets/card.png"
    assert said["og:url"] == "https://guide.example/async/other/"
    assert said["og:title"] == "A other - Async and sync in Django"
    assert f'<a href="{GIVEN["REPO_URL"]}" class="md-source">' in html
    nobody = (small(False) / "other" / "index.html").read_text("utf-8")
    assert "canonical" not in nobody and "github" not in nobody


def test_a_repository_is_linked_and_not_asked(small: Any, browser: Any) -> None:
    """No request leaves the site: the theme would ask the code host for its stars."""
    page, asked = browser.new_page(), []
    page.on("request", lambda one: asked.append(one.url))
    page.goto((small(True) / "index.html").as_uri(), wait_until="networkidle")
    assert page.locator("a.md-source").count() > 0
    assert asked and all(one.startswith("file:") for one in asked), asked
    page.close()
