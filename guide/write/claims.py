"""docs/claims.md: the ledger of what was heard elsewhere, with a verdict each."""

from collections.abc import Iterator, Mapping

from guide.ledger import NOT_SETTLED, Heard, read_ledger
from proof.example import Example
from proof.showing.library import Library
from proof.showing.words import lanes_in_short


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page."""
    claims = read_ledger()
    table = ["| Id | Claim | Verdict |", "|---|---|---|", *map(_line, claims)]
    return {
        "verdicts": "\n".join(table),
        "claims": "\n\n".join("\n\n".join(_entry(one, known)) for one in claims),
    }


def settling(claim: Heard, known: Library) -> tuple[Example, ...]:
    """Return the examples that settle a claim, each ✅ first."""
    found = [one for one in known.examples if claim.id in one.settles]
    return tuple(sorted(found, key=lambda one: not one.good))


def _line(claim: Heard) -> str:
    return f"| [{claim.id}](#{claim.anchor}) | {claim.words} | {claim.verdict} |"


def _entry(claim: Heard, known: Library) -> Iterator[str]:
    yield f"### {claim.id}: {claim.words} {{ #{claim.anchor} }}"
    yield claim.text or f"**{NOT_SETTLED.capitalize()}.** No example settles it."
    names = (one if " " in one else f"`{one}`" for one in claim.sources)
    yield f"Heard: {', '.join(names)}."
    yield "\n".join(_example(one, known) for one in settling(claim, known))


def _example(example: Example, known: Library) -> str:
    where = f"{example.page}.md#{example.id}"
    lanes = lanes_in_short(known.outcomes(example))
    return f"- [{example.title}]({where}): {lanes}"
