"""A picture as SVG without coordinates: the style sheet has them, wide and narrow.

Each part says its slot `--t`, its row `--r` and its length `--l`. On a wide screen
slots go to the right and rows down; on a narrow one the same markup is turned.
"""

from collections.abc import Iterator

from markupsafe import Markup

from proof.showing.html import tag
from proof.showing.picture.labels import NOTHING, SAID, about, left_out, shape, word
from proof.showing.picture.shapes import Bar, Leak, Mark, Picture

HATCH = Markup(
    '<pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><path d="M0 0V4"/></pattern>'
)
"""How what waits is filled; once a page."""
MANY = 2
"""Rows beyond which a phone has no room beside a mark."""
CROSS, HEAD = "M-5-5 5 5M5-5-5 5", "M-3-4 4 0-3 4z"


def svg(lines: str, picture: Picture, hatch: bool) -> Markup:
    """Return the picture; `hatch` if it is the first of its page.

    `lines` is the address of a line of the block without its number.
    """
    return tag(
        "svg",
        HATCH if hatch else "",
        *_rows(picture),
        *(_bar(one, picture.slots) for one in picture.bars),
        *_arrows(picture),
        *_symptoms(lines, picture),
        *(_mark(lines, one) for one in picture.marks),
        *_folds(picture),
        class_="many" if len(picture.rows) > MANY else "few",
        style=f"--n:{picture.slots};--m:{len(picture.rows)}",
        aria_hidden="true",
    )


def _at(**where: int) -> str:
    return ";".join(f"--{name}:{value}" for name, value in where.items() if value)


def _part(name: str, kind: str, *children: str, **where: int) -> Markup:
    return tag(name, *children, class_=kind, style=_at(**where))


def _rows(picture: Picture) -> Iterator[Markup]:
    for number, row in enumerate(picture.rows):
        yield _part("rect", "line", r=number)
        yield _part("text", "who", row.role, r=number)
        if row.over:
            yield _part("text", "on", row.over, r=number)


def _bar(bar: Bar, slots: int) -> Markup:
    kind = "bar" + " back" * bar.rolled_back + " off" * (bar.ends == "")
    length = bar.last - bar.first + 1
    return _part("rect", kind, t=bar.first, r=bar.row, l=length, d=bar.depth)


def _arrows(picture: Picture) -> Iterator[Markup]:
    for one in picture.arrows:
        first, last = sorted((one.start, one.end))
        yield _part("rect", "way", t=one.at, r=first, l=last - first)
        yield tag("path", class_="head", d=HEAD, style=_at(t=one.at, r=one.end))


def _mark(lines: str, mark: Mark) -> Markup:
    kind = f"{shape(mark)} {mark.fate}".strip()
    inner = [] if shape(mark) == "edge" else [Markup("<rect/>")]
    inner.append(tag("text", word(mark)))
    if below := about(mark):
        inner.append(tag("text", below, class_="of"))
    if above := SAID.get(mark.fate, ""):
        inner.append(tag("text", above, class_="said"))
    if mark.fate in ("failed", "landed"):
        inner.append(tag("path", d=CROSS))
    return _linked(lines, mark.line, kind, *inner, t=mark.at, r=mark.row)


def _linked(lines: str, line: int, kind: str, *children: str, **where: int) -> Markup:
    """Return a group that leads to a line of the block, if it belongs to one."""
    if not line:
        return _part("g", kind, *children, **where)
    return tag(
        "a",
        *children,
        class_=kind,
        style=_at(**where),
        href=f"{lines}{line}",
        tabindex=-1,
    )


def _folds(picture: Picture) -> Iterator[Markup]:
    if not picture.marks:
        yield _part("g", "fold", tag("text", NOTHING))
    for one in picture.folds:
        words, kind = left_out(one)
        inner = [tag("text", words)]
        if kind:
            inner.append(tag("text", kind, class_="of"))
        yield _part("g", "fold", *inner, t=one.at, r=one.row)


def _symptoms(lines: str, picture: Picture) -> Iterator[Markup]:
    if wait := picture.wait:
        length = picture.slots - wait.at
        yield _part("rect", "wait", t=wait.at, r=wait.row, l=length)
        if wait.holder is None:
            said = tag("text", f"hangs: {wait.reason}", class_="said")
            yield _linked(lines, wait.line, "hang", said, t=wait.at, r=wait.row)
        else:
            first, last = sorted((wait.row, wait.holder))
            yield _part("rect", "chain", t=wait.at, r=first, l=last - first)
    if cross := picture.cross:
        inner = (tag("path", d=CROSS), tag("text", cross.name, class_="said"))
        yield _linked(lines, cross.line, "cross", *inner, t=cross.at, r=cross.row)
    for leak in picture.leaks:
        yield from _leak(picture, leak)
    for stall in picture.stalls:
        first = picture.slots // 3
        length = picture.slots - 2 * first
        yield _part("rect", "wait", t=first, r=stall.row, l=length)
        said = tag("text", "stood still", class_="said")
        yield _linked(lines, stall.line, "hang", said, t=first, r=stall.row)


def _leak(picture: Picture, leak: Leak) -> Iterator[Markup]:
    yield _part("rect", "leak", t=leak.at, r=leak.row, l=picture.slots - leak.at)
    yield tag(
        "path", class_="head edge", d=HEAD, style=_at(t=picture.slots, r=leak.row)
    )
    connection = picture.rows[leak.row].connection
    words = f"{connection} stays open" if connection else leak.words
    yield _part("g", "off", tag("text", words, class_="said"), t=leak.at, r=leak.row)
