"""What the guide says of each mistake: its blocks, and what was seen of them."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Shown:
    """One block of the guide: its code, and what was seen when it was run."""

    title: str
    page: str
    place: str
    code: str
    seen: list[str]
    twin: str = ""


@cache
def _data() -> dict[str, object]:
    text = files("django_async_lint").joinpath("data/guide.json").read_text("utf-8")
    data: dict[str, object] = json.loads(text)
    return data


@cache
def blocks() -> dict[str, Shown]:
    """Return the blocks that rules name, by id."""
    found = _data().get("blocks")
    named = found if isinstance(found, dict) else {}
    return {name: Shown(**one) for name, one in named.items()}


def address(name: str) -> str:
    """Return where a block is read: on the guide's site, or its page in `docs/`."""
    shown = blocks().get(name)
    if shown is None:
        return ""
    site = _data().get("site") or ""
    return f"{site}{shown.page}/#{name}" if site else f"docs/{shown.page}.md#{name}"
