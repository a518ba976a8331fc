"""What differs between two builds of the site: pages, words, anchors, links."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

SHOWN = 3
"""How many differences of a kind are named, those of most pages first."""
SKIPPED = {"script", "style"}
WORD = re.compile(r"\w+")
NAMES = ("words", "ids", "links")


class Content(HTMLParser):
    """The words, the ids and the links of a page's article."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self._text: list[str] = []
        self._open: list[str] = []
        self._inside = 0
        self.feed(html)

    @property
    def words(self) -> list[str]:
        """The words, each whole: an element may begin within one."""
        return WORD.findall("".join(self._text))

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
            self._text.append(data)


def differences(one: Path, other: Path) -> Iterator[str]:
    """Yield a line for each page that only one has, and for each kind of difference."""
    first, second = _pages(one), _pages(other)
    for name in sorted(first.keys() ^ second.keys()):
        yield f"{name}: only in {(one if name in first else other).name}"
    both = sorted(first.keys() & second.keys())
    pairs = {name: (_content(first[name]), _content(second[name])) for name in both}
    for kind in NAMES:
        found = {name: _differ(kind, *pair) for name, pair in pairs.items()}
        yield from _told(kind, {name: it for name, it in found.items() if any(it)})


def _pages(folder: Path) -> Mapping[str, Path]:
    found = folder.rglob("*.html")
    return {path.relative_to(folder).as_posix(): path for path in found}


def _content(path: Path) -> Content:
    return Content(path.read_text("utf-8"))


def _differ(kind: str, one: Content, other: Content) -> tuple[set[str], set[str]]:
    """Return what only the first has, and what only the second."""
    first, second = set(getattr(one, kind)), set(getattr(other, kind))
    return first - second, second - first


def _told(kind: str, found: Mapping[str, tuple[set[str], set[str]]]) -> Iterator[str]:
    for side, words in enumerate(("no longer", "new")):
        counted = Counter(one for pair in found.values() for one in sorted(pair[side]))
        pages = sum(bool(pair[side]) for pair in found.values())
        if pages:
            yield f"{kind} {words}, on {pages} pages: {_some(counted)}"


def _some(counted: Counter[str]) -> str:
    told = (f"{one!r} ({pages})" for one, pages in counted.most_common(SHOWN))
    more = len(counted) - SHOWN
    return ", ".join(told) + (f" and {more} more" if more > 0 else "")
