"""Claims are read from the comments of a block, each at the line it speaks of."""

from dataclasses import replace

import pytest

from proof.claims.claim import Claim
from proof.claims.kind import ClaimError
from proof.claims.kinds import KINDS
from proof.claims.read import NAMES, read_claims, read_printed


def only(code: str) -> Claim:
    """Return the one claim of a block."""
    (claim,) = read_claims(code)
    return claim


def refused(code: str) -> tuple[int, str, str]:
    """Return the line, problem and advice with which a block is refused."""
    with pytest.raises(ClaimError) as caught:
        read_claims(code)
    return caught.value.line, caught.value.problem, caught.value.then


@pytest.mark.parametrize(
    ("comment", "claim"),
    [
        ("✅ committed: X == 1", Claim(1, KINDS["committed"], "X == 1")),
        ("✅ rolled back: X == 1", Claim(1, KINDS["rolled back"], "X == 1")),
        ("❌ lost: X == 1", Claim(1, KINDS["lost"], "X == 1")),
        ("❌ escaped: X == 1", Claim(1, KINDS["escaped"], "X == 1")),
        ("❌ partial: X == 1", Claim(1, KINDS["partial"], "X == 1")),
        ("❌ corrupt: X == 1", Claim(1, KINDS["corrupt"], "X == 1")),
        ("❌ raises E: a: b…", Claim(1, KINDS["raises"], "a: b…", "E")),
        ("❌ raises a.b.E: c", Claim(1, KINDS["raises"], "c", "a.b.E")),
        ("❌ raises TimeoutError", Claim(1, KINDS["raises"], "", "TimeoutError")),
        ("❌ warns W: a", Claim(1, KINDS["warns"], "a", "W")),
        ("❌ hangs: lock wait", Claim(1, KINDS["hangs"], "lock wait")),
        (
            "❌ hangs: dead executor thread",
            Claim(1, KINDS["hangs"], "dead executor thread"),
        ),
        ("❌ hangs: sleeping loop", Claim(1, KINDS["hangs"], "sleeping loop")),
        ("❌ hangs: thread never ends", Claim(1, KINDS["hangs"], "thread never ends")),
        ("❌ hangs: busy", Claim(1, KINDS["hangs"], "busy")),
        (
            "❌ leaks 2 threads, 1 connection",
            Claim(1, KINDS["leaks"], counts=(("connection", 1), ("thread", 2))),
        ),
        (
            "❌ leaks 1 descriptor, 1 loop, 3 tasks",
            Claim(
                1, KINDS["leaks"], counts=(("descriptor", 1), ("loop", 1), ("task", 3))
            ),
        ),
        ("❌ serial: 1 at a time", Claim(1, KINDS["serial"], number=1)),
    ],
)
def test_each_kind_of_claim_is_read(comment: str, claim: Claim) -> None:
    """Each kind of claim is read behind its line, and prints as it was written."""
    assert only(f"act()  # {comment}") == claim
    assert only(f"# {comment}") == replace(claim, apart=True)
    if claim.kind != "leaks":
        assert str(claim) == comment


def test_a_leak_is_printed_in_a_fixed_order() -> None:
    """However a leak is written, it prints its kinds in alphabetical order."""
    claim = only("# ❌ leaks 2 threads, 1 connection")
    assert str(claim) == "❌ leaks 1 connection, 2 threads"


def test_a_comment_below_speaks_of_the_line_above() -> None:
    """An own-line comment right below code speaks of that code, several of them too."""
    code = "if True:\n    act()\n    # ❌ raises E: a\n    # ❌ warns W: b\n"
    assert [(c.line, c.apart) for c in read_claims(code)] == [(2, False), (2, False)]


def test_a_comment_below_a_long_statement_speaks_of_its_last_line() -> None:
    """A statement over several lines is spoken of at the line where it ends."""
    assert only("act(\n    1,\n)\n# ❌ raises E: a").line == 3


def test_a_comment_apart_speaks_of_the_run() -> None:
    """An own-line comment after a blank line speaks of no line of the code."""
    claim = only("act()\n\n# ❌ raises E: a")
    assert (claim.line, claim.apart) == (3, True)


