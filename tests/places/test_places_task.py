"""The place task: what the web process and the worker show, and what is left."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import redis
from support import (
    GOAL,
    fence,
    keys,
    lanes_here,
    marks_of_runs,
    redis_url,
    verdicts,
    written,
)

from proof.outcome import Outcome
from proof.report import Report
from proof.running.run import run
from proof.verdict import Verdict

pytestmark = pytest.mark.slow

HEAD = """
import asyncio
import os
import time

from celery import shared_task
from trading.models import Order

"""
POOLS = ("prefork", "threads", "solo", "gevent")
CANCELS = """
@shared_task
def task():
    Order.objects.filter(pk=7).update(status="cancelled")
    print("done")
    #> done
"""
BREAKS = """
@shared_task
def task():
    raise KeyError(7)
"""
RETRIES = """
@shared_task(bind=True, autoretry_for=(KeyError,), default_retry_delay=0)
def task(self):
    if self.request.retries < 2:
        raise KeyError(7)
    Order.objects.filter(pk=7).update(status="cancelled")
    print(self.request.retries)
    #> 2
"""
QUEUES = """
@shared_task
def task():
    second.delay()


@shared_task
def second():
    Order.objects.filter(pk=7).update(status="cancelled")
"""
LOOPS = """
@shared_task
def task():
    while True:
        time.sleep(0.01)
"""
WAITS = """
@shared_task
def task():
    asyncio.run(asyncio.Event().wait())
"""
ENDS = """
@shared_task
def task():
    os.kill(os.getppid(), 9)
    time.sleep(9)
"""


def block(task: str, claims: str, name: str, under: str = "", call: str = "") -> str:
    """Return a block with a task of that name, queued once."""
    good = "✅" in claims
    title, twin = ("✅ It works", None) if good else ("❌ It fails", "cancels")
    code = f"{HEAD}{task}\n\n{claims}"
    made = fence(name, code, title, "task", twin, call or "task.delay()")
    under = under and f' data-under="{under}"'
    return made.replace('data-place="task"', f'data-place="task"{under}')


DONE, LOST = f"# ✅ committed: {GOAL}", f"# ❌ lost: {GOAL}"
ALL = " ".join(POOLS)
PAGE = (
    block(CANCELS, DONE, "cancels", ALL),
    block(BREAKS, LOST, "breaks", ALL),
    block(RETRIES, DONE, "retries", "prefork threads solo"),
    block(QUEUES, DONE, "queues"),
    block(LOOPS, LOST, "loops"),
    block(WAITS, f"# ❌ hangs: sleeping loop\n{LOST}", "waits"),
    block(ENDS, LOST, "ends"),
    block("import nothing_there", LOST, "imports"),
    block(CANCELS, LOST, "queueing", call="task.delay(object())"),
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the whole page once, and over Redis if it answers."""
    examples = written(tmp_path_factory.mktemp("tasks"), *PAGE)
    return run(examples, examples, ["sqlite", "redis"], limit=8.0)


@pytest.fixture(scope="module")
def judged(
    report: Report, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str], Verdict]:
    """Return the verdicts on it."""
    return verdicts(report, written(tmp_path_factory.mktemp("again"), *PAGE))


def seen(report: Report, name: str, under: str = "") -> Outcome:
    """Return one outcome."""
    return report.of(name)[f"sqlite/{under}" if under else "sqlite"]


@pytest.mark.parametrize("pool", POOLS)
def test_a_task_runs_in_a_worker(
    report: Report, judged: Mapping[tuple[str, str], Verdict], pool: str
) -> None:
    """Under each pool a task writes in the worker, prints, and leaves nothing."""
    verdict = judged["cancels", f"sqlite/{pool}"]
    assert verdict.holds, str(verdict)
    threads = {one.thread for one in verdict.outcome.statements}
    own = "own thread" if pool in ("threads", "gevent") else "main thread"
    assert threads == {f"worker, {own}"}


