"""The evidence of an example: one line when closed, everything when opened."""

from markupsafe import Markup

from proof.claims.kind import Reason
from proof.example import Example
from proof.outcome import Outcome
from proof.showing.html import code, example_link, line_link, listed, tag
from proof.showing.library import Library, Seen
from proof.showing.tables import rows_table, timeline
from proof.showing.words import lane_names, place_in_words, sentences, settled, summary


def evidence(example: Example, known: Library) -> Markup:
    """Return what was seen of an example, to stand below its code."""
    return tag(
        "details",
        tag("summary", summary(example, known)),
        tag("p", _about(example, known)),
        *(_section(example, seen) for seen in known.seen(example)),
        *(_not_run(lane) for lane in lane_names(known.not_run(example))),
        class_="evidence",
        id=f"evidence-{example.id}",
        data_search_exclude=True,
    )


def _about(example: Example, known: Library) -> Markup:
    """Return where it ran, what to compare it with, and what it settles."""
    parts = [place_in_words(example)]
    if editions := known.editions(example):
        parts.append(Markup("Seen in {}.").format("; ".join(map(str, editions))))
    kin = [example_link(other, example) for other in known.kin(example)]
    if kin:
        words = "What goes wrong otherwise" if example.good else "What to do instead"
        parts.append(Markup("{}: {}.").format(words, listed(kin)))
    if example.settles:
        parts.append(settled(example))
    return Markup(" ").join(parts)


def _section(example: Example, seen: Seen) -> Markup:
    outcome = seen.outcome
    facts = [tag("li", one) for one in sentences(example, outcome)]
    return tag(
        "div",
        tag("p", listed(lane_names(seen.lanes)), class_="evidence-lanes"),
        *(_refuted(example, reason) for reason in seen.verdict.reasons),
        tag("ul", *facts),
        _printed(outcome),
        _answers(example, outcome),
        rows_table(outcome),
        timeline(example, outcome),
        class_="evidence-seen",
    )


def _not_run(lane: str) -> Markup:
    return tag(
        "div",
        tag("p", lane, class_="evidence-lanes"),
        tag("p", "Not run."),
        class_="evidence-seen",
    )


def _refuted(example: Example, reason: Reason) -> Markup:
    where = line_link(example, reason.line, "line {}")
    return tag(
        "p",
        Markup("{} ({}). Claimed: {} Seen: {}").format(
            tag("strong", "Refuted"), where, code(reason.claimed), code(reason.seen)
        ),
    )


def _printed(outcome: Outcome) -> Markup:
    if not outcome.printed:
        return Markup()
    text = "\n".join(outcome.printed)
    return tag("p", "It printed:") + tag(
        "pre", tag("samp", text), tabindex=0, role="group", aria_label="What it printed"
    )


def _answers(example: Example, outcome: Outcome) -> Markup:
    """Return each expression with what it was, the block's own first."""
    own = [text for text in example.expressions if text in outcome.answers]
    asked = dict.fromkeys([*own, *outcome.answers])
    if not asked:
        return Markup()
    items = (
        tag("li", code(text), " is ", tag("strong", _answer(outcome.answers[text])))
        for text in asked
    )
    return tag("p", "Asked from outside, once its process had ended:") + tag(
        "ul", *items
    )


def _answer(answer: bool | str) -> str:
    return str(answer).lower() if isinstance(answer, bool) else answer
