"""The command line: what it prints, and the exit codes that its help documents."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from support import (
    CANCEL,
    GOAL,
    TWIN_AND_LOST,
    fence,
    postgres_url,
    processes_in,
    write,
)

from proof.__main__ import SIGNALS, main
from proof.claims.versions import DEFAULT, HERE
from proof.databases.find_server import POSTGRES_URL
from proof.databases.workspace import LOCK, workspace
from proof.keeping import evidence
from proof.project import ROOT
from proof.reading.extract import extract

pytestmark = pytest.mark.slow

NOWHERE = "postgresql://postgres@127.0.0.1:1/postgres"
SQLITE = ("--lane", "sqlite")
REFUTED = fence("hollow", f"act = int\n\n# ✅ committed: {GOAL}")


class Said(NamedTuple):
    """What a command printed and returned."""

    code: int
    out: str
    err: str


Proof = Callable[..., Said]


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guide of its own for the commands: a pair, and evidence in its own folder."""
    write(tmp_path, *TWIN_AND_LOST)
    monkeypatch.setattr("proof.reading.extract.DOCS", tmp_path / "docs")
    folder = tmp_path / "evidence"
    for name in ("run", "record", "show"):
        load = partial(evidence.load, folder)
        monkeypatch.setattr(f"proof.commands.{name}.load", load)
    save = partial(evidence.save, folder=folder)
    monkeypatch.setattr("proof.commands.record.save", save)
    return tmp_path


@pytest.fixture
def proof(capfd: pytest.CaptureFixture[str]) -> Iterator[Proof]:
    """Call the command line, and put back what it does with signals."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}

    def call(*arguments: str) -> Said:
        code = main(list(arguments))
        return Said(code, *capfd.readouterr())

    yield call
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_record_then_run(guide: Path, proof: Proof) -> None:
    """Without evidence a run is told so; once recorded, it is as recorded."""
    first = proof("run", *SQLITE)
    if HERE == DEFAULT:
        assert first.code == 1
        assert "[sqlite] no evidence is recorded" in first.out
    else:  # Of another edition, none need be: it is only said.
        assert first.code == 0
        assert f"nothing is recorded of {HERE}: sqlite 2 (right, wrong)" in first.out
    recorded = proof("record", *SQLITE)
    assert recorded.code == 0
    assert f"written: {guide}/evidence/page.json" in recorded.out
    again = proof("run", *SQLITE)
    assert again.code == 0
    assert "sqlite           2 of 2 hold" in again.out
    assert "service" in again.out.splitlines()[-1]


def test_record_twice_changes_no_byte(guide: Path, proof: Proof) -> None:
    """The second time there is nothing to write."""
    proof("record", *SQLITE)
    before = (guide / "evidence" / "page.json").read_bytes()
    again = proof("record", *SQLITE)
    assert "no file changed" in again.out
    assert (guide / "evidence" / "page.json").read_bytes() == before


def test_a_refuted_run_records_nothing(guide: Path, proof: Proof) -> None:
    """The verdict is printed, and what was recorded before stays to the byte."""
    proof("record", *SQLITE)
    before = (guide / "evidence" / "page.json").read_bytes()
    write(guide, *TWIN_AND_LOST, REFUTED)
    said = proof("record", *SQLITE)
    assert said.code == 1
    assert "hollow" not in before.decode()
    assert "refuted" in said.out and "Nothing is recorded" in said.out
    assert (guide / "evidence" / "page.json").read_bytes() == before


@pytest.mark.usefixtures("no_programs")
def test_a_lane_that_cannot_run_keeps_its_evidence(
    guide: Path, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded in another lane is still there after a record without it."""
    proof("record", *SQLITE)
    path = guide / "evidence" / "page.json"
    seen = evidence.load(guide / "evidence")["right"].outcomes["sqlite"]
    monkeypatch.setattr("proof.commands.run.LANES", ("postgresql",))
    monkeypatch.setenv(POSTGRES_URL, NOWHERE)
    before = path.read_bytes()
    assert proof("record").code == 0
    assert path.read_bytes() == before
    assert evidence.load(guide / "evidence")["right"].outcomes["sqlite"] == seen


