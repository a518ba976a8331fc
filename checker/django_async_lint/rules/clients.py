"""DAL6: clients and locks that are kept longer than their loop."""

from collections import Counter
from collections.abc import Iterator

from django_async_lint.facts import Call, Class, Entered, Function
from django_async_lint.project.contexts import UNDER_A_BRIDGE
from django_async_lint.project.index import Model, Place
from django_async_lint.rules.rule import At, Problem, Rule, problem
from django_async_lint.values import Value

CLIENTS = frozenset(
    [
        "httpx.AsyncClient",
        "aiohttp.ClientSession",
        "redis.asyncio.Redis",
        "redis.asyncio.from_url",
        "redis.asyncio.Redis.from_url",
        "redis.asyncio.StrictRedis",
        "openai.AsyncOpenAI",
        "anthropic.AsyncAnthropic",
        "elasticsearch.AsyncElasticsearch",
        "motor.motor_asyncio.AsyncIOMotorClient",
    ]
)
LOCKS = frozenset(
    [
        "asyncio.Lock",
        "asyncio.Semaphore",
        "asyncio.BoundedSemaphore",
        "asyncio.Event",
        "asyncio.Condition",
        "asyncio.Queue",
        "asyncio.PriorityQueue",
        "asyncio.LifoQueue",
    ]
)


def belongs_to_a_loop(value: Value | None, at: At) -> str:
    """Return what a value is, if it belongs to the loop it was first used on."""
    if value is None or value.kind != "result":
        return ""
    short = value.name.rpartition(".")[2]
    if value.name in CLIENTS | LOCKS:
        return short
    found = at.project.index.find(value.name, at.module)
    if isinstance(found, Model) and _is_a_client(found, at):
        return short
    return ""


def _is_a_client(found: Model, at: At) -> bool:
    """Whether a class holds an async client: it, or a base, opens and closes one."""
    above = [one for one in at.project.index.bases(found) if isinstance(one, Model)]
    for one in (found, *above):
        kept = (v.name for v in one.class_.attributes.values())
        if "__aexit__" in one.class_.methods and CLIENTS & {*kept}:
            return True
    return False


