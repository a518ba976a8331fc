"""What is done to a site once it is built, and how two builds are compared."""

import json
import pickle
from pathlib import Path

import pytest
from mkdocs.config import load_config

from guide.after import to_files, write_index
from guide.building import CONFIG
from guide.differences import differences


@pytest.mark.parametrize(
    ("link", "file"),
    [
        ('<a href="../loops/#x">', '<a href="../loops/index.html#x">'),
        ('<a class="b" href="..">', '<a class="b" href="../index.html">'),
        ('<a href="./?q=1">', '<a href="./index.html?q=1">'),
        (
            '<form role="search" action="find/">',
            '<form role="search" action="find/index.html">',
        ),
        ('<a href="#here">', '<a href="#here">'),
        ('<a href="?see=lost">', '<a href="?see=lost">'),
        ('<a href="https://site.example/x/">', '<a href="https://site.example/x/">'),
        ('<a href="/x/">', '<a href="/x/">'),
        ('<a href="../llms.txt">', '<a href="../llms.txt">'),
        ('<code>href="x/"</code>', '<code>href="x/"</code>'),
    ],
)
def test_a_link_to_a_folder_leads_to_its_page(link: str, file: str):
    """Links within the site name a file; others and code stay as they are."""
    assert to_files(link) == file


def test_the_index_has_each_word_once(tmp_path: Path):
    """It is the builder's own, shortened: as JSON, and as a script."""
    section = {
        "location": "a/#b",
        "title": "<code>b</code>",
        "text": "<p>Loop, loop an</p>",
    }
    (tmp_path / "search.json").write_text(json.dumps({"items": [section]}))
    write_index(tmp_path)
    text = (tmp_path / "search/search_index.json").read_text("utf-8")
    assert json.loads(text) == {
        "docs": [{"location": "a/#b", "title": "b", "text": "loop"}]
    }
    script = (tmp_path / "search/search_index.js").read_text("utf-8")
    assert script == f"var __index = {text}\n"


def test_a_site_without_an_index_is_told_of(tmp_path: Path):
    """A builder that has written none is an error that names the files."""
    with pytest.raises(FileNotFoundError, match=r"none of search/search_index\.json"):
        write_index(tmp_path)


def test_what_differs_is_told_by_kind(tmp_path: Path):
    """A page, a word, an id and a link that only one build has are each named."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, html in (
        (one, '<article><h2 id="a">Th<b>is</b></h2><a href="x">y</a></article>'),
        (other, '<p>out</p><article><h2 id="b">This</h2><a href="z">y</a></article>'),
    ):
        folder.mkdir()
        (folder / "index.html").write_text(html)
    (one / "more.html").write_text("")
    assert list(differences(one, other)) == [
        "more.html: only in one",
        "ids no longer, on 1 pages: 'a' (1)",
        "ids new, on 1 pages: 'b' (1)",
        "links no longer, on 1 pages: 'x' (1)",
        "links new, on 1 pages: 'z' (1)",
    ]
    assert list(differences(one, one)) == []


def test_a_formatter_of_a_fence_has_a_name():
    """Zensical names the settings of Markdown by what `pickle` makes of them."""
    assert pickle.dumps(load_config(str(CONFIG)).mdx_configs["pymdownx.superfences"])
