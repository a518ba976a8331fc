"""The workflow and the hook of docs/check.md are YAML, and what they call works."""

import os
import re
import shlex
import subprocess
import sys

import pytest
import yaml

from proof.project import ROOT

PAGE = (ROOT / "docs" / "check.md").read_text("utf-8")
BLOCKS = [yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)]
WORKFLOW = next(one for one in BLOCKS if "jobs" in one)
HOOKS = next(one for one in BLOCKS if "repos" in one)
STEPS = WORKFLOW["jobs"]["check"]["steps"]
CALLED = [step["run"] for step in STEPS if "run" in step]
HOOK = HOOKS["repos"][0]["hooks"][0]
OURS = [one for one in (*CALLED, HOOK["entry"]) if one.startswith("django-async-lint")]
WRONG = """
import asyncio

from django.core.management.base import BaseCommand
from shop.models import Order


class Command(BaseCommand):
    def handle(self, **options):
        asyncio.run(work())


async def work():
    await Order.objects.filter(pk=1).aupdate(status="sold")
"""


def call(command, folder):
    """Run a command of ours in a project."""
    program, *words = shlex.split(command)
    assert program == "django-async-lint"
    return subprocess.run(
        [sys.executable, "-m", "django_async_lint", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "checker")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_workflow_installs_what_it_calls():
    """From a checkout, which is gone before the check; YAML takes `on` for true."""
    assert {"push", "pull_request"} == {*WORKFLOW[True]}
    folder = next(s["with"]["path"] for s in STEPS if "path" in s.get("with", {}))
    installed, removed, checked = CALLED
    assert installed == f"pip install ./{folder}/checker"
    assert (ROOT / "checker" / "pyproject.toml").exists()
    assert removed == f"rm -r {folder}"
    assert checked == "django-async-lint check . --format github"


def test_the_hook_checks_the_whole_project():
    """pre-commit hands it no files, and installs nothing."""
    assert HOOKS["repos"][0]["repo"] == "local"
    assert HOOK["language"] == "system"
    assert HOOK["pass_filenames"] is False
    assert HOOK["types"] == ["python"]


@pytest.mark.parametrize("command", OURS)
def test_each_call_of_ours_fails_on_a_mistake_and_on_nothing_else(command, tmp_path):
    """It is 1 where something was found, named with its line, else 0."""
    assert len(OURS) == 2
    assert call(command, tmp_path).returncode == 0
    commands = tmp_path / "shop" / "management" / "commands"
    commands.mkdir(parents=True)
    (commands / "sell.py").write_text(WRONG, "utf-8")
    done = call(command, tmp_path)
    assert done.returncode == 1, done.stderr
    assert "sell.py" in done.stdout
    assert "DAL101" in done.stdout


def test_the_skill_names_what_is_ours():
    """An assistant runs the checker after a change, and the tests under the guard."""
    skill = ROOT / ".agents" / "skills" / "django-async-sync" / "SKILL.md"
    text = skill.read_text("utf-8")
    assert "`django-async-lint check .`" in text
    assert "`pytest --async-guard`" in text
    assert '`pip install "./guide/checker[guard]"`' in text
