"""The lane behind PgBouncer: which examples it takes, and what it starts."""

from pathlib import Path

import pytest
from support import CANCEL, GOAL, fence, written

from proof.databases import pgbouncer
from proof.errors import LaneUnavailable
from proof.lanes import LANES

URL = "postgresql://some%20one:se%2Fcret@127.0.0.1:5433/postgres"


def bound(name: str, lanes: str) -> str:
    """Return a block whose claim names lanes."""
    return fence(
        name, CANCEL.replace(f"committed: {GOAL}", f"committed: {GOAL}{lanes}")
    )


def test_what_claims_of_it_alone_runs_there_alone(tmp_path: Path) -> None:
    """Who names other lanes too runs in all, and who names none not there."""
    alone, on_postgresql, with_others, without = written(
        tmp_path,
        bound("alone", " [pgbouncer]"),
        bound("on-postgresql", " [postgresql]"),
        bound("with-others", " [sqlite, postgresql, pgbouncer]"),
        bound("without", ""),
    )
    assert [lane for lane in LANES if alone.runs_in(lane)] == ["pgbouncer"]
    assert [lane for lane in LANES if on_postgresql.runs_in(lane)] == ["postgresql"]
    assert [lane for lane in LANES if with_others.runs_in(lane)] == [
        "sqlite",
        "postgresql",
        "pgbouncer",
    ]
    assert [lane for lane in LANES if without.runs_in(lane)] == ["sqlite", "postgresql"]


def test_where_there_is_none_the_lane_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server is started or asked for it."""
    monkeypatch.setattr(pgbouncer, "installed", lambda name: None)
    monkeypatch.setattr(pgbouncer, "find_postgres", lambda: pytest.fail("asked"))
    with pytest.raises(LaneUnavailable, match="the program pgbouncer is not installed"):
        LANES["pgbouncer"].started(tmp_path, "mark")


@pytest.mark.parametrize(
    ("said", "told"),
    [("PgBouncer 1.18.0", False), ("PgBouncer 1.21.0", True), ("nothing", False)],
)
def test_each_version_keeps_no_prepared_statement(
    said: str, told: bool, tmp_path: Path
) -> None:
    """One that could is told not to; an older one does not know the setting."""
    program = tmp_path / "pgbouncer"
    program.write_text(f"#!/bin/sh\necho {said}\n", "utf-8")
    program.chmod(0o755)
    lines = pgbouncer._configuration(program, URL, 7000).splitlines()
    assert ("max_prepared_statements = 0" in lines) == told
    assert lines[1] == (
        "* = host='127.0.0.1' port='5433' user='some one' password='se/cret'"
    )
