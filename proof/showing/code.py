"""A block's code: highlighted by SuperFences, its lines numbered, marked and linked.

A page of fifty blocks is read on phones: names and punctuation keep no markup of
their own, and only a line that something links to has an id. The style sheet counts
the lines. Search looks into the lines that make a claim, such as an exception's
message, and not into imports that every block has.
"""

import ast
import re
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from proof.example import Example
from proof.showing.html import headed, line_id, tag
from proof.showing.library import Library

PLAIN = re.compile(r'<span class="(?:n|o|p|w|nn|bp)">([^<]*)</span>')
FEWEST = 2
"""Lines of imports below which there is nothing to fold."""
CLAIMS = {"✅": "claim", "❌": "claim claim--bad"}
"""How the comments that make a claim are told from other comments."""


def highlighted(example: Example, known: Library, source: str, md: Any) -> Markup:
    """Return the code with what happened marked, under the block's title."""
    code: str = md.preprocessors["fenced_code_block"].highlight(
        src=source,
        language="python",
        options={"title": str(headed(example)), "title_mode": "html"},
        md=md,
        classes=[],
        id_value=example.id,
        attrs={},
    )
    return Markup("".join(_lines(PLAIN.sub(r"\1", code), example, known)))


def _lines(code: str, example: Example, known: Library) -> Iterator[str]:
    before, *lines = code.split(f'<span id="{line_id(example, 0)[:-1]}')
    if not lines:
        raise ValueError("pymdownx.highlight must be set up with `line_spans: L`")
    linked = known.linked_lines(example)
    happened = known.lines_where_it_happened(example)
    last = imports_end(example.code)
    yield before.replace("<pre>", f"{_imports(last)}<pre>", 1)
    for line in lines:
        number, _, rest = line.partition('">')
        inner, _, after = rest.rpartition("</span>")
        attributes = f' id="{line_id(example, int(number))}"' * (int(number) in linked)
        kinds = ["hll"] * (int(number) in happened) + ["import"] * (int(number) <= last)
        attributes += f' class="{" ".join(kinds)}"' if kinds else ""
        attributes += " data-search-exclude" * (not _claims(inner))
        # A line that is drawn as a box would be copied with a second line break.
        end = "\n" * (int(number) in happened)
        inner = _with_claims(inner.removesuffix(end))
        yield f"<code-line{attributes}>{inner}</code-line>{end}{after}"


def imports_end(code: str) -> int:
    """Return the last line of the imports that a block begins with, blank ones too."""
    body = ast.parse(code).body
    others = (one for one in body if not isinstance(one, ast.Import | ast.ImportFrom))
    first = next(others, None)
    if first is None or first is body[0]:
        return 0
    lines = code.splitlines()
    last = first.lineno - 1
    decorated = getattr(first, "decorator_list", [])
    last = min([last, *(one.lineno - 1 for one in decorated)])
    while last and lines[last - 1].startswith("#"):
        last -= 1
    return last if last >= FEWEST else 0


def _imports(lines: int) -> Markup:
    """Return what opens the imports on a phone, where they are folded."""
    if not lines:
        return Markup()
    return tag("details", tag("summary", "imports"), class_="imports")


def _claims(line: str) -> bool:
    return any(f"# {mark}" in line for mark in CLAIMS)


def _with_claims(line: str) -> str:
    for mark, classes in CLAIMS.items():
        line = line.replace(
            f'<span class="c1"># {mark}',
            f'<span class="c1 {classes}"># <span class="sign">{mark}</span>',
        )
    return line
