"""Claims are read from the comments in a block's code.

A claim is a comment that begins with ✅ or ❌. One that speaks of a line stands at
the end of that line, or alone on the line below it. One that stands apart speaks of
the whole run, such as an exception that is raised outside the block.
"""

import io
import re
import tokenize
from collections.abc import Iterator

from proof.claims.claim import Claim
from proof.claims.kind import ClaimError, Kind
from proof.claims.kinds import GOOD, KINDS, SYMPTOMS
from proof.claims.versions import KNOWN, Edition, is_bound, within
from proof.lanes import LANES
from proof.places import UNDER

NAMES = (*LANES, *UNDER)
"""What a claim may name between its brackets, beside an edition."""
MARKS = {"✅": True, "❌": False}
LIKE_MARKS = tuple("☑✓✔❎✕✖✗✘❗⚠")
"""What a reader takes for a mark, and nobody judges."""
LIKE_CLAIM = re.compile(r"#\s*[✅❌]")


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
            _is_judged(token.start[0], text)
            if text[:1] in MARKS:
                line = token.start[0]
                if own_line and attached != line - 1:
                    yield line, 0, text
                else:
                    yield line, spoken_of if own_line else line, text
                    attached = line
        elif token.string.strip():
            _holds_no_claim(token)
            spoken_of = attached = token.end[0]


def _is_judged(line: int, text: str) -> None:
    """See that a comment with a mark begins with it, as only such a one is a claim."""
    if text.startswith(">"):  # What is printed.
        return
    if text.startswith(LIKE_MARKS) or any(mark in text[1:] for mark in MARKS):
        raise ClaimError(
            line,
            f'"# {text}" reads like a claim and is none',
            "A claim is a comment that begins with ✅ or ❌; leave other marks out.",
        )


def _holds_no_claim(token: tokenize.TokenInfo) -> None:
    if LIKE_CLAIM.search(token.string):
        raise ClaimError(
            token.start[0],
            "a text of the block reads like a claim and is none",
            "Write the claim as a comment, or leave the mark out.",
        )


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
    line = spoken_of if kind.of_a_line and spoken_of else own
    parsed = kind.read(own, rest)
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


def _split_kind(line: int, mark: str, body: str) -> tuple[Kind, str]:
    names = GOOD if MARKS[mark] else SYMPTOMS
    for name in names:
        if re.match(rf"{name}(?=[: ]|$)", body):
            return KINDS[name], body[len(name) :].lstrip(": ").strip()
    raise ClaimError(
        line,
        f'unknown claim "{mark} {body}"',
        f"After {mark} stands one of: {', '.join(names)}.",
    )
