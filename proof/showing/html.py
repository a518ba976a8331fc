"""Small pieces of HTML; whatever is not `Markup` is escaped."""

from collections.abc import Iterable, Sequence
from json import dumps
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from proof.example import Example

VERDICTS = {"✅": "works", "❌": "fails as predicted"}
"""What each mark of a block says."""


def tag(name: str, *children: str, **attributes: str | int | bool) -> Markup:
    """Return an element; `class_` is class, `data_x` data-x, and True has no value."""
    opened = [name]
    for key, value in attributes.items():
        written = key.rstrip("_").replace("_", "-")
        opened.append(written if value is True else f'{written}="{escape(value)}"')
    inner = "".join(map(escape, children))
    return Markup(f"<{' '.join(opened)}>{inner}</{name}>")


def code(text: object) -> Markup:
    """Return text as code."""
    return tag("code", str(text))


def listed(items: Iterable[str], last: str = " and ") -> Markup:
    """Return items as in a sentence: a, b and c."""
    *first, end = [escape(item) for item in items]
    return Markup(last).join([Markup(", ").join(first), end]) if first else end


def table(caption: str, heads: Sequence[str], rows: Iterable[str]) -> Markup:
    """Return a table that scrolls by itself where it is too wide for the screen.

    On a phone, where it is shown as cards, the style sheet names its columns.
    """
    names = (f"--c{number}:{dumps(head)}" for number, head in enumerate(heads, 1))
    head = tag("tr", *(tag("th", text, scope="col") for text in heads))
    inner = tag(
        "table",
        tag("caption", caption),
        tag("thead", head),
        tag("tbody", *rows),
        class_="facts",
        style=";".join(names),
    )
    return tag(
        "div",
        inner,
        class_="facts-scroll",
        tabindex=0,
        role="group",
        aria_label=caption,
    )


def line_id(example: "Example", line: int) -> str:
    """Return the id of a line of a block, as pymdownx.highlight writes it."""
    return f"L-{example.id}-{line}"


def line_link(example: "Example", line: int, words: str = "{}") -> Markup:
    """Return a link to a line of a block, or a dash for no line."""
    if not line:
        return Markup("–")
    return tag("a", words.format(line), href=f"#{line_id(example, line)}")


def titled(example: "Example") -> Markup:
    """Return an example's title; what stands in backticks is code."""
    return prose(example.title)


def headed(example: "Example", href: str = "") -> Markup:
    """Return an example's title with the word of its mark, which everybody reads.

    The title is a link, if an address is given.
    """
    mark, _, words = example.title.partition(" ")
    title = tag("a", prose(words), href=href) if href else prose(words)
    return Markup("{} {} {}").format(
        mark, tag("b", VERDICTS[mark], class_="verdict"), title
    )


def prose(words: str) -> Markup:
    """Return words; what stands in backticks is code."""
    parts = enumerate(words.split("`"))
    return Markup().join(code(text) if n % 2 else escape(text) for n, text in parts)


def example_link(to: "Example", at: "Example") -> Markup:
    """Return a link to an example from the page of another, or from its own."""
    return tag("a", titled(to), href=relative(at.page, to.page) + f"#{to.id}")


def relative(at: str, to: str) -> str:
    """Return the relative URL of a page, each page being a folder of its own."""
    if at == to:
        return ""
    return "../" * _folder(at).count("/") + _folder(to) or "./"


def _folder(page: str) -> str:
    parts = page.split("/")
    if parts[-1] == "index":
        parts.pop()
    return "".join(f"{part}/" for part in parts)
