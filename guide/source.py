"""A file of the project, shown on a page as it is: it cannot differ from what runs.

`fence` is the formatter of a custom fence that holds the file's path.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pymdownx.superfences import (
    SuperFencesException,
)

from proof.project import ROOT


def fence(
    source: str,
    language: str,
    class_name: str,
    options: Mapping[str, str],
    md: Any,
    **others: Any,
) -> str:
    """Return the file that the fence names, highlighted."""
    path = source.strip()
    try:
        text = (ROOT / path).read_text("utf-8")
    except OSError as error:
        raise SuperFencesException(f"{path} cannot be shown: {error}") from error
    shown: str = md.preprocessors["fenced_code_block"].highlight(
        src=text,
        language="python",
        options={"title": path},
        md=md,
        classes=[],
        id_value="",
        attrs={},
    )
    return "".join(_lines(shown))


def _lines(code: str) -> Iterator[str]:
    """Yield the code without boxes around its lines: they would be copied twice ended.

    The search looks into the text of a page, not into a file that it shows.
    """
    before, *lines = code.split('<span id="L-')
    yield before
    for line in lines:
        inner, _, after = line.partition('">')[2].rpartition("</span>")
        yield f"<code-line data-search-exclude>{inner}</code-line>{after}"
