"""Whoever watches changes nothing: with the watch off, the same is seen."""

import pytest
from support import GOAL, fence, written

from proof.outcome import Outcome
from proof.running.run import run
from proof.watching.watcher import UNWATCHED

TELLS = """
from django.db import connection
from trading.models import Order


def told(execute, sql, *args):
    print(*sql.split()[:2])
    return execute(sql, *args)


def act():
    with connection.execute_wrapper(told):
        order = Order.objects.select_related("position").get(pk=7)
        lazy = Order.objects.filter(pk=8)
        Order.objects.filter(pk=7).update(status="cancelled")
    return order, lazy
"""
COMMAND = f"""
from django.core.management.base import BaseCommand
{TELLS}

class Command(BaseCommand):
    def handle(self, **options):
        act()


# ✅ committed: {GOAL}
"""
SCRIPT = f"""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django

django.setup()
{TELLS}

act()

# ✅ committed: {GOAL}
"""
SERVICE = f"{TELLS}\n\n# ✅ committed: {GOAL}"
TASK = f"""
from celery import shared_task
{TELLS}

@shared_task
def task():
    act()


# ✅ committed: {GOAL}
"""
VIEW = f"""
from django.http import JsonResponse
from django.urls import path
{TELLS}

def view(request):
    user = request.user
    session = request.session
    act()
    return JsonResponse({{}})


async def later(request):
    user = request.user
    await Order.objects.filter(pk=8).aupdate(status="working")
    return JsonResponse({{}})


urlpatterns = [path("", view), path("later/", later)]

# ✅ committed: {GOAL}
"""
CONSUMER = f"""
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.urls import path
{TELLS}

class Orders(AsyncJsonWebsocketConsumer):
    async def receive_json(self, content):
        await database_sync_to_async(act)()
        await self.send_json(content)


urlpatterns = []
websocket_urlpatterns = [path("orders/", Orders.as_asgi())]

# ✅ committed: {GOAL}
"""
TESTS = f"""
from django.test import TransactionTestCase
{TELLS}

class Tests(TransactionTestCase):
    def test_act(self):
        order = Order.objects.get(pk=7)
        act()


# ❌ lost: {GOAL}
"""


def _under(block: str, names: str) -> str:
    return block.replace("data-place", f'data-under="{names}" data-place')


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory,
) -> list[dict[tuple[str, str], Outcome]]:
    """What is seen of an example of each place, with the watch on and off."""
    requests = "get('/'), get('/later/')"
    blocks = [
        fence("a-command", COMMAND, place="command"),
        fence("a-script", SCRIPT, place="script"),
        _under(fence("a-service", SERVICE), "code command task view"),
        _under(
            fence("a-task", TASK, place="task", call="task.delay()"),
            "prefork threads solo gevent",
        ),
        _under(
            fence("a-view", VIEW, place="view", call=requests),
            "uvicorn gunicorn gthread",
        ),
        fence("a-consumer", CONSUMER, place="consumer", call="talk('/orders/', 7)"),
        fence("a-right-test", TESTS.replace("❌ lost", "✅ committed"), place="test"),
    ]
    examples = written(tmp_path_factory.mktemp("watched"), *blocks)
    found = []
    for off in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if off:
                patch.setenv(UNWATCHED, "1")
            report = run(examples, examples, ["sqlite"])
        found.append({(one.example, one.lane): one for one in report.outcomes})
    return found


def test_the_same_is_seen_from_outside(
    both: list[dict[tuple[str, str], Outcome]],
) -> None:
    """Rows, output, the statements that the block sees, and the end are alike."""
    watched, unwatched = both
    assert len(watched) == len(unwatched) == 15
    for key, one in watched.items():
        other = unwatched[key]
        assert one.printed == other.printed, key
        assert one.changes == other.changes, key
        assert one.answers == other.answers, key
        assert (one.end, one.raised) == (other.end, other.raised), key


def test_the_watch_was_off(both: list[dict[tuple[str, str], Outcome]]) -> None:
    """Else the comparison would show nothing."""
    watched, unwatched = both
    assert all(one.statements for one in watched.values())
    assert not any(one.statements for one in unwatched.values())


def test_the_blocks_saw_their_statements(
    both: list[dict[tuple[str, str], Outcome]],
) -> None:
    """Each block printed what it sent, so that one statement more would show."""
    for outcome in both[0].values():
        assert any(line.startswith("UPDATE") for line in outcome.printed), outcome
