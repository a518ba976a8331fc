"""The watch prints which thread sent what over which connection, from which line."""

import re
from pathlib import Path

import pytest
from test_guard_kinds import call, copied

from django_async_lint.watching.line import NOWHERE, Line
from django_async_lint.watching.picture import picture, summary
from django_async_lint.watching.seen import MOST, Seen, Work

PICTURE = """\
manage.py sell: 6 statements, 2 connections, 2 threads
  main thread C1          pool thread C2
  ┌ BEGIN                                     sell.py:16 in handle
  │                       INSERT kiosk_item   services.py:57 in note  outside the \
transaction of C1
  │ INSERT kiosk_item ×2                      services.py:18 in sell
  └ ROLLBACK                                  sell.py:16 in handle
  SELECT kiosk_item ×3                        sell.py:24 in handle
"""
ASKS = """
from django.test import AsyncClient, Client
import asyncio

Client().get("/sync/")
asyncio.run(AsyncClient().get("/async/"))
"""
LOOKS = "import sys; print([one for one in sys.modules if 'async_lint' in one])"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project with a database."""
    folder = copied(tmp_path)
    assert call(folder, "django", "migrate", "--run-syncdb", "--pythonpath", ".")
    return folder


def shell(folder: Path, code: str, **settings: object) -> str:
    """Return what code prints in the project, to both ends."""
    text = (folder / "settings.py").read_text("utf-8")
    more = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    (folder / "settings.py").write_text(f"{text}\n{more}", "utf-8")
    (folder / "own.py").write_text(f"import django\ndjango.setup()\n{code}\n", "utf-8")
    done = call(folder, "own")
    return done.stdout + done.stderr


def test_a_command(folder: Path) -> None:
    """The picture has a column for each thread, and what went elsewhere is told."""
    done = call(folder, "django_async_lint", "watch", "manage.py", "sell")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "the till is closed\n"
    shortened = re.sub(r"\S*/(\w+\.py)", r"\1", done.stderr)
    assert re.sub(r" +", " ", shortened) == re.sub(r" +", " ", PICTURE)


def test_an_end_is_what_it_was(folder: Path) -> None:
    """A program that fails fails under the watch too, with its own code."""
    done = call(folder, "django_async_lint", "watch", "manage.py", "sells")
    assert done.returncode == 1
    assert "Unknown command: 'sells'" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "usage: python -m django_async_lint watch SCRIPT.py"),
        (["--help"], 0, "usage: python -m django_async_lint watch SCRIPT.py"),
        (["nobody.py"], 2, "watch: nobody.py is no file; name manage.py, or -m and a"),
        (["-m"], 2, "watch: nothing is no file; name manage.py, or -m and a module"),
    ],
)
def test_what_it_is_told(
    tmp_path: Path, words: list[str], code: int, says: str
) -> None:
    """Without a program it says what it needs."""
    done = call(tmp_path, "django_async_lint", "watch", *words)
    assert (done.returncode, done.stdout.startswith(says)) == (code, True), done.stdout


def test_requests(folder: Path) -> None:
    """One line of settings is enough; each request has a picture of its own."""
    said = shell(
        folder,
        "from django_async_lint.watching import start\nstart()\n" + ASKS,
        ROOT_URLCONF="kiosk.urls",
        ALLOWED_HOSTS=["*"],
    )
    first, second = said.split("GET ")[1:]
    assert first.startswith("/sync/: 1 statement, 1 connection, 1 thread\n")
    assert "main thread C1" in first and "kiosk/services.py:18 in sell" in first
    assert second.startswith("/async/: 1 statement, 1 connection, 1 thread\n")
    assert "sync_to_async thread C2" in second
    assert "kiosk/urls.py:18 in aview" in second


def test_it_is_off_unless_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an app it imports nothing without the variable, and watches with it."""
    apps = ["django_async_lint.watching", "kiosk"]
    said = shell(folder, LOOKS, INSTALLED_APPS=apps)
    modules = re.findall(r"django_async_lint[\w.]*", said)
    assert set(modules) == {
        "django_async_lint",
        "django_async_lint.watching",
        "django_async_lint.watching.apps",
        "django_async_lint.watching.switch",
    }, said
    monkeypatch.setenv("DJANGO_ASYNC_WATCH", "1")
    said = shell(folder, "from kiosk import services\nservices.sell('pen')")
    assert "the process: 1 statement, 1 connection, 1 thread" in said


def test_what_is_alike_is_counted() -> None:
    """A loop is one line of the picture, and a picture has an end."""
    work = Work("a loop")
    for number in range(MOST + 3):
        line = Line("a.py", number + 1, "f")
        for _ in range(2):
            work.add(Seen("main thread", "C1", "SELECT", "t", line))
    text = picture(work, lambda line: str(line.number))
    assert text.splitlines()[1].split() == ["SELECT", "t", "×2", "1"]
    assert text.splitlines()[-1].split()[:2] == ["…", "and"]
    assert summary(work).startswith("a loop: ")


def test_what_fails_is_told() -> None:
    """A statement that the database refuses is no write."""
    work = Work("a failure", seen=[Seen("main thread", "C1", "INSERT", "t", NOWHERE)])
    work.seen[0].failed = True
    assert "INSERT t fails" in picture(work, lambda line: "")