def test_a_claim_of_the_whole_run_keeps_its_own_line() -> None:
    """A goal right below code is not about that line, and is reported at its own."""
    assert only("act()\n# ✅ committed: X").line == 2


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ('text = """\n# ✅ committed: X\n"""\n', 1),
        ("act()\n# ☑ committed: X", 2),
        ("act()\n# so: ✅ committed: X", 2),
        ("act()  # ❎ lost: X", 1),
        ("act()\n# ✅ committed: X ✅ committed: Y", 2),
    ],
)
def test_what_only_reads_like_a_claim_is_refused(code: str, line: int) -> None:
    """A reader takes it for one, and nobody would judge it."""
    with pytest.raises(ClaimError, match="reads like a claim and is none") as found:
        read_claims(code)
    assert found.value.line == line


def test_a_mark_that_is_printed_is_no_claim() -> None:
    """What a program writes may hold any character."""
    assert read_claims("print('✅ done')\n#> ✅ done\n#\n# a note") == ()


@pytest.mark.parametrize(
    ("suffix", "lanes"),
    [
        ("", ()),
        (" [sqlite]", ("sqlite",)),
        (" [postgresql, sqlite]", ("postgresql", "sqlite")),
    ],
)
def test_lanes_stand_behind_a_claim(suffix: str, lanes: tuple[str, ...]) -> None:
    """Lanes in brackets end a claim; without them it is made for every lane."""
    claim = only(f"act()  # ❌ raises E: locked{suffix}")
    assert (claim.text, claim.lanes) == ("locked", lanes)
    assert claim.speaks_of("sqlite") is (not lanes or "sqlite" in lanes)


@pytest.mark.parametrize(
    ("comment", "problem", "then"),
    [
        (
            "✅ comitted: X",
            'unknown claim "✅ comitted: X"',
            "After ✅ stands one of: committed, rolled back, logs, warns too.",
        ),
        (
            "❌ looses: X",
            'unknown claim "❌ looses: X"',
            "After ❌ stands one of: raises, lost, escaped, partial, corrupt, hangs, "
            "leaks, blocks, serial, warns.",
        ),
        (
            "❌ committed: X",
            'unknown claim "❌ committed: X"',
            "After ❌ stands one of: raises, lost, escaped, partial, corrupt, hangs, "
            "leaks, blocks, serial, warns.",
        ),
        (
            "✅ committed: X =",
            '"X =" after "committed:" is not a Python expression (invalid syntax)',
            "Write one expression over the models, true or false from outside.",
        ),
        (
            "❌ raises nothing at all",
            '"raises nothing at all" does not read as a type and its message',
            "Write `❌ raises Type: message`, shortened with … if it is long.",
        ),
        (
            "❌ raises ValueError: …",
            '"raises ValueError: …" does not read as a type and its message',
            "Write `❌ raises Type: message`, shortened with … if it is long.",
        ),
        (
            "❌ warns",
            '"warns " does not read as a type and its message',
            "Write `❌ warns Type: message`, shortened with … if it is long.",
        ),
        (
            "❌ hangs: for ever",
            '"for ever" is not a reason for a hang',
            "The reason is one of: lock wait, dead executor thread, sleeping loop, "
            "thread never ends, busy.",
        ),
        (
            "❌ leaks memory",
            '"memory" is not something that can be left open',
            "Write a number and one of: connection, descriptor, thread, loop, task.",
        ),
        (
            "❌ serial: slow",
            '"serial: slow" gives no number',
            "Write `❌ serial: 1 at a time`.",
        ),
        (
            "❌ lost: X [PostgreSQL]",
            'unknown lane "PostgreSQL"',
            f"The lanes are: {', '.join(NAMES)}.",
        ),
        (
            "❌ lost: X [Django>=6.0, sqlite]",
            'unknown lane "Django>=6.0"',
            f"The lanes are: {', '.join(NAMES)}.",
        ),
        (
            "❌ lost: X [postgres]",
            'unknown lane "postgres"',
            f"The lanes are: {', '.join(NAMES)}.",
        ),
    ],
)
def test_what_is_no_claim_is_refused(comment: str, problem: str, then: str) -> None:
    """A comment that begins as a claim and is none is refused, with what to write."""
    assert refused(f"one()\n\n# {comment}") == (3, problem, then)


def test_what_is_not_python_is_refused_at_its_line() -> None:
    """A block that cannot be cut into tokens is refused with the line of the reason."""
    line, problem, then = refused("one()\nif two:\n    three()\n  four()\n")
    assert (line, then) == (4, "Mend the code of the block.")
    assert problem.startswith("this is not Python: unindent does not match")


def test_printed_lines_are_read() -> None:
    """What a block prints stands behind it as `#> `, an empty line included."""
    code = "print('a')\n#> a\nif True:\n    print('\\nb')\n    #>\n    #> b\n"
    assert read_printed(code) == ("a", "", "b")
