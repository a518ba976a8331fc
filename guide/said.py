"""What runs said: types and texts, without the names that are the reader's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proof.outcome import Outcome, Raised

NAMES = (
    (re.compile(r"^(coroutine )'.+'( was never awaited)$"), r"\1'…'\2"),
    (re.compile(r"^('coroutine' object has no attribute )'\w+'$"), r"\1'…'"),
    (re.compile(r"^'\w+(Tests' object has no attribute )'\w+'$"), r"'…\1'…'"),
    (re.compile(r"^(The view )\S+( didn't return)"), r"\1…\2"),
    (re.compile(r"^\w+( matching query does not exist)"), r"…\1"),
    (re.compile(r"^(no (?:order|symbol) )\S+( at the broker)$"), r"\1…\2"),
    (re.compile(r"(was handed the [a-z ]+ )\w+\."), r"\1…."),
    (re.compile(r"(?<=run_async\()\w+(?=\(…?)"), "…"),
    (re.compile(r"^(\S+)( HTTP handlers must either)"), r"…\2"),
    (re.compile(r"\(\w+\.py, line \d+\)$"), "(…, line …)"),
    (re.compile(r"^connection failed: connection to .+(?=FATAL: )"), "… "),
    (re.compile(r"(?<=<)[\w.]+ running=\w+ closed=\w+ debug=\w+(?=>)"), "…"),
    (re.compile(r"^(unclosed transport )<.*>$"), r"\1<…>"),
    (re.compile(r'^(database )"\w+"( is being)'), r'\1"…"\2'),
    (re.compile(r"^(Object of type )[A-Z]\w+( is not)"), r"\1…\2"),
    (re.compile(r"^(Requested setting )\w+"), r"\1…"),
    (re.compile(r"^(Unexpected logs found: \[').+'\]$"), r"\1…']"),
    (
        re.compile(
            r"^(insert or update on table ).+?( violates .+ constraint ).*", re.S
        ),
        r'\1"…"\2"…"',
    ),
    (
        re.compile(
            r"^(null value in column ).+?( violates not-null constraint).*", re.S
        ),
        r"\1…\2",
    ),
    (re.compile(r"^<.+>( is bound to a different event loop)"), r"<…>\1"),
    (re.compile(r"^(Task )<.+>( got Future )<.+>( attached to)"), r"\1<…>\2<…>\3"),
    (re.compile(r"^(Executing <Task ).+(> took … seconds)$"), r"\1…\2"),
    (re.compile(r"^(There is no current event loop in thread )'.+'"), r"\1'…'"),
    (re.compile(r"^(Fetching of )\S+( blocked)"), r"\1…\2"),
    (re.compile(r"^[A-Z]+ \S+: answered (\d+), .+"), r"… answered \1, …"),
    (re.compile(r"^\w+(\(\) missing .+ argument: )'.+'$"), r"…\1'…'"),
    (
        re.compile(
            r"^(\d+ validation error for )\w+\n.+"
            r"(Error extracting attribute: SynchronousOnlyOperation: .+?\.) .+",
            re.S,
        ),
        r"\1…\n\2",
    ),
)
"""Names in a message that are the reader's own, and what stands for them."""


COMPARES = re.compile(r"^(\S+ != \S+|Lists differ: )|\bhas left \{")
"""What an assertion of a test says of its own values."""
DROPPED = " was never awaited"
OF_THE_LOOP = {"RuntimeError", "asyncio"}
"""The types of what the event loop and its bridges say."""
OF_COROUTINES = re.compile(r"\b(await|async|coroutine|async_generator)\b")
"""Words of a message about code that is awaited, or should be."""
OF_THE_DATABASE = re.compile(r"\b(Database access|connection|ATOMIC_REQUESTS)\b")
"""Words of a message about a database, which a bridge or a test may say."""
UNSAID = "uvicorn.protocols.utils.ClientDisconnected"
"""A type that uvicorn passes over in silence: no log has it."""


@dataclass(frozen=True)
class Message:
    """One message: how its type reads in a traceback, and its text without names."""

    type: str
    text: str

    @property
    def name(self) -> str:
        """The type without its module."""
        kept = r"\w+\.DoesNotExist"
        found = re.search(rf"({kept}|\w+)$", self.type)
        return re.sub(r"^\w+(?=\.DoesNotExist$)", "…", found[0]) if found else self.type

    @property
    def line(self) -> str:
        """The first line of the text."""
        return self.text.partition("\n")[0]

    @property
    def looked_for(self) -> str:
        """What a paste holds: the first line, and the next where `…` leads on to it."""
        return self.text if "…\n" in self.text else self.line

    @property
    def title(self) -> str:
        """The heading of its entry: the type, and the first line of the text."""
        return f"{self.name}: {self.line}".removesuffix(": ")

    @property
    def order(self) -> tuple[str, str]:
        """Where it stands among others: by its letters."""
        return "".join(re.findall(r"[a-z0-9]", self.text.lower())), self.type

    @property
    def page(self) -> str:
        """The page of its entry; the one that everybody meets has its own."""
        if self.name == "SynchronousOnlyOperation":
            return "soe"
        if self.name.endswith("Warning"):
            return "errors-warnings"
        of_it = self.name == "DoesNotExist" or self.type.startswith("django.db.")
        if of_it or OF_THE_DATABASE.search(self.line):
            return "errors-database"
        of_async = self.name in OF_THE_LOOP or OF_COROUTINES.search(self.line)
        return "errors-loop" if of_async else "errors"

    @property
    def slug(self) -> str:
        """The entry's anchor."""
        words = f"{self.name} {self.text}".lower().replace("'", "")
        return "-".join(re.findall(r"[a-z0-9]+", words)[:11])


def said(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield the type and the text of all that a run said."""
    raised = _looked_for(outcome)
    if raised is not None:
        yield raised.type, raised.message
    for one in outcome.warnings:
        # What raises leaves coroutines behind; the exception is what leads to its fix.
        if raised is None or not one.text.endswith(DROPPED):
            yield one.category, one.text


def _looked_for(outcome: Outcome) -> Raised | None:
    """Return what was raised, unless no log has it or it is a test's own numbers."""
    raised = outcome.raised
    if raised is None or raised.type == UNSAID:
        return None
    compares = raised.type == "AssertionError" and COMPARES.search(raised.message)
    return None if compares else raised


def message(kind: str, text: str) -> Message:
    """Return a recorded message without the names that are the reader's own."""
    for pattern, replacement in NAMES:
        text = pattern.sub(replacement, text)
    model = re.sub(r"[\w.]+(?=\.DoesNotExist$)", "…", kind)
    return Message(model, text.rstrip())
