"""DAL3: generators that nobody iterates, or somebody twice."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Use
from django_async_lint.project.index import Place
from django_async_lint.project.orm import function_of
from django_async_lint.rules.rule import At, Problem, Rule, problem
from django_async_lint.values import Value


def _generator(value: Value, at: At) -> Place | None:
    """Return the generator function that a value comes from, if that is certain."""
    place = function_of(value, at.project.index, at.module)
    if place is None or not place.function.is_generator or place.function.decorators:
        return None
    return place


class GeneratorDropped(Rule):
    """A generator that is made and dropped."""

    code = "DAL303"
    name = "a generator that is never iterated"
    why = "a function with yield runs only while somebody iterates over it"
    instead = "iterate over it, or report progress in another way"
    good = "missing-named-twice"
    finds = ("missing-generator",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.usage == "statement" and call.name:
            place = _generator(Value("result", call.name), at)
            if place is not None:
                yield problem(call, f"{place.function.short}() is a generator")


class IteratedTwice(Rule):
    """A generator that two loops go over, each to its end."""

    code = "DAL310"
    name = "a generator that is iterated twice"
    why = "the second loop starts where the first one ended, and does nothing"
    instead = "make a list of it, or call the function again"
    good = "missing-list"
    finds = ("missing-iterator",)

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        if use.how not in ("iterate", "async iterate") or use.value.kind != "result":
            return
        place = _generator(use.value, at)
        for one in at.module.uses if place else ():
            same = one.function == use.function and one.value == use.value
            if same and one.how == use.how and one.line < use.line and not one.maybe:
                what = f"{use.detail} is used up by the loop of line {one.line}"
                yield problem(use, what)
                return


RULES = (GeneratorDropped, IteratedTwice)
