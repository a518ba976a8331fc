"""What the checker must leave alone, and what it must see: kinds met in other projects.

Each was a finding in a public code base, or is what makes one right there.
"""

from textwrap import dedent

import pytest

from django_async_lint.project.project import Project
from django_async_lint.reading.read import read
from django_async_lint.rules import RULES
from django_async_lint.rules.look import Looker

DEFAULT = [rule for rule in RULES.values() if rule.default]
MODELS = """
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=9)


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
"""


def found(**sources: str) -> list[str]:
    """Return the codes that are found in modules, by their names."""
    modules = [
        read(dedent(text).encode(), f"shop/{name}.py", name)
        for name, text in {"models": MODELS, **sources}.items()
    ]
    looker = Looker(DEFAULT, Project(modules))
    return [rule.code for one in modules for rule, _, _ in looker.look(one)]


LEFT_ALONE = {
    "a query that only one branch of a helper sends": """
        from models import Book

        known = {}

        def cached(pk):
            if pk not in known:
                known[pk] = Book.objects.get(pk=pk)
            return known[pk]

        async def show(pk):
            return cached(pk)
        """,
    "a queue call behind a connection's on_commit": """
        from celery import shared_task
        from django.db import connection, transaction

        @shared_task
        def send(pk):
            pass

        def tell(pk):
            connection.on_commit(lambda: send.delay(pk))

        @transaction.atomic
        def save(pk):
            tell(pk)
        """,
    "an event of a thread's own loop": """
        import asyncio
        import threading

        class Server(threading.Thread):
            def __init__(self):
                self.ended = asyncio.Event()

            def run(self):
                asyncio.run(self.serve())

            async def serve(self):
                await self.ended.wait()

            def stop(self):
                asyncio.run_coroutine_threadsafe(self.end(), self.loop)

            async def end(self):
                self.ended.set()
        """,
    "a loop of its own for the network only": """
        import asyncio
        import httpx
        from django.core.management.base import BaseCommand

        class Command(BaseCommand):
            def handle(self, **options):
                asyncio.run(ask())

        async def ask():
            async with httpx.AsyncClient() as client:
                await client.get("https://example.org")
        """,
    "a coroutine that is handed on": """
        async def work():
            pass

        def make():
            return work()
        """,
    "a relation of a row that comes from a custom manager": """
        from django.db import models
        from models import Author

        class Related(models.Manager):
            pass

        class Page(models.Model):
            author = models.ForeignKey(Author, models.CASCADE)
            objects = Related()

        async def show(pk):
            page = await Page.objects.aget(pk=pk)
            return page.author.name
        """,
    "a relation that was set by hand": """
        from models import Author, Book

        async def show(pk):
            book = await Book.objects.aget(pk=pk)
            book.author = await Author.objects.aget(pk=1)
            return book.author.name
        """,
    "a task of another library that takes async functions": """
        from procrastinate import App

        app = App()

        @app.task
        async def work(pk):
            pass
        """,
    "a name that two definitions share": """
        try:
            import fast
        except ImportError:
            def work():
                pass
        else:
            async def work():
                pass

        def run():
            work()
        """,
    "a helper that asks whether a loop runs": """
        import asyncio
        import time

        def wait():
            asyncio.get_running_loop()
            time.sleep(1)

        async def work():
            wait()
        """,
    "a task that queues its next part": """
        from celery import shared_task
        from django.db import transaction

        @shared_task
        def work(start):
            with transaction.atomic():
                work.delay(start + 10)
        """,
    "a lazy queryset that becomes a list in the thread": """
        from asgiref.sync import sync_to_async
        from models import Book

        async def titles():
            books = await sync_to_async(Book.objects.values_list)("pk")
            return await sync_to_async(list)(books)
        """,
    "imports that lead in a circle": """
        from circle import *
        from circle.circle import name

        name()
        """,
}
SEEN = {
    "DAL302": """
        from asgiref.sync import async_to_sync

        class Layer:
            def close(self):
                async_to_sync(self.channel.flush)
        """,
    "DAL303": """
        def check(context, number):
            yield context
            assert len(context) == number

        def test():
            check([], 0)
        """,
    "DAL205": """
        from django.db import transaction

        def save(stocks):
            for stock in stocks:
                transaction.on_commit(lambda: print(stock))
        """,
    "DAL402": """
        from models import Book

        async def show(pk):
            book = await Book.objects.aget(pk=pk)
            return book.author.name
        """,
    "DAL404": """
        import time

        def wait():
            time.sleep(1)

        async def work():
            wait()
        """,
}


@pytest.mark.parametrize("kind", LEFT_ALONE)
def test_it_is_left_alone(kind: str) -> None:
    """No rule that is on by default says anything."""
    assert found(code=LEFT_ALONE[kind]) == []


@pytest.mark.parametrize("code", SEEN)
def test_it_is_seen(code: str) -> None:
    """Exactly this rule finds it."""
    assert found(code=SEEN[code]) == [code]
