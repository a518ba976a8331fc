"""What was seen, in sentences."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from proof.claims.claim import Claim
from proof.example import Example
from proof.lanes import LANES
from proof.outcome import Outcome
from proof.places import PLACES
from proof.showing.html import VERDICTS, code, line_link, listed, tag

if TYPE_CHECKING:
    from proof.showing.library import Library, Seen


def lane_names(lanes: Iterable[str]) -> list[str]:
    """Return what the page calls the lanes: databases, and what each ran under."""
    under: dict[str, list[str]] = {}
    for lane in lanes:
        database, _, name = lane.partition("/")
        under.setdefault(LANES[database].words, []).append(name)
    return [
        f"{database} ({', '.join(names)})" if any(names) else database
        for database, names in under.items()
    ]


def lanes_in_short(lanes: Iterable[str]) -> str:
    """Return lanes in a few words: databases that ran under the same, together."""
    under: dict[str, list[str]] = {}
    for lane in lanes:
        database, _, name = lane.partition("/")
        under.setdefault(LANES[database].words, []).append(name)
    alike: dict[str, list[str]] = {}
    for database, names in under.items():
        alike.setdefault(", ".join(names), []).append(database)
    return "; ".join(
        f"{', '.join(databases)}" + f" ({names})" * bool(names)
        for names, databases in alike.items()
    )


def place_in_words(example: Example) -> Markup:
    """Return the sentence that says where the block ran."""
    words = PLACES[example.place].ran_as
    if example.call is None:
        return Markup("{}.").format(words)
    return Markup("{}: {}.").format(words, code(example.call))


def summary(example: Example, known: "Library") -> Markup:
    """Return what holds in which lanes, and which did not run; a line each."""
    by_headline: dict[str, list[str]] = {}
    for seen in known.seen(example):
        by_headline.setdefault(headline(example, seen), []).extend(seen.lanes)
    parts = [
        Markup("{} — {}").format(said, ", ".join(lane_names(lanes)))
        for said, lanes in by_headline.items()
    ]
    not_run = lane_names(known.not_run(example))
    parts += [Markup("{}: not run").format(lane) for lane in not_run]
    parts += [
        Markup("{} — {}").format(tag("strong", "⚠️ not proven"), code(str(claim)))
        for claim in known.unproven(example)
    ]
    return Markup("<br>").join(parts)


def headline(example: Example, seen: "Seen") -> Markup:
    """Return the verdict in a few words."""
    if not seen.verdict.holds:
        return tag("strong", "⚠️ refuted")
    if example.good:
        return tag("strong", "✅ ", VERDICTS["✅"])
    claims = example.claims_for(seen.lanes[0], seen.edition)
    symptoms = "; ".join(dict.fromkeys(symptom(one, seen.outcome) for one in claims))
    return Markup("{} — {}").format(tag("strong", "❌ ", VERDICTS["❌"]), symptoms)


def symptom(claim: Claim, outcome: Outcome) -> str:
    """Return a claim of a ❌ that holds in the fewest words, with the line if any."""
    words, line = claim.meaning.in_short(claim, outcome)
    return words + (f" at line {line}" if line else "")


def ended(example: Example, outcome: Outcome) -> Markup:
    """Return the sentence that says how the run ended."""
    if outcome.raised is not None:
        raised = f"{outcome.raised.type}: {outcome.raised.message}"
        where = _where(example, outcome.raised.line)
        return Markup("It raised {}{}.").format(code(raised), where)
    if outcome.hang is not None:
        where = _where(example, outcome.hang.line)
        reason = tag("strong", outcome.hang.reason)
        return Markup("It hangs{}: {} ({}).").format(where, reason, outcome.hang.where)
    if outcome.end == "returned":
        return Markup("It returned.")
    return Markup("It {}.").format(outcome.end)


def sentences(example: Example, outcome: Outcome) -> Iterator[Markup]:
    """Yield what a run showed beside its rows and statements."""
    yield ended(example, outcome)
    for one in outcome.warnings:
        where = _where(example, one.line)
        text = code(f"{one.category}: {one.text}")
        yield Markup("It warned {}{}.").format(text, where)
    for error in outcome.heard:
        yield Markup("It logged {} as an error.").format(code(error))
    for line in outcome.stalls:
        where = _where(example, line)
        yield Markup("The event loop stood still{}.").format(where)
    if outcome.left:
        yield Markup("It left open: {}.").format(tag("strong", str(outcome.left)))
    elif outcome.hang is None:
        yield Markup("It left nothing open.")
    number = in_flight(example, outcome)
    if number is not None:
        yield Markup("At most {} {} under way at once.").format(
            number, "statement was" if number == 1 else "statements were"
        )


def settled(example: Example) -> Markup:
    """Return the sentence that says which claims the block settles."""
    return Markup("It settles {}.").format(listed(example.settles))


def _where(example: Example, line: int) -> Markup:
    if not line:
        return Markup(", outside the block")
    return Markup(" at {} of the block ({})").format(
        line_link(example, line, "line {}"), code(example.at(line))
    )


def in_flight(example: Example, outcome: Outcome) -> int | None:
    """Return how many statements ran at once, None where that says nothing."""
    claimed = any(claim.meaning.counts for claim in example.claims)
    return outcome.in_flight if claimed or outcome.in_flight > 1 else None
