"""The header of a block: `{#id title="✅ …" data-place="command"}`."""

import re
from pathlib import Path

from proof.errors import MarkdownError
from proof.reading.fences import HEADER_FORM

KEYS = ("title", "data-place", "data-under", "data-twin", "data-call", "data-settles")
FENCE = re.compile(r"^ *```python \{#(?P<id>[a-z0-9-]+)(?P<rest>(?: [^{}]*)?)\}$")
OPTION = re.compile(r' +([a-z-]+)="([^"]*)"')


def read_header(path: Path, line: int, header: str) -> dict[str, str]:
    """Return the options of a block's header, its id among them.

    Raises:
        MarkdownError: the header cannot be read, or lacks a key.
    """
    found = FENCE.match(header)
    if found is None or OPTION.sub("", found["rest"]).strip():
        raise MarkdownError(
            path,
            line,
            f"this header cannot be read: {header.strip()}",
            f"Write it as {HEADER_FORM}",
        )
    options = {"id": found["id"]}
    for key, value in OPTION.findall(found["rest"]):
        _key_is_known(path, line, key, options)
        options[key] = value
    for key in ("title", "data-place"):
        if not options.get(key):
            raise MarkdownError(
                path, line, f"the header has no {key}", f"Write it as {HEADER_FORM}"
            )
    return options


def _key_is_known(path: Path, line: int, key: str, options: dict[str, str]) -> None:
    if key not in KEYS:
        raise MarkdownError(
            path,
            line,
            f'unknown key "{key}" in the header',
            f"The keys are: {', '.join(KEYS)}.",
        )
    if key in options:
        raise MarkdownError(
            path, line, f'the key "{key}" stands twice', "Leave one of them out."
        )
