"""What is written into a site once it is built, by whichever builder.

An index of words for the finder, one short sheet of styles, and links that also
hold where no server turns a folder into its page.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from guide.styles import join_styles

INDEXES = ("search/search_index.json", "search.json")
"""Where MkDocs and Zensical write what their search looks in."""
INDEX = "search/search_index"
FINDER = ("match.js", "find.js")
TAG = re.compile(r"<[^>]+>")
COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
"""A line of a script that is nothing else."""
WORD = re.compile(r"\w{3,}")
LINK = re.compile(
    r'(<(?:a|form|link)\b[^>]*?\b(?:href|action)=")([^"#?:]*)((?:[#?][^"]*)?")'
)


def finish(folder: Path) -> None:
    """Complete a built site: an index of words, less to load, and links to files."""
    write_index(folder)
    join_styles(folder)
    join_finder(folder / "assets")
    for page in folder.rglob("*.html"):
        if page.name != "404.html":
            page.write_text(to_files(page.read_text("utf-8")), "utf-8")


def join_finder(assets: Path) -> None:
    """Put what the finder's page needs first before its script, as one file.

    Comments are for who reads the source.
    """
    texts = ((assets / name).read_text("utf-8") for name in FINDER)
    (assets / FINDER[1]).write_text(COMMENT.sub("", "".join(texts)), "utf-8")


def write_index(folder: Path) -> None:
    """Write the words of each section, as JSON, and as a script for `file://`.

    Raises:
        FileNotFoundError: the builder has written no index.
    """
    built = [folder / name for name in INDEXES if (folder / name).exists()]
    if not built:
        raise FileNotFoundError(f"{folder} has none of {', '.join(INDEXES)}")
    data = json.loads(built[0].read_text("utf-8"))
    sections = data.get("docs") or data["items"]
    text = json.dumps({"docs": [*_sections(sections)]}, ensure_ascii=False)
    to = folder / INDEX
    to.parent.mkdir(exist_ok=True)
    to.with_suffix(".json").write_text(text, "utf-8")
    to.with_suffix(".js").write_text(f"var __index = {text}\n", "utf-8")


def _sections(found: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for one in found:
        words = WORD.findall(TAG.sub(" ", one["text"]).lower())
        yield {
            "location": one["location"],
            "title": TAG.sub("", one["title"]),
            "text": " ".join(dict.fromkeys(words)),
        }


def to_files(html: str) -> str:
    """Return a page whose links to folders lead to the page in each."""
    return LINK.sub(_to_file, html)


def _to_file(found: re.Match[str]) -> str:
    start, path, rest = found.groups()
    is_folder = path.endswith("/") or path.rpartition("/")[2] in (".", "..")
    if path.startswith("/") or not is_folder:
        return found[0]
    return f"{start}{path.rstrip('/')}/index.html{rest}"
