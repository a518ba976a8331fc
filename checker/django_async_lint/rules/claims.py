"""DAL7, DAL9: a row that is claimed by its status, and what is left of the claim."""

from collections.abc import Iterator
from dataclasses import dataclass

from django_async_lint.facts import Call
from django_async_lint.project.contexts import RETRIED
from django_async_lint.project.index import Place
from django_async_lint.rules.rule import At, Problem, Rule, problem
from django_async_lint.values import Value

UPDATES = ("update", "aupdate")
QUEUES = frozenset(
    ["delay", "delay_on_commit", "apply_async", "apply_async_on_commit", "enqueue"]
)


@dataclass(frozen=True)
class Claim:
    """A field that is set to a value where it has not that value yet."""

    model: str
    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.model.rpartition('.')[2]}.{self.field}"


def _claim(call: Call) -> Claim | None:
    """Return what `rows.exclude(status=X).update(status=X)` claims."""
    of = call.receiver
    if of is None or of.kind != "query" or call.method not in UPDATES:
        return None
    for one in call.arguments:
        if one.constant and f"!{one.keyword}={one.constant}" in of.asked:
            return Claim(of.name, one.keyword, one.constant)
    return None


def _releases(call: Call, claim: Claim) -> bool:
    of = call.receiver
    if of is None or of.name != claim.model or call.method not in UPDATES:
        return False
    values = [one.constant for one in call.arguments if one.keyword == claim.field]
    return bool(values) and values[0] != claim.value


class KeptByAnException(Rule):
    """A claim of a retried task that an exception leaves."""

    code = "DAL711"
    name = "a claim that an exception leaves"
    why = "the retry finds the row claimed, and does nothing"
    instead = "give it back in an except, and raise again"
    good = "guard-given-back"
    finds = ("guard-kept",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        claim = _claim(call)
        if claim is None or call.usage != "condition" or not at.why(RETRIED):
            return
        own = [one for one in at.module.calls if one.function == call.function]
        after = [o for o in own if o.line > call.line and _releases(o, claim)]
        handlers = [h for h in at.module.handlers if h.function == call.function]
        if after and not handlers:
            yield problem(call, f"{claim} is given back only if nothing raises")


class ClaimedTwice(Rule):
    """A claim, and a task queued with it that claims the same."""

    code = "DAL712"
    name = "a claim that the task takes again"
    why = "the row is claimed already when the task begins, so it does nothing"
    instead = "hand the task the number of the run, and let it look for that"
    good = "guard-of-a-run"
    finds = ("guard-taken-twice",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        claim = _claim(call)
        for one in at.module.calls if claim else ():
            if one.function != call.function or one.line < call.line:
                continue
            place = _queued(one, at)
            for inner in place.module.calls if place else ():
                there = place is not None and inner.function == place.index
                if place and there and _claim(inner) == claim:
                    what = f"{place.function.short}() claims {claim} again"
                    yield problem(one, what)
                    break


def _queued(call: Call, at: At) -> Place | None:
    """Return the task that a call queues, or hands to `on_commit`."""
    given = [one.value.name for one in call.arguments if one.value is not None]
    for name in (call.name, *given):
        owner, _, last = name.rpartition(".")
        if last in QUEUES:
            found = at.project.index.find(owner, at.module)
            if isinstance(found, Place):
                return found
    return None


class ClaimWithoutALimit(Rule):
    """A claim by a status that nothing but the code itself takes back."""

    code = "DAL713"
    name = "a claim without a limit"
    default = False
    why = "a process that is killed leaves the row claimed, and nobody claims it again"
    instead = "write when it was claimed, and let a claim end"
    good = "guard-with-a-limit"
    finds = (
        "guard-without-a-limit",
        "stale-run-refuses",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        claim = _claim(call)
        if claim is not None:
            yield problem(call, f"{claim}={claim.value} stays after a crash")


class AllButNone(Rule):
    """`exclude(x__in=found).delete()` where nothing may have been found."""

    code = "DAL910"
    name = "all rows but those of a list, deleted"
    default = False
    why = "an empty list deletes every row"
    instead = "refuse an empty list first"
    good = "members-none-refused"
    finds = ("members-none-believed",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        of = call.receiver
        if call.method not in ("delete", "adelete") or not _is_query(of):
            return
        tested = at.function.tested if at.function else []
        for one in of.asked if of else ():
            field, _, name = one.partition("__in=")
            known = field.startswith("!") and name.isidentifier()
            if known and name not in tested:
                yield problem(call, f"nobody asks whether {name} is empty")


def _is_query(value: Value | None) -> bool:
    return value is not None and value.kind == "query"


RULES = (KeptByAnException, ClaimedTwice, ClaimWithoutALimit, AllButNone)
