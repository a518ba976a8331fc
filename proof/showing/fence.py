"""The page builder: recorded evidence under every block.

A side of Python-Markdown, not of MkDocs: `fence` and `header` are the formatter and
the validator of a custom fence of `pymdownx.superfences`. Nothing is run here.

SuperFences swallows every exception but its own, and then shows the block without
what was to stand below it; so everything that goes wrong becomes that exception.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from markupsafe import Markup
from pymdownx.superfences import (
    SuperFencesException,
)

from proof.errors import MarkdownError, ProofError
from proof.example import Example
from proof.reading.fences import HEADER_FORM
from proof.reading.header import KEYS
from proof.showing.anchors import announce
from proof.showing.code import highlighted
from proof.showing.details import evidence
from proof.showing.diff import diff
from proof.showing.html import tag
from proof.showing.library import Library, read_library
from proof.showing.picture.below import pictures
from proof.showing.picture.beside import beside

__all__ = ["SuperFencesException", "fence", "fence_with", "header"]

SERVE = "PROOF_SERVE"
"""While pages are being written, a block that has not run yet says so on the page."""


def header(
    language: str,
    inputs: Mapping[str, str],
    options: dict[str, str],
    attrs: dict[str, str],
    md: Any,
) -> bool:
    """Take the keys of a block's header; the validator of the fence.

    Returning false would hand the block on to the default fence, without evidence.
    """
    with _never_silent():
        read_library()  # A page that cannot be read is reported with its line.
        unknown = sorted(set(inputs) - set(KEYS))
        if unknown:
            raise _without_header(", ".join(f'unknown key "{key}"' for key in unknown))
        options.update(inputs)
    return True


Below = Callable[[Example, Library], Markup]
"""What stands below an example's evidence."""


def fence_with(below: Below) -> Callable[..., str]:
    """Return a formatter of the fence: a block's code, its evidence, what is below."""

    def fence(
        source: str,
        language: str,
        class_name: str,
        options: Mapping[str, str],
        md: Any,
        id_value: str = "",
        **others: Any,
    ) -> str:
        with _never_silent():
            known = read_library()
            example = known.by_id.get(id_value)
            if example is None or source.strip() != example.code.strip():
                raise _without_header(source.strip().partition("\n")[0])
            with _named(example):
                announce(example.id, md)
                code = highlighted(example, known, source, md)
                parts = (code, _seen(example, known, md), below(example, known))
                return str(_block(example, *parts))

    return fence


fence = fence_with(lambda example, known: Markup())


def _block(example: Example, *parts: Markup) -> Markup:
    kind = "good" if example.good else "bad"
    permalink = tag(
        "a",
        "¶",
        class_="example-link",
        href=f"#{example.id}",
        title="Permalink to this example",
        aria_label=f"Permalink to this example: {example.title.replace('`', '')}",
        data_search_exclude=True,
    )
    return tag(
        "div",
        permalink,
        *parts,
        class_=f"example example--{kind}",
    )


def _seen(example: Example, known: Library, md: Any) -> Markup:
    problem = known.missing(example)
    if problem is None:
        drawn = pictures(example, known, md)
        return drawn + _fixed(example, known) + evidence(example, known)
    if os.environ.get(SERVE) != "1":
        raise MarkdownError(example.path, example.start, problem, "Run: make record")
    return tag(
        "p",
        "⏳ Not run yet: ",
        problem,
        ".",
        class_="evidence evidence--none",
        data_search_exclude=True,
    )


def _fixed(example: Example, known: Library) -> Markup:
    """Return what the twin beside a ❌ does otherwise."""
    twins = () if example.good else beside(example, known)
    return Markup().join(diff(example, one) for one in twins)


def _without_header(what: str) -> MarkdownError:
    return MarkdownError(
        "a Python block",
        1,
        f"it is no example of docs/: {what}",
        f"Write its first line as {HEADER_FORM}; in a docstring, use ```pycon or none.",
    )


@contextmanager
def _named(example: Example) -> Iterator[None]:
    """Let an error that names no place name the example's."""
    try:
        yield
    except ProofError:
        raise
    except Exception as error:
        problem = f"its evidence cannot be shown: {type(error).__name__}: {error}"
        raise MarkdownError(
            example.path, example.start, problem, "Mend proof/showing/."
        ) from error


@contextmanager
def _never_silent() -> Iterator[None]:
    try:
        yield
    except ProofError as error:
        raise SuperFencesException(str(error)) from error
    except Exception as error:
        raise SuperFencesException(f"{type(error).__name__}: {error}") from error
