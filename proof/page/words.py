"""What was seen, in sentences."""

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from proof.claim import Claim
from proof.example import Example
from proof.outcome import Outcome
from proof.page.html import code, line_link, listed, tag
from proof.page.library import LANES, Library, Seen, in_flight
from proof.places import PLACES

RAN_AS = {
    "command": "Run as a management command",
    "script": "Run as a script, a file of its own",
    "service": "Run as a function called from sync code",
    "task": "Run as a Celery task, in a worker",
    "view": "Run as a URLconf, served over HTTP",
    "consumer": "Run as a Channels consumer, served over websockets",
    "test": "Run as a test file, by a test runner",
}
WITHOUT_LINE = {
    "lost": "the goal is lost",
    "escaped": "a write escapes the rollback",
    "partial": "only a part is saved",
    "corrupt": "a wrong row is saved",
}


def lane_names(lanes: Iterable[str]) -> list[str]:
    """Return what the page calls the lanes: databases, and what each ran under."""
    under: dict[str, list[str]] = {}
    for lane in lanes:
        database, _, name = lane.partition("/")
        under.setdefault(LANES.get(database, database), []).append(name)
    return [
        f"{database} ({', '.join(names)})" if any(names) else database
        for database, names in under.items()
    ]


def lanes_in_short(lanes: Iterable[str]) -> str:
    """Return lanes in a few words: databases that ran under the same, together."""
    under: dict[str, list[str]] = {}
    for lane in lanes:
        database, _, name = lane.partition("/")
        under.setdefault(LANES[database], []).append(name)
    alike: dict[str, list[str]] = {}
    for database, names in under.items():
        alike.setdefault(", ".join(names), []).append(database)
    return "; ".join(
        f"{', '.join(databases)}" + f" ({names})" * bool(names)
        for names, databases in alike.items()
    )


def place_in_words(example: Example) -> Markup:
    """Return the sentence that says where the block ran."""
    words = RAN_AS.get(example.place) or f"Run as {PLACES[example.place]}"
    if example.call is None:
        return Markup("{}.").format(words)
    return Markup("{}: {}.").format(words, code(example.call))


def summary(example: Example, known: Library) -> Markup:
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


def headline(example: Example, seen: Seen) -> Markup:
    """Return the verdict in a few words."""
    if not seen.verdict.holds:
        return tag("strong", "⚠️ refuted")
    if example.good:
        return tag("strong", "✅ holds")
    claims = example.claims_for(seen.lanes[0], seen.edition)
    symptoms = "; ".join(dict.fromkeys(symptom(one, seen.outcome) for one in claims))
    return Markup("{} — {}").format(tag("strong", "❌ fails as said"), symptoms)


def symptom(claim: Claim, outcome: Outcome) -> str:
    """Return a claim of a ❌ that holds in the fewest words, with the line if any."""
    words, line = str(claim).removeprefix("❌ "), 0
    if claim.kind == "raises" and outcome.raised is not None:
        words, line = f"raises {_short(claim.name)}", outcome.raised.line
    elif claim.kind == "hangs" and outcome.hang is not None:
        words, line = f"hangs ({claim.text})", outcome.hang.line
    elif claim.kind == "blocks":
        words, line = "blocks the event loop", claim.line if not claim.apart else 0
    elif claim.kind == "warns":
        words = f"warns {_short(claim.name)}"
        lines = (one.line for one in outcome.warnings if one.category == claim.name)
        line = next(lines, 0)
    return WITHOUT_LINE.get(claim.kind) or words + (f" at line {line}" if line else "")


def _short(name: str) -> str:
    return name.rpartition(".")[2]


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
