"""What a call has to do with the state that surrounds it, such as the time zone."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Entered, Module
from django_async_lint.project.index import Index

SLEEPS, ACTIVE, OVERRIDES = "sleeps", "reads what is active", "overrides"
READS_CONTEXT, SETS_CONTEXT = "reads a context variable", "sets a context variable"
KINDS = (SLEEPS, ACTIVE, OVERRIDES, READS_CONTEXT, SETS_CONTEXT)
SLEEPING = frozenset({"asyncio.sleep", "asyncio.wait_for", "asyncio.timeout"})
ACTIVES = frozenset(
    [
        "django.utils.timezone.localtime",
        "django.utils.timezone.localdate",
        "django.utils.timezone.make_aware",
        "django.utils.timezone.get_current_timezone",
        "django.utils.timezone.get_current_timezone_name",
        "django.utils.translation.gettext",
        "django.utils.translation.ngettext",
        "django.utils.translation.pgettext",
        "django.utils.translation.get_language",
        "django.utils.formats.date_format",
        "django.utils.formats.time_format",
        "django.utils.formats.number_format",
        "django.template.loader.render_to_string",
    ]
)
"""What depends on the active time zone or language."""
OVERRIDING = frozenset(
    {"django.utils.timezone.override", "django.utils.translation.override"}
)
ACTIVATING = frozenset(
    {"django.utils.timezone.activate", "django.utils.translation.activate"}
)
VARIABLE = "contextvars.ContextVar"


def kinds_of(call: Call, index: Index, module: Module) -> Iterator[str]:
    """Yield what a call does with the state around it."""
    if call.name in SLEEPING:
        yield SLEEPS
    elif call.name in ACTIVES:
        yield ACTIVE
    elif call.name in OVERRIDING | ACTIVATING:
        yield OVERRIDES
    owner, _, method = call.name.rpartition(".")
    if owner and method in ("get", "set"):
        value = index.value(owner, module)
        if value is not None and value.name == VARIABLE:
            yield READS_CONTEXT if method == "get" else SETS_CONTEXT


def overrides(entered: Entered) -> bool:
    """Whether a `with` sets the time zone or the language for its body."""
    return entered.value.name in OVERRIDING
