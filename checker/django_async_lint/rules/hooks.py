"""DAL8: `async def` where Django calls a function, and tests that prove nothing."""

from collections.abc import Iterator

from django_async_lint.facts import Call, Class, Entered, Function
from django_async_lint.project.entries import HANDLERS
from django_async_lint.project.index import Index, Model
from django_async_lint.rules.rule import At, Problem, Rule, problem

SYNC_HOOKS = {
    "BaseCommand": {"handle", "execute", "add_arguments", "create_parser"},
    "SimpleTestCase": {"setUp", "tearDown", "setUpClass", "tearDownClass"},
    "Model": {"save", "delete", "clean", "full_clean", "__str__", "get_absolute_url"},
    "Form": {"is_valid", "clean", "save", "full_clean", "__init__"},
    "AppConfig": {"ready"},
    "ModelAdmin": {"save_model", "delete_model", "get_queryset", "save_formset"},
    "BasePermission": {"has_permission", "has_object_permission"},
}
ALIKE = {
    "TestCase": "SimpleTestCase",
    "TransactionTestCase": "SimpleTestCase",
    "LiveServerTestCase": "SimpleTestCase",
    "APITestCase": "SimpleTestCase",
    "ModelForm": "Form",
    "BaseForm": "Form",
}
TEST_HOOKS = {"setUpTestData", "asyncSetUp", "asyncTearDown"}
AWAITED_BY = {"BasePermission": "adrf"}
"""The package that awaits what Django REST framework alone does not."""
MIXINS = {
    f"django.contrib.auth.mixins.{one}"
    for one in ("LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin")
}
VIEWS = frozenset({"django.views.View", "django.views.generic.View"})


def base_names(found: Model, index: Index) -> set[str]:
    """Return the dotted names of what a class is, in the end, a class of."""
    return {one for one in index.bases(found) if isinstance(one, str)}


class AsyncHook(Rule):
    """An `async def` that Django calls like a function."""

    code = "DAL801"
    name = "async def where Django calls a sync method"
    why = "Django calls it and never awaits it: nothing of it runs"
    instead = "write a sync method that bridges"
    good = "orm-before-bridge"
    finds = (
        "async-handle",
        "drf-async-permission",
        "test-async-set-up",
        "test-set-up-not-awaited",
    )

    def klass(self, class_: Class, at: At) -> Iterator[Problem]:
        """Look at a class."""
        hooks = set()
        for base in base_names(Model(at.module, class_), at.project.index):
            if base.startswith("django.") or base.startswith("rest_framework."):
                short = base.rpartition(".")[2]
                kind = ALIKE.get(short, short)
                if not at.project.uses(AWAITED_BY.get(kind, "")):
                    hooks |= SYNC_HOOKS.get(kind, set())
                hooks |= TEST_HOOKS if kind == "SimpleTestCase" else set()
        for name, index in class_.methods.items():
            place = at.project.index.place(at.module, index)
            if name in hooks and place is not None and place.function.is_async:
                yield problem(place.function, f"async def {name}")


class MixedHandlers(Rule):
    """A view with sync and async handlers."""

    code = "DAL802"
    name = "sync and async handlers in one view"
    why = "Django refuses the class: ImproperlyConfigured"
    instead = "make all handlers async, or none"
    good = "handlers-all-async"
    finds = ("handlers-mixed",)

    def klass(self, class_: Class, at: At) -> Iterator[Problem]:
        """Look at a class."""
        if not VIEWS & base_names(Model(at.module, class_), at.project.index):
            return
        kinds = {}
        for name, index in class_.methods.items():
            place = at.project.index.place(at.module, index)
            if place is not None and name in HANDLERS - {"options", "dispatch"}:
                kinds[place.function.is_async] = place.function
        if len(kinds) == len((True, False)):
            yield problem(
                class_, f"{kinds[True].short} is async, {kinds[False].short} not"
            )


class MixinBeforeAsync(Rule):
    """`LoginRequiredMixin` in front of async handlers."""

    code = "DAL803"
    name = "an access mixin in front of async handlers"
    why = "its dispatch() is sync: it asks for the user on the loop, and it raises"
    instead = "decorate a function view, or check in the handler"
    good = "login-required-on-the-handler"
    finds = (
        "login-required-mixin-user",
        "login-required-mixin-nobody",
    )
    right_elsewhere = ("login-required-mixin-under-wsgi",)

    def klass(self, class_: Class, at: At) -> Iterator[Problem]:
        """Look at a class."""
        bases = base_names(Model(at.module, class_), at.project.index)
        if not MIXINS & bases or "dispatch" in class_.methods:
            return
        for name, index in class_.methods.items():
            place = at.project.index.place(at.module, index)
            if place is not None and name in HANDLERS and place.function.is_async:
                mixin = next(iter(MIXINS & bases)).rpartition(".")[2]
                yield problem(class_, f"{mixin} and async def {name}")
                return


