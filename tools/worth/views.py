"""Read a row, ask a host ten times, write the row: in four ways; and no host at all."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.decorators import async_only_middleware, sync_only_middleware

from bridge import run_async
from broker import Broker
from sandbox.faults import LATENCY_HEADER
from trading.models import Order

CALLS = 10
"""Calls that a request makes to another host."""
LATENCY = 0.1
"""Seconds that the host takes for an answer."""
Answer = Callable[[HttpRequest], HttpResponse]
AsyncAnswer = Callable[[HttpRequest], Awaitable[HttpResponse]]


def one_by_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask in a loop."""
    order = Order.objects.get(pk=pk)
    with _client() as client:
        for _ in range(CALLS):
            _ask(client)
    order.save()
    return HttpResponse("done")


def in_threads(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask in ten threads; none of them uses the ORM."""
    order = Order.objects.get(pk=pk)
    with _client() as client, ThreadPoolExecutor(CALLS) as pool:
        list(pool.map(_ask, [client] * CALLS))
    order.save()
    return HttpResponse("done")


def bridged(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask below one bridge."""
    order = Order.objects.get(pk=pk)
    run_async(_ask_all())
    order.save()
    return HttpResponse("done")


async def awaited(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask in an async view."""
    order = await Order.objects.aget(pk=pk)
    await _ask_all()
    await order.asave()
    return HttpResponse("done")


def plain(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a row, in a sync view."""
    return HttpResponse(Order.objects.get(pk=pk).number)


async def plain_async(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a row, in an async view."""
    return HttpResponse((await Order.objects.aget(pk=pk)).number)


@sync_only_middleware
def sync_layer(get_response: Answer) -> Answer:
    """Do nothing, in sync code."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware


@async_only_middleware
def async_layer(get_response: AsyncAnswer) -> AsyncAnswer:
    """Do nothing, in async code."""

    async def middleware(request: HttpRequest) -> HttpResponse:
        return await get_response(request)

    return middleware


def _client() -> httpx.Client:
    return httpx.Client(
        base_url=os.environ["SANDBOX_URL"],
        headers={LATENCY_HEADER: str(LATENCY)},
        timeout=30,
        verify=False,
        trust_env=False,
    )


def _ask(client: httpx.Client) -> Any:
    return client.get("/broker/quotes/QQQ").raise_for_status().json()


async def _ask_all() -> None:
    async with Broker(latency=LATENCY, timeout=30) as broker:
        await asyncio.gather(*(broker.quote("QQQ") for _ in range(CALLS)))


VIEWS = (one_by_one, in_threads, bridged, awaited, plain, plain_async)
urlpatterns = [path(f"{one.__name__}/<int:pk>/", one) for one in VIEWS]
