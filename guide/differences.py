"""What differs between two builds of the site: pages, words, anchors, links."""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

SHOWN = 3
"""How many differences of a kind are named for each page."""
SKIPPED = {"script", "style"}
NAMES = ("words", "ids", "links")


class Content(HTMLParser):
    """The words, the ids and the links of a page's article."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self._open: list[str] = []
        self._inside = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an id or a link of the article, and where the article begins."""
        if tag in SKIPPED:
            self._open.append(tag)
        self._inside += tag == "article"
        if self._inside:
            given = dict(attrs)
            self.ids += filter(None, [given.get("id")])
            self.links += filter(None, [given.get("href")])

    def handle_endtag(self, tag: str) -> None:
        """Note where a script or the article ends."""
        if self._open and self._open[-1] == tag:
            self._open.pop()
        self._inside -= tag == "article"

    def handle_data(self, data: str) -> None:
        """Note the words of the article."""
        if self._inside and not self._open:
            self.words += data.split()


def differences(one: Path, other: Path) -> Iterator[str]:
    """Yield a line for each kind of difference of each page."""
    pages = [_pages(folder) for folder in (one, other)]
    for name in sorted(pages[0].keys() ^ pages[1].keys()):
        yield f"{name}: only in {(one if name in pages[0] else other).name}"
    for name in sorted(pages[0].keys() & pages[1].keys()):
        contents = [Content(each[name].read_text("utf-8")) for each in pages]
        yield from (f"{name}: {one}" for one in _differ(*contents))


def _pages(folder: Path) -> Mapping[str, Path]:
    found = folder.rglob("*.html")
    return {path.relative_to(folder).as_posix(): path for path in found}


def _differ(one: Content, other: Content) -> Iterator[str]:
    for name in NAMES:
        first, second = getattr(one, name), getattr(other, name)
        gone, new = _less(first, second), _less(second, first)
        if gone or new:
            yield f"{name}: without {_some(gone)}; with {_some(new)}"


def _less(some: list[str], others: list[str]) -> list[str]:
    known = set(others)
    return [one for one in dict.fromkeys(some) if one not in known]


def _some(found: list[str]) -> str:
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{', '.join(map(repr, found[:SHOWN])) or 'nothing'}{more}"