@pytest.mark.parametrize("pool", POOLS)
def test_what_a_task_raises_is_noted(report: Report, pool: str) -> None:
    """An exception in the worker is the example's, with its line in the block."""
    outcome = seen(report, "breaks", pool)
    assert outcome.end == "raised" and outcome.raised is not None
    assert (outcome.raised.type, outcome.raised.message) == ("KeyError", "7")
    assert outcome.raised.line == 11


@pytest.mark.parametrize("pool", POOLS[:3])
def test_every_attempt_is_waited_for(
    judged: Mapping[tuple[str, str], Verdict], pool: str
) -> None:
    """A task that is tried again is done with after its last attempt."""
    assert judged["retries", f"sqlite/{pool}"].holds


def test_tasks_of_tasks_are_waited_for(
    judged: Mapping[tuple[str, str], Verdict],
) -> None:
    """What a task queues in the worker belongs to the example."""
    assert judged["queues", "sqlite"].holds


def test_a_task_without_end_is_ended(report: Report) -> None:
    """A task that loops costs its limit, and is not taken for a hang."""
    hang = seen(report, "loops").hang
    assert hang is not None and hang.reason == "busy"


def test_the_worker_is_asked_why_it_hangs(
    judged: Mapping[tuple[str, str], Verdict],
) -> None:
    """The reason for a hang is the pool process's, not the web process's."""
    verdict = judged["waits", "sqlite"]
    assert verdict.holds, str(verdict)
    assert verdict.outcome.hang is not None and verdict.outcome.hang.line == 11


def test_a_worker_that_ends_is_named(report: Report) -> None:
    """A worker that is killed, or cannot import the block, ends the example."""
    killed, unable = seen(report, "ends").raised, seen(report, "imports").raised
    assert killed is not None and killed.message.startswith("the worker ended")
    assert unable is not None and "No module named 'nothing_there'" in unable.message


def test_what_queueing_raises_is_noted(report: Report) -> None:
    """An argument that the task does not take is an exception of the web process."""
    raised = seen(report, "queueing").raised
    assert raised is not None and raised.type == "TypeError"


NEEDS_REDIS = pytest.mark.skipif(redis_url() is None, reason="no server answers")


@NEEDS_REDIS
def test_over_redis_too(
    report: Report, judged: Mapping[tuple[str, str], Verdict]
) -> None:
    """Where Redis answers, the same holds over it."""
    assert "redis" not in report.left_out
    assert judged["cancels", "redis/prefork"].holds


@NEEDS_REDIS
def test_keys_of_others_stay(tmp_path: Path) -> None:
    """A run removes what it wrote to Redis, and nothing else."""
    with redis.from_url(str(redis_url())) as server, marks_of_runs() as marks:
        server.set("proof_of_another", 1, ex=60)
        examples = written(tmp_path, PAGE[0])
        run(examples, examples, ["redis"])
        assert marks and keys(marks) == []
        assert server.get("proof_of_another") == b"1"
        server.delete("proof_of_another")


@pytest.mark.usefixtures("no_programs")
def test_without_redis_the_lane_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Redis server that does not answer leaves its lane out, with the reason."""
    monkeypatch.setenv("PROOF_REDIS_URL", "redis://127.0.0.1:1/0")
    examples = written(tmp_path, PAGE[0])
    report = run(examples, examples, ["sqlite", "redis"])
    assert "PROOF_REDIS_URL" in report.left_out["redis"]
    assert [one.lane for one in report.outcomes if one.lane.startswith("redis")] == []


def test_postgresql_too(tmp_path: Path) -> None:
    """A worker writes to the example's own database on PostgreSQL."""
    if "postgresql" not in lanes_here():
        pytest.skip("no PostgreSQL server answers")
    examples = written(tmp_path, block(CANCELS, DONE, "cancels"))
    report = run(examples, examples, ["postgresql"])
    (verdict,) = verdicts(report, examples).values()
    assert verdict.holds, str(verdict)
