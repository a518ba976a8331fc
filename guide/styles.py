"""The style sheets of a built site as one, without what no page of it can use.

The theme has styles for much that a site may have, such as tabs and comments, and a
reader would wait for all of them on each first page. A rule goes if a class that it
asks for is in no page and named by no script; so it can match nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

JOINED = "assets/all.css"
OF_DOCSTRINGS = "_mkdocstrings.css"
"""What only pages made from docstrings need; it stays by itself, and on them."""
DOCSTRING = 'class="doc '
STYLE = re.compile(r'[ \t]*<link rel="stylesheet" href="([^"]+)">\n?')
STRING = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
TOKEN = re.compile(rf"{STRING}|[{{}};]", re.DOTALL)
SPACE = re.compile(rf"({STRING})|/\*.*?\*/|\s+", re.DOTALL)
FUNCTION = re.compile(r":[\w-]+\([^()]*\)")
CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
VALUE = re.compile(r'\[([\w-]+)="?([\w-]+)"?\]')
CONDITION = ("@media", "@supports")
SWITCHES = (
    "dir",
    "data-md-color-scheme",
    "data-md-color-primary",
    "data-md-color-accent",
)
"""Attributes that no script gives a value that is in no page."""
BRACKETS = rf"\((?:{STRING}|\([^()]*\)|[^()\"'])*\)"
DEFINED = re.compile(
    rf"(?<=[{{;])(--[\w-]+):(?:{STRING}|{BRACKETS}|[^;{{}}\"'()])*(?:;|(?=\}}))"
)
REFERRED = re.compile(r"--[\w-]+(?=\s*[,)])")


@dataclass(frozen=True)
class Used:
    """What the pages and the scripts of a site have, as far as styles ask for it."""

    pages: tuple[str, ...]
    scripts: str

    @cached_property
    def classes(self) -> frozenset[str]:
        """Every class of a page, and every word of a script, which may be one."""
        given = {name for page in self.pages for name in _given(page, "class")}
        return frozenset(given.union(re.findall(r"[\w-]+", self.scripts)))

    @cached_property
    def switches(self) -> Mapping[str, frozenset[str]]:
        """The values that each switch has."""
        return {
            name: frozenset(one for page in self.pages for one in _given(page, name))
            for name in SWITCHES
        }

    def can_match(self, selector: str) -> bool:
        """Whether an element may be selected; what is asked in brackets is left out."""
        asked, shorter = selector, FUNCTION.sub("", selector)
        while asked != shorter:
            asked, shorter = shorter, FUNCTION.sub("", shorter)
        switched = (
            value in self.switches.get(name, {value})
            for name, value in VALUE.findall(asked)
        )
        return self.classes.issuperset(CLASS.findall(asked)) and all(switched)


def _given(page: str, name: str) -> set[str]:
    found = re.findall(rf'\s{name}="([^"]*)"', page)
    return {one for value in found for one in value.split()}


def join_styles(folder: Path) -> None:
    """Write the style sheets of a built site as one, and have its pages ask for it."""
    pages = {path: path.read_text("utf-8") for path in folder.rglob("*.html")}
    scripts = "".join(path.read_text("utf-8") for path in folder.rglob("*.js"))
    sheets = dict.fromkeys(
        Path(href).name for page in pages.values() for href in STYLE.findall(page)
    )
    if not sheets:
        return
    found = {path.name: path for path in folder.rglob("*.css")}
    ours = [found[name] for name in sheets if name != OF_DOCSTRINGS]
    css = (path.read_text("utf-8").removeprefix('@charset "UTF-8";') for path in ours)
    used = Used((*pages.values(),), scripts)
    text = without_unused("\n".join(css), used)
    (folder / JOINED).write_text(text, "utf-8")
    for path, page in pages.items():
        path.write_text(_asks_for_one(page), "utf-8")


def _asks_for_one(page: str) -> str:
    """Return a page that asks for the one sheet where it asked for the last."""
    links = [*STYLE.finditer(page)]
    for one in reversed(links):
        if one[1].endswith(OF_DOCSTRINGS) and DOCSTRING in page:
            continue
        root = one[1].partition("assets/")[0]
        link = f'<link rel="stylesheet" href="{root}{JOINED}">\n'
        page = page[: one.start()] + link * (one is links[-1]) + page[one.end() :]
    return page


def without_unused(css: str, used: Used) -> str:
    """Return styles without rules that match nothing, and names that nobody asks for.

    Comments go, too, and space that means nothing.
    """
    short = "".join(_kept(SPACE.sub(lambda one: one[1] or " ", css), used))
    asked = {*REFERRED.findall(short), *re.findall(r"--[\w-]+", used.scripts)}
    asked.update(one for page in used.pages for one in REFERRED.findall(page))
    return DEFINED.sub(lambda one: one[0] if one[1] in asked else "", short)


def _kept(css: str, used: Used) -> Iterator[str]:
    for head, body in rules(css):
        if head.startswith(CONDITION):
            inner = "".join(_kept(body, used))
            yield f"{head}{{{inner}}}" * bool(inner)
        elif head.startswith("@"):
            yield f"{head}{{{body}}}" if body else head
        else:
            selectors = [one for one in listed(head) if used.can_match(one)]
            yield f"{','.join(selectors)}{{{body}}}" * bool(selectors)


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield the head and the body of each rule; one that is a line has no body."""
    depth = start = inner = 0
    for one in TOKEN.finditer(css):
        if one[0] == "{":
            inner = inner if depth else one.end()
            depth += 1
        elif one[0] == "}":
            depth -= 1
            if not depth:
                yield css[start : inner - 1].strip(), css[inner : one.start()].strip()
                start = one.end()
        elif one[0] == ";" and not depth:
            yield css[start : one.end()].strip(), ""
            start = one.end()


def listed(selectors: str) -> Iterable[str]:
    """Return each selector of a list; a comma in brackets parts none."""
    depth, parts = 0, [""]
    for letter in selectors:
        depth += letter in "(["
        depth -= letter in ")]"
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [one.strip() for one in parts]
