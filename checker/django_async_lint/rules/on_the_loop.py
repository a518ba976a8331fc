"""DAL4: what blocks a loop, or asks the database from it."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Use
from django_async_lint.project.effects import BLOCKS, SYNC_ORM, blocks
from django_async_lint.project.graph import SAME, is_bridged
from django_async_lint.project.index import Model, Place
from django_async_lint.project.orm import SYNC
from django_async_lint.reading import names
from django_async_lint.rules.rule import At, Problem, Rule, problem
from django_async_lint.values import Value

WEB_VIEWS = ("django.views.", "django.contrib.auth.mixins.")


def sync_callee(call: Call, at: At) -> Place | None:
    """Return the sync function that a coroutine calls on its own loop."""
    for edge in at.project.graph.by_call.get(id(call), ()):
        function = edge.target.function
        plain = not function.is_async and not function.is_generator
        if edge.kind == SAME and plain and not is_bridged(edge.target):
            return None if function.mentions else edge.target
    return None


class SyncOrm(Rule):
    """A sync ORM call on a running loop."""

    code = "DAL401"
    name = "a sync ORM call in a coroutine"
    why = "it raises SynchronousOnlyOperation, after all that was done before"
    instead = "use the async method, or do the ORM work before the bridge"
    good = "orm-before-bridge"
    finds = (
        "orm-in-coroutine",
        "broker-first-then-orm",
        "reverse-relation-select-related",
        "queryset-still-lazy",
        "queryset-truth",
        "queryset-length",
        "queryset-item",
        "queryset-text",
        "queryset-logged",
        "async-main-sync-orm",
        "async-main-stops-half-way",
        "allow-async-unsafe",
        "content-type-in-a-coroutine",
        "stream-orm",
        "stream-orm-under-wsgi",
        "orm-in-consumer",
        "task-orm-in-coroutine",
        "test-helper-alone",
        "test-error-logged",
        "test-orm-in-async",
        "orm-in-async-view",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if not at.on_a_loop or call.handed_to in names.TO_ASYNC:
            return
        if call.name == "django.db.connection.cursor":
            return
        if at.project.orm.asks(call, at.module) == SYNC:
            if call.usage != "await":
                yield problem(call, f"{call.method or call.name}() in an async def")
            return
        callee = sync_callee(call, at)
        why = at.project.effects.has(callee, SYNC_ORM) if callee else None
        if why is not None and callee is not None and call.usage != "await":
            yield problem(call, f"{callee.function.short}() runs {why}")

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        if at.on_a_loop and at.project.orm.reads(use, at.module) == SYNC:
            yield problem(use, f"a queryset is asked ({use.how}) in an async def")


class LazyRelation(Rule):
    """A relation that was not loaded, read on a loop."""

    code = "DAL402"
    name = "a relation that was not loaded"
    why = "reading it sends a query, which raises SynchronousOnlyOperation"
    instead = "name it in select_related()"
    good = "select-related"
    finds = (
        "lazy-foreign-key",
        "select-related-too-short",
        "fetch-peers",
        "refresh-forgets-relations",
        "view-follows-relation",
    )

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        if use.how == "attribute" and use.value.kind == "row" and at.on_a_loop:
            step = at.project.models.unloaded(use.value, at.module)
            if step is not None:
                yield problem(use, f".{step} was not loaded with its row")


class LazyInAThread(Rule):
    """`sync_to_async` around what gives a queryset that was not asked."""

    code = "DAL403"
    name = "sync_to_async on something lazy"
    why = "no query runs in the thread: the queryset is asked later, on the loop"
    instead = "await sync_to_async(list)(queryset), or async for"
    good = "list-in-thread"
    finds = ("queryset-still-lazy",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.name not in names.TO_ASYNC or call.first is None:
            return
        if at.project.orm.is_lazy(call.first, at.module) and not _made_a_list(at):
            yield problem(call, f"sync_to_async({_last(call.first)})")


def _made_a_list(at: At) -> bool:
    """Whether the function makes a list of a queryset in the thread."""
    for call in at.module.calls:
        value = call.receiver if call.function == at.index else None
        bridge = value.inner if value is not None and value.kind == "bridge" else None
        if bridge is not None and bridge.name == "builtins.list":
            return True
    return False


def _last(value: Value) -> str:
    return "lambda" if value.kind == "lambda" else value.name


class Blocking(Rule):
    """A call that makes the loop wait."""

    code = "DAL404"
    name = "a blocking call in a coroutine"
    why = "every other request and task of this loop stands still meanwhile"
    instead = "use an async library, asyncio.sleep(), or asyncio.to_thread()"
    good = "blocking-library-in-a-thread"
    finds = (
        "network-blocks",
        "blocking-library",
        "blocking-line-found",
        "blocking-task-logged",
        "bridge-blocks-the-server",
    )

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if not at.on_a_loop or call.handed_to in names.TO_ASYNC:
            return
        if blocks(call):
            yield problem(call, f"{call.name}() in an async def")
            return
        callee = sync_callee(call, at)
        why = at.project.effects.has(callee, BLOCKS) if callee else None
        if why is not None and callee is not None:
            yield problem(call, f"{callee.function.short}() runs {why}")


class RequestUser(Rule):
    """`request.user` and the session's sync methods in an async view."""

    code = "DAL405"
    name = "request.user or request.session in an async view"
    why = "it is lazy: the query runs on the loop once somebody is logged in"
    instead = "await request.auser(), await request.session.aget(…)"
    good = "auser"
    finds = (
        "session-asked-sync",
        "request-user",
        "auser-then-user",
    )

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        if use.how == "request" and _is_a_django_view(at):
            yield problem(use, f"request.{use.detail} in an async view")