def test_a_refuted_claim_is_exit_code_1(guide: Path, proof: Proof) -> None:
    """The verdict is shown with the line of the page, what was seen and what next."""
    write(guide, REFUTED)
    said = proof("run", "--no-evidence", *SQLITE)
    assert said.code == 1
    assert "docs/page.md:4: # ✅ committed" in said.out
    assert "seen:    it is False" in said.out and "next:" in said.out
    assert "sqlite           0 of 1 hold" in said.out


def test_a_run_that_is_not_as_recorded_shows_the_difference(
    guide: Path, proof: Proof
) -> None:
    """The lines recorded and seen stand one below the other."""
    proof("record", *SQLITE)
    folder = guide / "evidence"
    examples = evidence.load(folder)
    outcome = examples["right"].outcomes["sqlite"]
    evidence.save(extract(), [replace(outcome, end="hung")], folder)
    said = proof("run", "right", *SQLITE)
    assert said.code == 1
    assert "not as recorded" in said.out
    assert '- "end": "hung"' in said.out and '+ "end": "returned"' in said.out


def test_stale_evidence_names_the_block(guide: Path, proof: Proof) -> None:
    """A block that was changed after the record is named with its lines."""
    proof("record", *SQLITE)
    changed = fence("right", CANCEL + "\n# a word more")
    write(guide, changed, TWIN_AND_LOST[1])
    said = proof("run", "right", *SQLITE)
    assert said.code == 1
    assert "docs/page.md:1-" in said.out and "from another source" in said.out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["run", "rigth"], "Nearest: right"),
        (["show", "page"], "Name one of them: python -m proof list page"),
    ],
)
def test_an_unknown_name_is_exit_code_2(
    guide: Path, proof: Proof, arguments: list[str], text: str
) -> None:
    """The text suggests what was meant, without a traceback."""
    said = proof(*arguments)
    assert said.code == 2
    assert text in said.err and "Traceback" not in said.err
    assert not said.out


def test_a_page_that_cannot_be_read_is_exit_code_2(guide: Path, proof: Proof) -> None:
    """The text begins with the page and the line."""
    write(guide, "```python\nprint()\n```")
    said = proof("run")
    assert said.code == 2
    assert said.err.startswith("docs/page.md:1: ")


def test_evidence_edited_by_hand_is_exit_code_2(guide: Path, proof: Proof) -> None:
    """Neither run nor record goes on with a file that cannot be trusted."""
    proof("record", *SQLITE)
    path = guide / "evidence" / "page.json"
    path.write_text(path.read_text("utf-8").replace("returned", "raised"), "utf-8")
    for name in ("run", "record"):
        said = proof(name)
        assert (said.code, said.out) == (2, "")
        assert "edited by hand" in said.err


@pytest.mark.parametrize("option", ["--jobs=0", "--limit=-1", "--lane=oracle"])
def test_a_wrong_option_is_exit_code_2(option: str) -> None:
    """Options are checked before anything runs."""
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as caught:
        main(["run", option])
    # Who calls this in its own process keeps its Ctrl-C.
    assert signal.getsignal(signal.SIGINT) is before
    assert caught.value.code == 2


