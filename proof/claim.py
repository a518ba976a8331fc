"""What a block says will happen, read from the comments in its code.

A claim is a comment that begins with ✅ or ❌. One that speaks of a line stands at
the end of that line, or alone on the line below it. One that stands apart speaks of
the whole run, such as an exception that is raised outside the block.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from proof.symptoms import (
    COMMITTED,
    EXPRESSION_SYMPTOMS,
    GOOD,
    OF_A_LINE,
    READERS,
    ROLLED_BACK,
    SYMPTOMS,
    ClaimError,
)
from proof.versions import EDITIONS, KNOWN, Edition, is_bound, within

LANES = ("sqlite", "postgresql", "redis", "full")
UNDER = {
    "service": ("code", "command", "task", "view"),
    "task": ("prefork", "threads", "solo", "gevent"),
    "view": ("uvicorn", "gunicorn", "gthread"),
    "test": ("django", "pytest", "throwaway"),
}
"""What a place can run under: its callers, pools, servers or runners; the first is
meant where the header names none."""
NAMES = (*LANES, *dict.fromkeys(name for names in UNDER.values() for name in names))
MARKS = {"✅": True, "❌": False}


@dataclass(frozen=True)
class Claim:
    """One sentence of a block about what its run will show.

    `line` is the line of the block that it speaks of, counted from 1. `kind` is
    "committed", "rolled back" or a symptom. `text` is the expression, the message,
    the hang's reason or the warning's text; `name` the exception or category.
    `counts` holds what a leak leaves open, and `number` how many run at a time.
    `editions` are those that it is made for.
    """

    line: int
    kind: str
    text: str = ""
    name: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    number: int = 0
    lanes: tuple[str, ...] = ()
    editions: tuple[Edition, ...] = EDITIONS
    apart: bool = False

    @property
    def good(self) -> bool:
        """Whether this is a ✅."""
        return self.kind in GOOD

    @property
    def expression(self) -> str | None:
        """What is evaluated from outside, if the claim has such a part."""
        if self.kind in (COMMITTED, ROLLED_BACK, *EXPRESSION_SYMPTOMS):
            return self.text
        return None

    def speaks_of(self, lane: str) -> bool:
        """Whether the claim is made for this lane, such as `sqlite` or `sqlite/solo`.

        A claim may name databases, what the block runs under, or both.
        """
        parts = lane.split("/")
        databases = [name for name in self.lanes if name in LANES]
        others = [name for name in self.lanes if name not in LANES]
        return (not databases or parts[0] in databases) and (
            not others or parts[-1] in others
        )

    def __str__(self) -> str:
        return f"{'✅' if self.good else '❌'} {self._sentence()}"

    def _sentence(self) -> str:
        if self.kind == "leaks":
            return "leaks " + ", ".join(f"{n} {_plural(k, n)}" for k, n in self.counts)
        if self.kind == "serial":
            return f"serial: {self.number} at a time"
        if self.name:
            return f"{self.kind} {self.name}" + (f": {self.text}" if self.text else "")
        return f"{self.kind}: {self.text}"


def read_claims(code: str) -> tuple[Claim, ...]:
    """Return the claims of a block in order.

    Raises:
        ClaimError: a comment begins with ✅ or ❌ and is not a claim.
    """
    return tuple(_parse(*found) for found in _marked_comments(code))


def read_printed(code: str) -> tuple[str, ...]:
    """Return the lines that the block says it prints, without their `#> `."""
    found = re.findall(r"^ *#>(?: (.*))?$", code, flags=re.MULTILINE)
    return tuple(found)


def _marked_comments(code: str) -> Iterator[tuple[int, int, str]]:
    """Yield a comment's own line, the line of code that it speaks of, its text.

    One that stands apart from the code speaks of line 0.
    """
    spoken_of = attached = 0
    for token in _tokens(code):
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("#").strip()
            own_line = not token.line[: token.start[1]].strip()
            if text[:1] in MARKS:
                line = token.start[0]
                if own_line and attached != line - 1:
                    yield line, 0, text
                else:
                    yield line, spoken_of if own_line else line, text
                    attached = line
        elif token.string.strip():
            spoken_of = attached = token.end[0]


def _tokens(code: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(code).readline)
    except (tokenize.TokenError, IndentationError) as error:
        at = error.lineno if isinstance(error, SyntaxError) else error.args[1][0]
        raise ClaimError(
            at or 1,
            f"this is not Python: {error.args[0]}",
            "Mend the code of the block.",
        ) from error


def _parse(own: int, spoken_of: int, text: str) -> Claim:
    mark, sentence = text[:1], text[1:].strip()
    body, names = _split_names(sentence)
    lanes = tuple(name for name in names if not is_bound(name))
    _lanes_are_known(own, lanes)
    editions = _read_bounds(own, tuple(filter(is_bound, names)))
    kind, rest = _split_kind(own, mark, body)
    parsed = READERS[kind](own, kind, rest)
    line = spoken_of if kind in OF_A_LINE and spoken_of else own
    return Claim(
        line, kind, lanes=lanes, editions=editions, apart=not spoken_of, **parsed
    )


def _split_names(sentence: str) -> tuple[str, tuple[str, ...]]:
    name = r"[A-Za-z0-9.<>=-]+"
    found = re.fullmatch(rf"(.*\S) *\[({name}(?:, *{name})*)\]", sentence)
    if found is None:
        return sentence, ()
    names = tuple(re.split(", *", found[2]))
    # In capitals it may be a part of a message, unless that is how a lane is written.
    if any(one != one.lower() and not _is_name(one.lower()) for one in names):
        return sentence, ()
    return found[1], names


def _is_name(word: str) -> bool:
    return word in NAMES or is_bound(word)


def _lanes_are_known(line: int, lanes: tuple[str, ...]) -> None:
    for lane in lanes:
        if lane not in NAMES:
            raise ClaimError(
                line, f'unknown lane "{lane}"', f"The lanes are: {', '.join(NAMES)}."
            )


def _read_bounds(line: int, bounds: tuple[str, ...]) -> tuple[Edition, ...]:
    try:
        return within(bounds)
    except ValueError as error:
        of = "python" if "python" in str(error) else "django"
        first, *others = KNOWN[of][1:]
        then = (
            f"Write `[{of}<{first}]` or `[{of}>={first}]`; or name {', '.join(others)}."
        )
        raise ClaimError(line, str(error), then) from error


def _split_kind(line: int, mark: str, body: str) -> tuple[str, str]:
    kinds = GOOD if MARKS[mark] else SYMPTOMS
    for kind in kinds:
        if re.match(rf"{kind}(?=[: ]|$)", body):
            return kind, body[len(kind) :].lstrip(": ").strip()
    raise ClaimError(
        line,
        f'unknown claim "{mark} {body}"',
        f"After {mark} stands one of: {', '.join(kinds)}.",
    )


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"
