"""The place consumer: what goes over a websocket, and what is left of it."""

import pytest
from support import GOAL, fence, lanes_here, outcome_of, verdicts, written

from proof.databases.find_server import find_redis
from proof.errors import LaneUnavailable
from proof.report import Report
from proof.running.run import run

HEAD = """
import asyncio

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.http import JsonResponse
from django.urls import path
from trading.models import Order

MINE = Order.objects.filter(pk=7)


async def send(request):
    await get_channel_layer().group_send("all", {"type": "heard", "number": 7})
    return JsonResponse({})


class Consumer(AsyncJsonWebsocketConsumer):
"""
TAIL = """


urlpatterns = [path("", send)]
websocket_urlpatterns = [path("", Consumer.as_asgi())]

"""
CANCELS = """
    async def receive_json(self, content):
        await MINE.aupdate(status="cancelled")
        await self.send_json(content)
"""
RAISES = """
    async def receive_json(self, content):
        raise KeyError(content)
"""
HEARS = """
    groups = ["all"]

    async def heard(self, event):
        await self.send_json(event["number"])
"""
WAITS = """
    async def receive_json(self, content):
        await asyncio.sleep(0.4)
        await MINE.aupdate(status="cancelled")

    async def disconnect(self, code):
        print("disconnected", code)
"""


def block(name: str, body: str, call: str, claims: str) -> str:
    """Return a block with one consumer at `/`, and a view that tells the group."""
    good = "✅" in claims
    title, twin = ("✅ It works", None) if good else ("❌ It fails", "cancels")
    code = f"{HEAD}{body.strip(chr(10))}{TAIL}{claims}"
    return fence(name, code, title, place="consumer", call=call, twin=twin)


LOST = f"# ❌ lost: {GOAL}"
PAGE = (
    block(
        "cancels",
        CANCELS,
        "talk('/', 1, 2)",
        "#> WS / says 1\n#> WS / gets 1\n#> WS / says 2\n#> WS / gets 2\n"
        f"# ✅ committed: {GOAL}",
    ),
    block("raises", RAISES, "talk('/', 1, 2)", LOST),
    block("hears", HEARS, "hear('/', get, '/')", LOST),
    block("waits", WAITS, "hang_up('/', 1)", LOST),
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the page once, in each lane that answers."""
    examples = written(tmp_path_factory.mktemp("consumers"), *PAGE)
    return run(examples, examples, [*lanes_here(), "redis"], limit=10.0)


@pytest.mark.parametrize("lane", ["sqlite", "postgresql", "redis"])
def test_a_consumer_answers(
    report: Report, tmp_path_factory: pytest.TempPathFactory, lane: str
) -> None:
    """Each message is answered, its rows are written, and nothing is left open."""
    _answers(lane, tmp_path_factory)
    examples = written(tmp_path_factory.mktemp("again"), *PAGE)
    assert verdicts(report, examples)["cancels", lane].holds
    threads = {one.thread for one in outcome_of(report, "cancels", lane).statements}
    assert threads == {"server, sync_to_async thread"}


@pytest.mark.parametrize("lane", ["sqlite", "redis"])
def test_a_message_to_a_group_arrives(
    report: Report, tmp_path_factory: pytest.TempPathFactory, lane: str
) -> None:
    """A view tells the group, through memory or Redis, and the websocket gets it."""
    _answers(lane, tmp_path_factory)
    outcome = outcome_of(report, "hears", lane)
    assert outcome.printed == ("GET / 200 {}", "WS / gets 7")
    assert not outcome.left


def test_what_a_consumer_raises_is_noted(report: Report) -> None:
    """The server only logs it, and the websocket closes without a word."""
    outcome = outcome_of(report, "raises")
    assert outcome.raised is not None
    assert (outcome.raised.type, outcome.raised.line) == ("KeyError", 19)
    assert outcome.printed == ("WS / says 1", "WS / closed 1006")


def test_a_client_that_hangs_up_cancels_nothing(report: Report) -> None:
    """The handler runs to its end before the consumer is told of the disconnect."""
    outcome = outcome_of(report, "waits")
    lines = ("WS / says 1", "WS / hangs up", "disconnected 1000")
    assert outcome.printed == lines
    assert outcome.answers[GOAL] is True


def _answers(lane: str, folder: pytest.TempPathFactory) -> None:
    try:
        if lane == "redis":
            find_redis()
    except LaneUnavailable as error:
        pytest.skip(str(error))
    if lane == "postgresql" and lane not in lanes_here():
        pytest.skip(f"no server answers for the lane {lane}")