class KeptByTheModule(Rule):
    """A client or a lock of a module, used by coroutines that are bridged to."""

    code = "DAL601"
    name = "a client or a lock that outlives its loop"
    why = "each bridge has a loop of its own, and the second one finds it closed"
    instead = "make it inside the coroutine, with async with"
    good = "client-in-one-bridge"
    finds = (
        "client-kept",
        "lock-of-another-loop",
        "task-kept-client",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call: a method of it, or the bridge to one."""
        for name, direct in _named(call):
            variable, _, _ = name.rpartition(".")
            kept = at.project.index.value(variable, at.module) if variable else None
            what = belongs_to_a_loop(kept, at)
            bridged = not at.on_a_loop if direct else at.why(UNDER_A_BRIDGE)
            if what and bridged and not _is_a_member(variable, at):
                yield problem(call, f"{variable.rpartition('.')[2]}, a {what}")

    def enter(self, entered: Entered, at: At) -> Iterator[Problem]:
        """Look at a `with`."""
        value = entered.value
        if value.kind != "name" or not at.why(UNDER_A_BRIDGE):
            return
        what = belongs_to_a_loop(at.project.index.value(value.name, at.module), at)
        if what:
            yield problem(entered, f"{value.name.rpartition('.')[2]}, a {what}")


def _named(call: Call) -> Iterator[tuple[str, bool]]:
    """Yield the names that a call uses, and whether a bridge is handed them."""
    bridge = call.receiver is not None and call.receiver.kind == "bridge"
    inner = call.receiver.inner if bridge and call.receiver else None
    if inner is not None and inner.kind == "name":
        yield inner.name, True
    if call.name:
        bridged = call.handed_to not in ("", "?") and call.usage == "argument"
        yield call.name, bridged


def _is_a_member(name: str, at: At) -> bool:
    """Whether a dotted name is an attribute of a class."""
    owner = name.rpartition(".")[0]
    return isinstance(at.project.index.find(owner, at.module), Model)


class KeptOnSelf(Rule):
    """A client that a service makes once, and bridges to several times."""

    code = "DAL602"
    name = "a client on self, and bridges to it"
    why = KeptByTheModule.why
    instead = KeptByTheModule.instead
    good = "client-in-one-bridge"
    finds = ("service-client-on-self",)

    def klass(self, class_: Class, at: At) -> Iterator[Problem]:
        """Look at a class."""
        # A lock is kept from one loop to the next without harm while nobody waits.
        kept = {
            n: belongs_to_a_loop(v, at)
            for n, v in class_.attributes.items()
            if v.name not in LOCKS
        }
        if not any(kept.values()) or _is_a_client(Model(at.module, class_), at):
            return
        for name, index in class_.methods.items():
            place = at.project.index.place(at.module, index)
            if place is None or not place.function.is_async:
                continue
            found = at.project.contexts.why(place, UNDER_A_BRIDGE)
            used = _used_by(place, class_, kept) if found else ""
            if found and used:
                what = f"self.{used}, a {kept[used]}, in {name}(), bridged to by"
                yield Problem(*_line(place, class_, used), f"{what} {found[1]}()")


def _used_by(place: Place, class_: Class, kept: dict[str, str]) -> str:
    for call in place.module.calls:
        if call.function == place.index and call.name.startswith(f"{class_.name}."):
            attribute = call.name[len(class_.name) + 1 :].partition(".")[0]
            if kept.get(attribute):
                return attribute
    return ""


def _line(place: Place, class_: Class, used: str) -> tuple[int, int, int]:
    for call in place.module.calls:
        mine = call.function == place.index
        if mine and call.name.startswith(f"{class_.name}.{used}"):
            return call.line, call.column, call.end
    return place.function.line, place.function.column, place.function.line


class UsedByTwoBridges(Rule):
    """A client made in sync code and handed to one bridge after the other."""

    code = "DAL603"
    name = "a client handed to two bridges"
    why = KeptByTheModule.why
    instead = "one bridge that opens it, uses it and closes it"
    good = "client-in-one-bridge"
    finds = (
        "session-closed-too-late",
        "third-order-placed",
    )

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        if function.is_async or at.place is None:
            return
        calls = [c for c in at.module.calls if c.function == at.index]
        made = [c for c in calls if c.usage == "assign" and _client(c, at)]
        uses: Counter[str] = Counter()
        for call in calls if made else ():
            for name in _clients_of(call, at):
                uses[name] += 2 if call.loops else 1
                if uses[name] == 2:
                    yield problem(call, f"the {name} of an earlier bridge")


def _client(call: Call, at: At) -> str:
    return belongs_to_a_loop(Value("result", call.name), at) if call.name else ""


def _clients_of(call: Call, at: At) -> Iterator[str]:
    """Yield the clients that a coroutine which is handed to a bridge gets."""
    if call.usage != "argument" or call.handed_to.startswith((".", "builtins.")):
        return
    place = at.project.index.find(call.name, at.module)
    is_async = isinstance(place, Place) and place.function.is_async
    for one in call.arguments if is_async else ():
        what = belongs_to_a_loop(one.value, at)
        if what:
            yield what
    owner, _, _ = call.name.rpartition(".")
    what = belongs_to_a_loop(Value("result", owner), at) if owner else ""
    if what:
        yield what


class KeptByTheServer(Rule):
    """A client of a module that async views use."""

    code = "DAL607"
    name = "a client of the module in an async view"
    default = False
    why = "under WSGI each request has a loop of its own; under ASGI nobody closes it"
    instead = "make it in the view, or in the server's lifespan"
    good = "client-in-the-view"
    finds = (
        "client-of-the-server",
        "client-of-each-request",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        variable, _, _ = call.name.rpartition(".")
        if not variable or not at.on_a_loop or at.why(UNDER_A_BRIDGE):
            return
        kept = at.project.index.value(variable, at.module)
        what = belongs_to_a_loop(kept, at)
        if what and kept is not None and kept.name not in LOCKS:
            yield problem(call, f"{variable.rpartition('.')[2]}, a {what}")


RULES = (KeptByTheModule, KeptOnSelf, UsedByTwoBridges, KeptByTheServer)
