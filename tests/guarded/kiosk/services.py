"""Code under test: what the guard finds in it stands at the line."""

import asyncio
import threading

from asgiref.sync import sync_to_async
from django.db import connection, transaction

from kiosk.models import Item
from kiosk.tasks import restock

ENDS = threading.Event()
KEPT = []


def sell(name):
    """Write over the connection of the present thread."""
    Item.objects.create(name=name)


def sell_in_a_loop(name):
    """Write over the connection of asgiref's thread, and leave it."""
    asyncio.run(sell_later(name))


async def sell_later(name):
    """Write in asgiref's thread."""
    # found: other-connection, left-connection
    await Item.objects.acreate(name=name)


def sell_in_a_thread(name):
    """Write over the connection of a thread of its own, which closes it."""

    def work():
        Item.objects.create(name=name)  # found: other-connection
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def sell_and_note(name):
    """Open a transaction, and write the note outside of it."""
    with transaction.atomic():
        asyncio.run(note_apart(name))


async def note_apart(name):
    """Write in a pool's thread, and close there."""
    await asyncio.to_thread(note, name)


def note(name):
    """Write and close."""
    Item.objects.create(name=name)  # found: other-connection
    connection.close()


def start_a_thread():
    """Leave a thread that waits for ever."""
    threading.Thread(target=ENDS.wait, daemon=True).start()  # found: left-thread


def keep_a_loop():
    """Leave a loop, and a task in it."""
    loop = asyncio.new_event_loop()  # found: left-loop
    KEPT.append((loop, loop.create_task(sleeps())))
    loop.run_until_complete(asyncio.sleep(0))


async def sleeps():
    """Wait for ever."""
    await asyncio.sleep(1000)  # found: left-task


def forget_to_await(name):
    """Make a coroutine and drop it."""
    sell_later(name)  # found: dropped-coroutine


def queue_early(name):
    """Queue a task before the commit."""
    with transaction.atomic():
        sell(name)
        restock.delay(name)  # found: queued-early


def queue_after(name):
    """Queue a task after the commit."""
    with transaction.atomic():
        sell(name)
        transaction.on_commit(lambda: restock.delay(name))
    restock.delay(name)


async def read_in_a_loop():
    """Call the sync ORM in a loop."""
    return Item.objects.count()  # found: unsafe-orm, left-connection


async def sell_in_its_thread(name):
    """Write where Django's async tests have their connection."""
    await sync_to_async(sell)(name)
