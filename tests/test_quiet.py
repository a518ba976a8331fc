"""A ✅ is quiet: an error that is only logged, or raised nowhere, refutes it."""

from collections.abc import Mapping

import pytest
from support import GOAL, LOOK, fence, verdicts, written

from proof.judge import Verdict
from proof.run import run

HEAD = """
import logging
import os
import threading
import warnings

from celery import shared_task, signals
from django.db import transaction
from trading.models import Order


def cancel():
    Order.objects.filter(pk=7).update(status="cancelled")

"""
SERVICES = {
    "logs": ("logging.getLogger('mine').error('it broke')", "mine: it broke"),
    "logs an exception": (
        "try:\n        int('x')\n    except ValueError:\n"
        "        logging.getLogger('mine').exception('it broke')",
        "mine: it broke",
    ),
    "by level": ("logging.log(logging.CRITICAL, 'at %s', 'last')", "root: at last"),
    "disabled": (
        "logging.disable(logging.CRITICAL)\n    logging.error('nobody hears')",
        "root: nobody hears",
    ),
    "level too high": (
        "logging.getLogger('mine').setLevel(99)\n"
        "    logging.getLogger('mine').critical('nobody hears')",
        "mine: nobody hears",
    ),
    "in del": (
        "type('Held', (), {'__del__': lambda self: 1 / 0})()",
        "Exception ignored",
    ),
    "robust on commit": (
        "transaction.on_commit(lambda: 1 / 0, robust=True)",
        "Error calling",
    ),
    "in a thread": (
        "threading.Thread(target=int, args='x').start()",
        "threading: ValueError",
    ),
}
TASKS = {
    "the pool's process dies": (
        "signals.task_postrun.connect(lambda **_: os._exit(3), weak=False)",
        "",
    ),
    "the worker dies": (
        "signals.task_postrun.connect("
        "lambda **_: os.kill(os.getppid(), 9), weak=False)",
        "the worker ended",
    ),
}


def _id(name: str) -> str:
    return name.replace(" ", "-").replace("'", "")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Verdict]:
    """The verdicts on blocks that all commit, and are not quiet."""
    claim = f"# ✅ committed: {GOAL}"
    blocks = [
        fence(_id(name), f"{HEAD}\ndef act():\n    cancel()\n    {does}\n\n\n{claim}")
        for name, (does, _) in SERVICES.items()
    ]
    for name, (does, _) in TASKS.items():
        code = (
            f"{HEAD}\n@shared_task\ndef act():\n    cancel()\n    {does}\n\n\n{claim}"
        )
        blocks.append(fence(_id(name), code, place="task", call="act.delay()"))
    logged = f"{HEAD}\ndef act():\n    cancel()\n    logging.error('it broke: 7')\n\n\n"
    blocks.append(fence("named", f"{logged}{claim}\n# ✅ logs: root: it broke…"))
    blocks.append(fence("misnamed", f"{logged}{claim}\n# ✅ logs: root: it held…"))
    loud = f"{LOOK}    logging.error('x')\n\n\n# ❌ lost: {GOAL}"
    loud = f"import logging\n{loud}"
    blocks.append(fence("a-wrong", loud, "❌ It fails", twin="named"))
    examples = written(tmp_path_factory.mktemp("quiet"), *blocks)
    return verdicts(run(examples, examples, ["sqlite"]), examples)


def verdict(seen: Mapping[tuple[str, str], Verdict], name: str) -> Verdict:
    """Return the verdict on the block of that name."""
    return next(one for (example, _), one in seen.items() if example == name)


@pytest.mark.parametrize("name", [*SERVICES, *TASKS])
def test_an_error_that_nobody_raises_is_heard(
    seen: Mapping[tuple[str, str], Verdict], name: str
) -> None:
    """The goal is reached, and yet the block does not hold: it says what was heard."""
    found = verdict(seen, _id(name))
    _, text = (SERVICES | TASKS)[name]
    assert found.outcome.answers[GOAL] is True
    assert not found.holds
    assert text in str(found)


def test_an_error_that_is_named_is_no_noise(
    seen: Mapping[tuple[str, str], Verdict],
) -> None:
    """A ✅ that says what it logs holds; one that says something else does not."""
    assert verdict(seen, "named").holds, verdict(seen, "named")
    assert "it broke" in str(verdict(seen, "misnamed"))


def test_a_wrong_may_be_loud(seen: Mapping[tuple[str, str], Verdict]) -> None:
    """What a ❌ logs beside its symptom refutes nothing, and is not recorded."""
    found = verdict(seen, "a-wrong")
    assert found.holds, found
    assert found.outcome.heard == ()