@pytest.mark.usefixtures("no_programs")
def test_a_lane_asked_for_that_cannot_run_is_exit_code_3(
    guide: Path, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for by name it is a failure; otherwise it is named with its reason."""
    monkeypatch.setenv(POSTGRES_URL, NOWHERE)
    asked = proof("run", "right", "--no-evidence", "--lane", "postgresql")
    assert asked.code == 3
    unasked = proof("run", "right", "--no-evidence")
    assert unasked.code == 0
    for said in (asked, unasked):
        assert f"postgresql       did not run: the server of {POSTGRES_URL}" in said.out


def test_help_documents_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Each code stands in the help, of the whole and of each command."""
    for arguments in (["--help"], ["run", "--help"]):
        with pytest.raises(SystemExit):
            main(arguments)
        out = capsys.readouterr().out
        assert all(f"  {code} " in out for code in (0, 1, 2, 3, 130))


def test_list_names_claims_and_addresses(guide: Path, proof: Proof) -> None:
    """One line an example; the place narrows them down."""
    said = proof("list")
    assert said.out.splitlines() == [
        "right  service  ✅ committed  docs/page.md:1",
        "wrong  service  ❌ lost  docs/page.md:12",
    ]
    assert proof("list", "--place", "script").out == ""


def test_show_has_claims_timeline_and_rows(guide: Path, proof: Proof) -> None:
    """What is recorded is shown; without a record the way to one."""
    empty = proof("show", "right")
    assert empty.code == 1 and "make record" in empty.out
    proof("record", *SQLITE)
    said = proof("show", "right")
    assert said.code == 0
    for text in ("✅ It works", "# ✅ committed", "holds", "UPDATE trading_order"):
        assert text in said.out
    assert "status: working" in said.out and "status: cancelled" in said.out
    assert "UPDATE trading_order" in proof("show", "right", "--run", *SQLITE).out


SERVED = f"""
import time

from django.http import JsonResponse
from django.urls import path
from trading.models import Order


async def act(request):
    time.sleep(0)
    await Order.objects.filter(pk=7).aupdate(status="cancelled")
    return JsonResponse({{}})


urlpatterns = [path("", act)]

#> GET / 200 {{}}
# ✅ committed: {GOAL}
"""


def test_show_has_what_ran_several_ways(guide: Path, proof: Proof) -> None:
    """What is recorded of each server is shown; a loop that stands still is told."""
    block = fence("served", SERVED, place="view", call="get('/')").replace(
        'data-place="view"', 'data-place="view" data-under="uvicorn gunicorn"'
    )
    page = write(guide, block, name="served.md") / "served.md"
    assert proof("record", "served", *SQLITE).code == 0
    recorded = proof("show", "served").out
    assert "sqlite/uvicorn" in recorded and "sqlite/gunicorn" in recorded
    page.write_text(block.replace("sleep(0)", "sleep(0.8)"), "utf-8")
    said = proof("show", "served", "--run", *SQLITE).out
    assert "\nthe event loop stood still at line 9 of the block\n" in said


def test_clean_removes_only_what_is_dead(
    tmp_path: Path, proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead run's folder goes; a living run's, and one of another program, stay."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    dead, foreign = tmp_path / "proof-dead", tmp_path / "proof-of-mine"
    for folder in (dead, foreign):
        folder.mkdir()
    (dead / LOCK).touch()
    with workspace() as alive:
        said = proof("clean")
        assert said.code == 0
        assert f"removed: {dead}" in said.out
        assert not dead.exists()
        assert alive.exists() and foreign.exists()


def test_clean_drops_only_databases_of_dead_runs(proof: Proof) -> None:
    """A run is alive as long as a connection carries its name."""
    url = postgres_url()
    if url is None:
        pytest.skip("postgresql did not run: no server lets us in")
    mark = f"{os.getpid():08x}"
    name = f"proof_{mark}_template"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(url, application_name=f"proof_{mark}"):
            assert name not in proof("clean").out
        time.sleep(0.2)
        assert f"removed: database {name}" in proof("clean").out
        query = "SELECT count(*) FROM pg_database WHERE datname = %s"
        assert connection.execute(query, [name]).fetchone() == (0,)


LOOPS = fence("loops", f"while True:\n    pass\n\n\n# ✅ committed: {GOAL}")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_an_interrupted_run_leaves_nothing(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Also while an example loops for ever: one clear line, no process, no folder."""
    write(tmp_path, LOOPS)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    program = (
        "import sys, pathlib, proof.commands.run, proof.reading.extract as extract\n"
        f"extract.DOCS = pathlib.Path({str(tmp_path / 'docs')!r})\n"
        "from proof.__main__ import main\n"
        "sys.exit(main(['run', '--no-evidence']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 20
    while not list(temporary.glob("proof-*/*/services/loops.py")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == code, out + err
    assert err.strip() == "Interrupted: everything that was started is ended."
    deadline = time.monotonic() + 10
    while processes_in(temporary) or list(temporary.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
