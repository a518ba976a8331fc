"""Where code begins to run: tasks, views, receivers, commands, tests, consumers."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django_async_lint.facts import Call, Decorator, Module
from django_async_lint.project.index import Index, Model, Place
from django_async_lint.project.orm import function_of

TASK, VIEW, RECEIVER, COMMAND, TEST = "task", "view", "receiver", "command", "test"
ROLLED_BACK = "test in a transaction"
DJANGO_TASKS = frozenset({"django.tasks.task", "django.tasks.base.task"})
OTHER_TASKS = frozenset(
    {"django_rq.job", "dramatiq.actor", "huey.contrib.djhuey.task", "rq.decorators.job"}
)
TEST_CASES = frozenset({"TestCase", "APITestCase", "WagtailPageTestCase"})
PLAIN_CASES = frozenset(
    {"TransactionTestCase", "LiveServerTestCase", "StaticLiveServerTestCase"}
    | {"SimpleTestCase", "APITransactionTestCase", "APILiveServerTestCase"}
    | {"ChannelsLiveServerTestCase"}
)
HANDLERS = frozenset(
    ["get", "post", "put", "patch", "delete", "head", "options", "trace", "dispatch"]
)
ROUTES = frozenset(
    {"django.urls.path", "django.urls.re_path", "django.conf.urls.url"}
    | {"django.urls.conf.path", "django.urls.conf.re_path"}
)
WEB = ("django.http", "django.shortcuts", "rest_framework", "django.views", "ninja")


@dataclass(slots=True)
class Entries:
    """What each function is called as, by its number, with the line that says so."""

    of: dict[int, dict[str, str]] = field(default_factory=dict)
    celery: set[int] = field(default_factory=set)
    django_tasks: set[int] = field(default_factory=set)
    routed: set[int] = field(default_factory=set)

    def add(self, place: Place, kind: str) -> None:
        """Note that a function is called as this kind of thing."""
        self.of.setdefault(place.number, {})[kind] = place.function.short


def entries_of(index: Index) -> Entries:
    """Find every function that something outside the project calls."""
    found = Entries()
    for place in index.places:
        _by_decorators(found, place, index)
        _by_parameters(found, place)
    for module in index.modules:
        for class_ in module.classes:
            _by_class(found, Model(module, class_), index)
        for call in module.calls:
            _by_call(found, call, module, index)
    return found


def is_celery(one: Decorator, place: Place, index: Index) -> bool:
    """Whether a decorator makes a Celery task, as far as can be known."""
    if one.name in ("celery.shared_task", "celery.task", "celery.decorators.task"):
        return True
    owner, _, last = one.name.rpartition(".")
    if last not in ("task", "periodic_task") or not owner:
        return False
    value = index.value(owner, place.module)
    if value is not None:
        return value.name in ("celery.Celery", "celery.app.Celery")
    return "celery" in owner.lower() and index.find(owner, place.module) is None


def _by_decorators(found: Entries, place: Place, index: Index) -> None:
    for one in place.function.decorators:
        if is_celery(one, place, index):
            found.celery.add(place.number)
            found.add(place, TASK)
        elif one.name in DJANGO_TASKS:
            found.django_tasks.add(place.number)
            found.add(place, TASK)
        elif one.name in OTHER_TASKS:
            found.add(place, TASK)
        elif one.name == "django.dispatch.receiver":
            found.add(place, RECEIVER)
        elif one.name.startswith("rest_framework.decorators."):
            found.add(place, VIEW)
        elif _is_database_mark(one) and place.function.short.startswith("test"):
            found.add(place, TEST if _is_transactional(one) else ROLLED_BACK)


def _is_database_mark(one: Decorator) -> bool:
    return one.name == "pytest.mark.django_db"


def _is_transactional(one: Decorator) -> bool:
    return any(
        a.keyword == "transaction" and a.constant == "True" for a in one.constants
    )


def _by_parameters(found: Entries, place: Place) -> None:
    function = place.function
    names = function.parameters[1:] if function.owner else function.parameters
    if not names or names[0] != "request" or function.is_lambda:
        return
    if function.annotations.get("request", "").startswith(("starlette", "fastapi")):
        return
    if any(one.startswith(WEB) for one in place.module.imports.values()):
        found.add(place, VIEW)


def _by_class(found: Entries, of: Model, index: Index) -> None:
    shorts = set()
    for base in index.bases(of):
        name = base if isinstance(base, str) else base.class_.name
        shorts.add(name.rpartition(".")[2])
    kind = _kind(shorts)
    if kind is None:
        return
    for name, number in of.class_.methods.items():
        place = index.place(of.module, number)
        if place is not None and _is_called(kind, name):
            found.add(place, kind)
            if kind == VIEW and name in HANDLERS:
                found.routed.add(place.number)


def _kind(shorts: set[str]) -> str | None:
    if "BaseCommand" in shorts:
        return COMMAND
    if shorts & PLAIN_CASES:
        return TEST
    if shorts & TEST_CASES:
        return ROLLED_BACK
    if any(one.endswith(("View", "ViewSet")) for one in shorts):
        return VIEW
    return None


def _is_called(kind: str, name: str) -> bool:
    if kind == COMMAND:
        return name.startswith("handle") or name == "execute"
    if kind == VIEW:
        return name in HANDLERS | {"list", "create", "update", "retrieve", "destroy"}
    return name.startswith("test") or name in ("setUp", "setUpTestData", "setUpClass")


def _by_call(found: Entries, call: Call, module: Module, index: Index) -> None:
    if call.name in ROUTES and len(call.arguments) > 1:
        place = function_of(call.arguments[1].value, index, module)
        if place is not None:
            found.add(place, VIEW)
            found.routed.add(place.number)
    elif call.method == "connect" and call.first is not None:
        for place in _signalled(call, module, index):
            found.add(place, RECEIVER)


def _signalled(call: Call, module: Module, index: Index) -> Iterator[Place]:
    owner = call.name.rpartition(".")[0]
    value = index.value(owner, module)
    signal = owner.startswith("django.") or (
        value is not None and value.name == "django.dispatch.Signal"
    )
    place = function_of(call.first, index, module) if signal else None
    if place is not None:
        yield place