def _is_a_django_view(at: At) -> bool:
    place = at.place
    if place is None or not at.on_a_loop:
        return False
    if not place.function.owner:
        return place.number in at.project.entries.routed
    found = at.project.index.find(place.function.owner, at.module)
    bases = list(at.project.index.bases(found)) if isinstance(found, Model) else []
    named = [one for one in bases if isinstance(one, str)]
    return bool(named) and all(one.startswith(WEB_VIEWS) for one in named)


class Permission(Rule):
    """`user.has_perm` in a coroutine."""

    code = "DAL406"
    name = "has_perm in a coroutine"
    why = "it asks the database for the user's permissions, on the loop"
    instead = "await user.ahas_perm(…)"
    good = "permission-async"
    finds = ("permission-sync",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        value = call.receiver
        known = value is not None and value.kind in ("row", "coroutine")
        if at.on_a_loop and known and call.method in names.PERMISSIONS:
            yield problem(call, f"{call.method}() in an async def")


class Rendered(Rule):
    """A queryset that a template or a paginator will ask."""

    code = "DAL407"
    name = "a queryset for a template, in a coroutine"
    why = "the template asks it on the loop: it raises"
    instead = "hand over a list: [row async for row in queryset]"
    good = "list-for-a-template"
    finds = (
        "sync-paginator",
        "render-in-async-view",
    )
    TAKERS = (
        "django.shortcuts.render",
        "django.core.paginator.Paginator",
        "django.template.loader.render_to_string",
    )

    def use(self, use: Use, at: At) -> Iterator[Problem]:
        """Look at a use of a value."""
        handed = use.how == "handed" and use.detail in self.TAKERS and at.on_a_loop
        if handed and at.project.orm.exists(use.value, at.module):
            short = use.detail.rpartition(".")[2]
            yield problem(use, f"a queryset for {short}() in an async def")


RULES = (
    SyncOrm,
    LazyRelation,
    LazyInAThread,
    Blocking,
    RequestUser,
    Permission,
    Rendered,
)
