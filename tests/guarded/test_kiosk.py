"""Tests that are green without the guard; a comment says what it finds in one."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase
from kiosk import services
from kiosk.models import Item

from django_async_lint.guard import async_guard


class InATestCase(TestCase):
    """Others write while its transaction is open."""

    def test_write_in_a_loop(self):  # other-connection, left-connection
        services.sell_in_a_loop("pen")

    def test_write_in_a_thread(self):  # other-connection
        services.sell_in_a_thread("pen")

    @async_guard(allow=["other-connection"], reason="shows that it can be allowed")
    def test_allowed(self):
        services.sell_in_a_thread("pen")

    @async_guard(allow=["left-thread"], reason="allows something else")
    def test_another_is_allowed(self):  # other-connection
        services.sell_in_a_thread("pen")


class WritesInATestCase(TestCase):
    """On SQLite, its first write keeps those of all others out."""

    def test_write_over_its_own(self):
        services.sell("pen")
        async_to_sync(services.sell_in_its_thread)("ink")

    async def test_write_in_an_async_test(self):
        await services.sell_in_its_thread("pen")
        await Item.objects.acreate(name="ink")

    def test_queued_early(self):  # queued-early
        services.queue_early("pen")

    def test_queued_after(self):
        with self.captureOnCommitCallbacks(execute=True):
            services.queue_after("pen")

    def test_dropped(self):  # dropped-coroutine
        services.forget_to_await("pen")


class WithTransactions(TransactionTestCase):
    """The transactions are those of the code."""

    def test_note_apart(self):  # other-connection
        services.sell_and_note("pen")

    def test_threads_each_with_its_own(self):
        def work(name):
            try:
                with transaction.atomic():
                    services.sell(name)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            list(pool.map(work, ["pen", "ink"]))

    def test_two_that_meet(self):
        """A test of two transactions at a time has two on purpose."""
        opened, ends = threading.Event(), threading.Event()

        def holds():
            with transaction.atomic():
                opened.set()
                ends.wait(5)
            connection.close()

        thread = threading.Thread(target=holds)
        thread.start()
        opened.wait(5)
        services.sell("pen")
        ends.set()
        thread.join()

    def test_queued_after(self):
        services.queue_after("pen")

    def test_queued_early(self):  # queued-early
        services.queue_early("pen")


class Left(TransactionTestCase):
    """What is open at the end."""

    def test_thread(self):  # left-thread
        services.start_a_thread()

    def test_loop_and_task(self):  # left-loop, left-task
        services.keep_a_loop()

    def test_what_ends_in_time(self):
        thread = threading.Thread(target=lambda: None)
        thread.start()
        asyncio.run(asyncio.sleep(0))

    def test_what_a_clean_up_ends(self):
        ends = threading.Event()
        threading.Thread(target=ends.wait).start()
        self.addCleanup(ends.set)


class LetThrough(TransactionTestCase):
    """The variable is set."""

    def setUp(self):
        import os
        from unittest.mock import patch

        patched = patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="true")
        patched.start()
        self.addCleanup(patched.stop)

    def test_unsafe(self):  # unsafe-orm, left-connection
        asyncio.run(services.read_in_a_loop())

    def test_safe_all_the_same(self):
        services.sell("pen")
