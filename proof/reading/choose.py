"""Names that a person types, and the examples that they mean."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from proof.errors import UnknownExample
from proof.example import Example

ADDRESS = re.compile(r"(?P<page>.+\.md):(?P<line>\d+)(-\d+)?")


def choose(names: Iterable[str], examples: Sequence[Example]) -> tuple[Example, ...]:
    """Return the examples that are named by page, id or address; all without a name.

    Raises:
        UnknownExample: a name is none of these; the text suggests the nearest.
    """
    names = list(names)
    if not names:
        return tuple(examples)
    wanted = {example.id for name in names for example in _meant(name, examples)}
    return tuple(example for example in examples if example.id in wanted)


def one(name: str, examples: Sequence[Example]) -> Example:
    """Return the one example of that id or address.

    Raises:
        UnknownExample: the name means none, or several.
    """
    found = choose([name], examples)
    if len(found) > 1:
        raise UnknownExample(
            f'"{name}" is a page of {len(found)} examples\n'
            f"    Name one of them: python -m proof list {name}"
        )
    return found[0]


def _meant(name: str, examples: Sequence[Example]) -> list[Example]:
    found = [example for example in examples if _is_meant(name, example)]
    if not found:
        raise UnknownExample(
            f'no example and no page is called "{name}"\n    {_nearest(name, examples)}'
        )
    return found


def _is_meant(name: str, example: Example) -> bool:
    address = ADDRESS.fullmatch(name)
    if address is not None:
        line = int(address["line"])
        on_page = str(example.path).endswith(address["page"])
        return on_page and example.start <= line <= example.end
    return name in (example.id, *_page_names(example))


def _page_names(example: Example) -> tuple[str, ...]:
    return (example.page, f"{example.page}.md", str(example.path))


def _nearest(name: str, examples: Iterable[Example]) -> str:
    known = list(dict.fromkeys(_all_names(examples)))
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    near += [one for one in known if name in one and one not in near][:3]
    if near:
        return f"Nearest: {', '.join(near)}"
    return "All of them: python -m proof list"


def _all_names(examples: Iterable[Example]) -> Iterator[str]:
    for example in examples:
        yield example.page
        yield example.id
