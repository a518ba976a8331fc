"""`--explain CODE`: the pair of the guide, and what was seen of it, offline."""

from django_async_lint.errors import UsageError
from django_async_lint.guide import Shown, address, blocks
from django_async_lint.rules import RULES


def explain(code: str) -> str:
    """Return all that is known of a rule.

    Raises:
        UsageError: there is no such rule.
    """
    rule = RULES.get(code.upper())
    if rule is None:
        raise UsageError(f"there is no rule {code}. The rules are {', '.join(RULES)}.")
    on = "on by default" if rule.default else "on request: select it"
    parts = [
        f"{rule.code}: {rule.name} ({on})",
        f"{rule.why[:1].upper()}{rule.why[1:]}.\nInstead: {rule.instead}.",
    ]
    known = blocks()
    wrong = next((name for name in rule.finds if name in known), None)
    right = (known[wrong].twin if wrong else "") or rule.good
    for name in filter(None, (wrong, right)):
        if name in known:
            parts.append(_block(name, known[name]))
    if len(rule.finds) > 1:
        parts.append("It also finds:\n" + "\n".join(_line(n) for n in rule.finds[1:]))
    return "\n\n".join(parts) + "\n"


def _block(name: str, shown: Shown) -> str:
    code = "\n".join(f"    {line}".rstrip() for line in shown.code.splitlines())
    seen = "\n".join(f"- {line}" for line in shown.seen)
    head = f"{shown.title}\n{address(name)}, run in the place {shown.place}"
    return f"{head}\n\n{code}\n\nSeen when it was run:\n{seen}"


def _line(name: str) -> str:
    shown = blocks().get(name)
    return f"- {shown.title}: {address(name)}" if shown else f"- {name}"