class ForgetfulMiddleware(Rule):
    """Middleware that says it takes both kinds, and asks for neither."""

    code = "DAL804"
    name = "sync_and_async_middleware that handles one kind"
    why = "in a stack of the other kind, a coroutine is taken for a response"
    instead = "ask iscoroutinefunction(get_response), and give an async def for it"
    good = "middleware-both-ways"
    finds = (
        "middleware-gets-coroutine",
        "middleware-async-declared-both",
    )

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        decorators = {one.name for one in function.decorators}
        asks = "iscoroutinefunction" in function.mentions
        if (
            "django.utils.decorators.sync_and_async_middleware" in decorators
            and not asks
        ):
            yield problem(function, f"{function.short}() never asks which")


class CountedInACoroutine(Rule):
    """What a test counts on its own connection, in an async test."""

    code = "DAL805"
    name = "assertNumQueries or captured callbacks in an async test"
    why = "it looks at the loop's connection, on which nothing happens"
    instead = "count in a sync function, through sync_to_async"
    good = "test-counts-in-sync"
    finds = (
        "test-counts-nothing",
        "test-capture-in-async",
    )

    def enter(self, entered: Entered, at: At) -> Iterator[Problem]:
        """Look at a `with`."""
        short = entered.value.name.rpartition(".")[2]
        counts = ("assertNumQueries", "captureOnCommitCallbacks")
        if at.on_a_loop and short in counts and entered.awaits:
            yield problem(entered, f"{short}() in an async test")


class SyncClient(Rule):
    """The sync test client in an async test."""

    code = "DAL806"
    name = "self.client in an async test"
    why = "the sync client runs the view on the loop: it raises"
    instead = "await self.async_client"
    good = "test-async-client"
    finds = ("test-client-in-async",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        function = at.function
        if function is None or not at.on_a_loop or not function.owner:
            return
        client, _, method = call.name.rpartition(".")
        if client != f"{function.owner}.client" or method not in HANDLERS:
            return
        in_a_test = at.why("test", "test in a transaction") and call.usage != "await"
        if in_a_test and at.project.index.value(client, at.module) is None:
            yield problem(call, "self.client in an async test")


class PluginLoop(Rule):
    """An async pytest test in a transaction of another thread."""

    code = "DAL807"
    name = "an async pytest test without transaction=True"
    why = "the ORM runs in asgiref's thread: its rows stay, and yours are not seen"
    instead = "django_db(transaction=True), or a sync test that bridges"
    good = "pytest-transaction"
    finds = (
        "pytest-anyio",
        "pytest-asyncio-mark",
    )

    def define(self, function: Function, at: At) -> Iterator[Problem]:
        """Look at a function."""
        named = {one.name: one for one in function.decorators}
        mark = named.get("pytest.mark.django_db")
        loop = {"pytest.mark.anyio", "pytest.mark.asyncio"} & named.keys()
        if not function.is_async or mark is None or not loop:
            return
        if any(a.keyword == "transaction" for a in mark.constants):
            return
        if "transactional_db" in function.parameters:
            return
        why = at.place and at.project.effects.has(at.place, "orm")
        if why:
            yield problem(function, f"async def {function.short}")


class OrmBesideABrowser(Rule):
    """An ORM call while Playwright's sync API runs its loop."""

    code = "DAL808"
    name = "the ORM below sync_playwright"
    why = "Playwright runs a loop in this thread: the ORM refuses to"
    instead = "do the ORM work before and after the with"
    good = "browser-test"
    finds = ("browser-test-orm",)

    def call(self, call: Call, at: At) -> Iterator[Problem]:
        """Look at a call."""
        if call.browser and at.project.orm.asks(call, at.module) == "sync":
            yield problem(call, f"{call.method}() below sync_playwright()")


RULES = (
    AsyncHook,
    MixedHandlers,
    MixinBeforeAsync,
    ForgetfulMiddleware,
    CountedInACoroutine,
    SyncClient,
    PluginLoop,
    OrmBesideABrowser,
)
