"""Each mistake beside the code that is nearest to it and right, by the rule's code."""

import pytest
from test_checker_kinds import found

PAIRS = {
    "DAL108": (
        """
        from asgiref.sync import async_to_sync

        async def work():
            pass

        def run():
            try:
                async_to_sync(work)()
            except {caught}:
                print("stopped")
        """,
        {"caught": "KeyboardInterrupt"},
        {"caught": "ValueError"},
    ),
    "DAL208": (
        """
        from django.db import IntegrityError, transaction
        from models import Author

        def store(names):
            try:
                with transaction.atomic():
                    for name in names:
                        Author.objects.create(name=name)
            except IntegrityError:
                {then}
        """,
        {"then": "pass"},
        {"then": "raise ValueError"},
    ),
    "DAL209": (
        """
        from models import Author

        def rename():
            authors = Author.objects.filter(name="a")
            {first}
            authors.update(name="b")
            return authors
        """,
        {"first": "print()"},
        # The queryset keeps the rows that it has read.
        {"first": "print(list(authors))"},
    ),
    "DAL210": (
        """
        from asgiref.sync import async_to_sync
        from models import Author

        async def rename(pk):
            await Author.objects.filter(pk=pk).aupdate(name="b")

        def store(pk):
            author = Author.objects.get(pk=pk)
            async_to_sync(rename)(author.pk)
            {then}
            author.save()
        """,
        {"then": "print()"},
        {"then": "author.refresh_from_db()"},
    ),
    "DAL301": (
        """
        from models import Author
        from ninja import NinjaAPI

        async def may(request):
            return await Author.objects.aexists()

        api = NinjaAPI()

        @api.get("authors", auth={auth})
        async def show(request):
            return {{}}
        """,
        {"auth": "lambda request: may(request)"},
        {"auth": "may"},
    ),
    "DAL310": (
        """
        def lines():
            yield 1

        def read():
            found = lines()
            for one in found:
                {first}
            for one in found:
                print(one)
        """,
        {"first": "print(one)"},
        # What is left is for the second loop.
        {"first": "break"},
    ),
    "DAL311": (
        """
        from django.db import models
        from models import Author

        class Named(models.Manager):
            def {method}(self, **values):
                return super().create(name="a", **values)

        class Writer(Author):
            objects = Named()

        async def make():
            await Writer.objects.acreate()
        """,
        {"method": "create"},
        {"method": "acreate"},
    ),
    "DAL312": (
        """
        from asgiref.sync import async_to_sync

        async def ask(name, limit=5):
            pass

        def ask_now(name, limit={limit}):
            return async_to_sync(ask)(name, limit=limit)
        """,
        {"limit": "3"},
        {"limit": "5"},
    ),
    "DAL608": (
        """
        from concurrent.futures import ThreadPoolExecutor
        from contextvars import ContextVar, copy_context

        tenant = ContextVar("tenant", default="")

        def work():
            print(tenant.get())

        def handle():
            tenant.set("a")
            with ThreadPoolExecutor() as pool:
                pool.submit({work})
        """,
        {"work": "work"},
        {"work": "copy_context().run, work"},
    ),
    "DAL609": (
        """
        from contextvars import ContextVar
        from celery import shared_task
        from celery.signals import task_prerun

        tenant = ContextVar("tenant", default="")

        def middleware(request):
            tenant.set("a")

        {signal}
        def begin(**named):
            tenant.set("b")

        @shared_task
        def work():
            print(tenant.get())
        """,
        {"signal": ""},
        {"signal": "@task_prerun.connect"},
    ),
    "DAL610": (
        """
        import threading
        from django.utils import translation

        def tell():
            {first}
            print(translation.gettext("hello"))

        def handle():
            with translation.override("de"):
                threading.Thread(target=tell).start()
        """,
        {"first": "pass"},
        {"first": "translation.activate('de')"},
    ),
    "DAL709": (
        """
        import logging
        from celery import shared_task

        logger = logging.getLogger(__name__)

        @shared_task(autoretry_for=(OSError,))
        def work():
            try:
                print()
            except {caught}:
                logger.info("failed")
        """,
        {"caught": "Exception"},
        {"caught": "ValueError"},
    ),
    "DAL711": (
        """
        from celery import shared_task
        from models import Author

        @shared_task(autoretry_for=(OSError,))
        def work(pk):
            rows = Author.objects.filter(pk=pk)
            if rows.exclude(name="busy").update(name="busy"):
                {before}
                    print()
                {after}
                    rows.update(name="free")
        """,
        {"before": "if pk:", "after": "if pk:"},
        {"before": "try:", "after": "finally:"},
    ),
    "DAL712": (
        """
        from celery import shared_task
        from models import Author

        def begin(pk):
            if Author.objects.exclude(name="busy").update(name="busy"):
                work.delay_on_commit(pk)

        @shared_task
        def work(pk):
            if Author.objects.exclude(name="{name}").update(name="{name}"):
                print()
        """,
        {"name": "busy"},
        {"name": "working"},
    ),
    "DAL809": (
        """
        import asyncio
        from freezegun import freeze_time

        async def work():
            await asyncio.sleep(1)

        async def test_work():
            with freeze_time("2020-01-01"{more}):
                await work()
        """,
        {"more": ""},
        {"more": ", real_asyncio=True"},
    ),
}


@pytest.mark.parametrize("code", PAIRS)
def test_the_mistake_is_found_and_what_is_next_to_it_is_not(code: str) -> None:
    """Exactly this rule finds the one, and nothing is found in the other."""
    text, wrong, right = PAIRS[code]
    assert found(code=text.format(**wrong)) == [code]
    assert found(code=text.format(**right)) == []
