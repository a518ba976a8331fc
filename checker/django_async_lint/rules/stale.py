"""DAL2: rows and querysets that are older than what was written since."""

from collections.abc import Iterator

from django_async_lint.facts import Argument, Call
from django_async_lint.project.effects import ANY_WAY
from django_async_lint.project.graph import BELOW, BRIDGED, COROUTINE, OTHER_LOOP
from django_async_lint.project.index import Place
from django_async_lint.project.orm import READS
from django_async_lint.rules.rule import At, Problem, Rule, problem
from django_async_lint.values import Value

BRIDGING = (BRIDGED, COROUTINE, BELOW, OTHER_LOOP)
DEEPEST = 6
"""So many calls below a call are looked at."""


class AfterItsUpdate(Rule):
    """A queryset that is asked after an update took its rows out of it."""

    code = "DAL209"
    name = "a queryset asked after its own update"
    why = "it is lazy: it runs now, and its rows no longer fit its filter"
    instead = "make a list of it before the update"
    good = "list-out-of-a-service"
    finds = ("queryset-out-of-a-service",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        of = call.receiver
        if of is None or of.kind != "query" or call.method not in ("update", "aupdate"):
            return
        changed = [one.keyword for one in call.arguments if _changes(one, of)]
        if not changed or at.function is None:
            return
        asked = [
            use.line
            for use in at.module.uses
            if use.function == call.function
            and use.value == of
            and use.how in {*READS, "async iterate"}
        ]
        given = [
            one.line
            for one in at.function.returns
            if one.kind == "query" and one.asked == of.asked and one.name == of.name
        ]
        if any(line < call.line for line in asked):
            return
        for line in (*asked, *given):
            if line > call.line:
                what = f"it is filtered by {changed[0]}, and used in line {line}"
                yield problem(call, what)
                return


def _changes(one: Argument, of: Value) -> bool:
    """Whether an update gives a field another value than the filter asks for."""
    field, own = f"{one.keyword}=", f"{one.keyword}={one.constant}"
    return any(a.startswith(field) and own != a != f"{field}?" for a in of.asked)


class SavedOverACallee(Rule):
    """A row that is saved as a whole after a callee wrote it."""

    code = "DAL210"
    name = "a row saved over what a callee wrote"
    why = "it was read before: save() writes every field, the old values too"
    instead = "let one side write, or save(update_fields=[…])"
    good = "service-takes-an-id"
    finds = ("caller-saves-its-own-object",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        row = call.receiver
        if row is None or row.kind != "row" or row.path or call.arguments:
            return
        if call.method not in ("save", "asave"):
            return
        own = [one for one in at.module.calls if one.function == call.function]
        anew = [o.line for o in own if "refresh_from_db" in o.method]
        read = max([row.line, *(line for line in anew if line < call.line)])
        for one in own:
            if not read < one.line < call.line:
                continue
            if any(_is_key(a.value, row) for a in one.arguments):
                for edge in at.project.graph.by_call.get(id(one), ()):
                    by = edge.kind in BRIDGING and _writer(edge.target, row, at)
                    if by:
                        yield problem(call, f"{by}() writes it in line {one.line}")
                        return


def _is_key(value: Value | None, row: Value) -> bool:
    same = value is not None and value.kind == "row" and value.line == row.line
    return bool(value and same and value.path in (("pk",), ("id",)))


def _writer(place: Place, row: Value, at: At, depth: int = DEEPEST) -> str:
    """Return the function at or below a function that writes a row of the model."""
    for call in place.module.calls:
        of = call.receiver
        if call.function != place.index or of is None or of.name != row.name:
            continue
        if call.method in ("save", "asave", "update", "aupdate"):
            return place.function.short
    for edge in at.project.graph.out.get(place.number, ()) if depth else ():
        found = edge.kind in ANY_WAY and _writer(edge.target, row, at, depth - 1)
        if found:
            return found
    return ""


RULES = (AfterItsUpdate, SavedOverACallee)
