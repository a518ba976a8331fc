"""A child's notes in, an outcome out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from proof.outcome import BOUNDARIES, Hang, Left, Outcome, Raised, Statement, Warned
from proof.running.messages import Exit


def read_notes(
    example: str,
    lane: str,
    notes: Iterable[tuple[str, dict[str, Any]]],
    hangs: Iterable[tuple[str, dict[str, Any]]],
    exit_: Exit,
    dropped: int = 0,
) -> Outcome:
    """Return the outcome that a child's notes and its end tell.

    `dropped` is how many notes there was no room for.
    """
    of: dict[str, list[dict[str, Any]]] = {}
    under_way: set[str] = set()
    failed: set[str] = set()
    in_flight = together = 0
    for kind, facts in notes:
        of.setdefault(kind, []).append(facts)
        if kind == "statement" and facts["kind"] not in BOUNDARIES:
            under_way.add(facts["number"])
            in_flight = max(in_flight, len(under_way))
        elif kind == "statement ended":
            under_way.discard(facts["number"])
            together = max(together, facts.get("together", 0))
            if facts["failed"]:
                failed.add(facts["number"])
    return Outcome(
        example=example,
        lane=lane,
        end=_end(of, exit_, dropped),
        raised=Raised(**of["raised"][-1]) if "raised" in of else None,
        hang=_hang(hangs, exit_),
        warnings=_warnings(of.get("warning", ())),
        statements=tuple(_statements(of.get("statement", ()), failed)),
        in_flight=in_flight,
        together=together,
        stalls=tuple(sorted({one["line"] for one in of.get("stall", ())})),
        heard=tuple(dict.fromkeys(one["text"] for one in of.get("heard", ()))),
        left=_left(of.get("left", ()), of.get("left at the end", ())),
    )


def _statements(
    noted: Iterable[dict[str, Any]], failed: set[str]
) -> Iterator[Statement]:
    """Yield the statements, the connections of all processes numbered as they came."""
    numbers: dict[str, str] = {}
    for one in noted:
        facts = {k: v for k, v in one.items() if k != "number"}
        of = numbers.setdefault(facts["connection"], f"C{len(numbers) + 1}")
        yield Statement(**facts | {"connection": of}, failed=one["number"] in failed)


def _left(
    noted: Iterable[dict[str, Any]], at_the_end: Iterable[dict[str, Any]]
) -> Left:
    """Return what all processes left open, by what each of them noted last.

    What was opened while the interpreter ended, by an exit function, counts as well.
    """
    last = {one["pid"]: one for one in noted}
    for one in at_the_end:
        before = last.get(one["pid"], one)
        last[one["pid"]] = {k: max(v, before[k]) for k, v in one.items()}
    sums: Counter[str] = Counter()
    for one in last.values():
        sums.update({k: v for k, v in one.items() if k != "pid"})
    return Left(**sums)


def _warnings(noted: Iterable[dict[str, Any]]) -> tuple[Warned, ...]:
    """Return the warnings, without a second one for the same open socket.

    The socket of a transport that nobody closed warns too, or does not, as the
    garbage collector comes to the one or the other first.
    """
    found = tuple(Warned(**one) for one in noted)
    if not any(one.text.startswith("unclosed transport") for one in found):
        return found
    return tuple(one for one in found if "unclosed <socket.socket" not in one.text)


def _end(of: dict[str, list[dict[str, Any]]], exit_: Exit, dropped: int) -> str:
    if "broken" in of:
        return f"could not be run: {of['broken'][-1]['text']}"
    if exit_.hung:
        return "hung"
    if "threads ended" not in of:
        return str(exit_)
    if dropped:
        return f"sent more statements than can be traced ({dropped} notes too many)"
    return "raised" if "raised" in of else "returned"


def _hang(hangs: Iterable[tuple[str, dict[str, Any]]], exit_: Exit) -> Hang | None:
    if not exit_.hung:
        return None
    facts = dict(hangs).get("hang", {"line": 0, "where": "no answer"})
    return Hang(exit_.reason, facts["line"], facts["where"])
