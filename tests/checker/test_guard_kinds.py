"""The guard flags each kind at its line, in pytest and in Django's runner."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from pages import BY_ID

from django_async_lint.guard.kinds import KINDS
from proof.project import ROOT

SOURCE = ROOT / "tests" / "guarded"
TESTS = SOURCE / "test_kiosk.py"
FOUND = re.compile(r"^(\S+?):(\d+) in \w+: ([a-z-]+): ", re.MULTILINE)
ANY = re.compile(r"^(?:\S+?:\d+ in \w+|no line of this project): ([a-z-]+): ", re.M)
EXPECTED = {
    name: {one.strip() for one in kinds.split(",") if one.strip()}
    for name, kinds in re.findall(
        r"def (test_\w+)\(self\):(?:  # (.*))?$", TESTS.read_text("utf-8"), re.MULTILINE
    )
}
"""What a test's comment says that the guard finds in it."""
LINES = {
    (str(path.relative_to(SOURCE)), number + line.strip().startswith("#"), kind.strip())
    for path in SOURCE.rglob("*.py")
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    if "# found: " in line
    for kind in line.partition("# found: ")[2].split(",")
}
"""The lines of the code under test that are named, and what for."""


def environment() -> dict[str, str]:
    """Return this environment, with the package and the settings of the project."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "checker"),
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def call(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a module in a copy of the project."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def copied(folder: Path) -> Path:
    """Copy the project into a folder."""
    return shutil.copytree(SOURCE, folder / "guarded")


PYTEST = ("pytest", "-q", "-p", "django_async_lint.pytest_plugin", "-c", "pytest.ini")


def with_pytest_django(folder: Path) -> dict[str, str]:
    """Return what each test of the project says that fails."""
    (folder / "pytest.ini").write_text("[pytest]\nasync_guard = true\n", "utf-8")
    done = call(folder, *PYTEST, "-p", "pytest_django.plugin", "--junit-xml=all.xml")
    assert (folder / "all.xml").exists(), done.stdout + done.stderr
    cases = ET.parse(folder / "all.xml").iter("testcase")
    return {
        f"{case.get('classname')}.{case.get('name')}": "".join(
            part.text or "" for part in case if part.tag in ("failure", "error")
        )
        for case in cases
    }


def with_django(folder: Path) -> dict[str, str]:
    """Return what each test of the project says that fails in Django's runner."""
    done = call(folder, "django", "test", "--noinput", "-v", "2", "--pythonpath", ".")
    ran = re.findall(r"^(test_\w+) \((.*?)\)", done.stderr, re.MULTILINE)
    assert ran, done.stderr
    texts = {f"{where.removesuffix('.' + name)}.{name}": "" for name, where in ran}
    for part in done.stderr.split("=" * 70)[1:]:
        name, where = re.findall(r"(?:FAIL|ERROR): (test_\w+) \((.*?)\)", part)[0]
        texts[f"{where.removesuffix('.' + name)}.{name}"] = part
    return texts


RUNS = {"pytest": with_pytest_django, "django": with_django}


@pytest.fixture(scope="module", params=RUNS)
def said(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What each test of the project says that fails, by the test's name."""
    folder = copied(tmp_path_factory.mktemp(request.param))
    return RUNS[request.param](folder)


def test_all_tests_ran(said: dict[str, str]) -> None:
    """None is left out, and those of the same name are in different classes."""
    names = re.findall(r"def (test_\w+)\(self\)", TESTS.read_text("utf-8"))
    assert len(said) == len(names)


def test_each_kind_is_flagged_and_nothing_else(said: dict[str, str]) -> None:
    """A test whose comment names no kind passes; the others fail with theirs."""
    found = {
        key.rpartition(".")[2]: set(ANY.findall(text)) for key, text in said.items()
    }
    assert found == EXPECTED
    assert all(text == "" or ANY.search(text) for text in said.values()), said


def test_the_line_is_the_code_s_own(said: dict[str, str]) -> None:
    """What a finding names is a line with that comment, and each such line is named."""
    named = {
        (file, int(line), kind)
        for text in said.values()
        for file, line, kind in FOUND.findall(text)
    }
    assert named == LINES


def test_the_words(said: dict[str, str]) -> None:
    """A finding names threads, connections, the transaction, and what to do."""
    text = next(one for key, one in said.items() if key.endswith("test_note_apart"))
    assert re.search(
        r"INSERT kiosk_item went over connection C\d+ \(pool thread\), outside the "
        r"transaction that began at kiosk/services.py:\d+ on connection C\d+ "
        r"\(main thread\)",
        text,
    ), text
    assert "See docs/testing.md#" in text
    assert '@async_guard(allow=["other-connection"], reason="…")' in text


def test_each_kind_leads_to_the_guide() -> None:
    """What it names as right is a ✅ of the page that it names, the other a ❌."""
    for kind in KINDS.values():
        for address, good in ((kind.right, True), (kind.wrong, False)):
            page, _, name = address.partition("#")
            example = BY_ID[name]
            assert (example.path.name, example.good) == (page, good), kind.name
        assert kind.address == f"docs/{kind.right}"
