"""Parts of files that are made from data: as they would be written, and complete."""

from dataclasses import replace

import pytest
from pages import BY_ID, EXAMPLES

from guide.found import indexed
from guide.index import (
    entries,
    every_failure_has_its_row,
    rows_by_id,
    silent_lanes,
    symptoms,
)
from guide.said import NAMES, message, said
from guide.tree import read_tree
from guide.write import (
    FILES,
    Written,
    ask,
    assistant,
    between,
    bridges,
    errors,
    written,
)
from guide.write.mistakes_table import code, lanes_of
from proof.claims.read import read_claims
from proof.claims.versions import EDITIONS, Edition
from proof.errors import MarkdownError
from proof.keeping.evidence import Evidence, digest
from proof.outcome import Hang, Left, Outcome, Raised, Statement, Warned
from proof.project import ROOT
from proof.showing.library import Library, read_library

KNOWN = read_library()
ENTRIES = entries(KNOWN)


@pytest.mark.parametrize("name", FILES)
def test_file_is_as_it_would_be_written(name: str):
    """No part that is made from data differs from what `make write` would write."""
    one = next(one for one in written() if one.path == ROOT / name)
    if one.differs:
        pytest.fail(str(one), pytrace=False)


def test_difference_names_file_line_and_command():
    """What differs is told with its file, its first line, and what to do."""
    text = str(Written(ROOT / "docs" / "errors.md", "a\nb\n", "a\nc\nd\n"))
    assert text == (
        "docs/errors.md:2: not as it would be written\n"
        "    is:      b\n    would be: c\n    next:    make write"
    )


@pytest.mark.parametrize(("before", "after"), [("a\n", "a\nb\n"), ("a\nb\n", "a\n")])
def test_missing_last_line_is_a_difference(before: str, after: str):
    """A line too few or too many at the end is told of, too."""
    assert ":2: not as" in str(Written(ROOT / "docs" / "errors.md", before, after))


def test_part_needs_its_marks():
    """A file without the marks of a part is an error that says what to add."""
    with pytest.raises(MarkdownError, match="written:index"):
        between("docs/errors.md", "# Errors\n", "index", "text")


def test_part_is_replaced_between_its_marks():
    """What stands by hand before and after the marks stays."""
    text = "by hand\n<!--written:x-->\nold\n<!--end:x-->\nby hand too\n"
    assert between("a", text, "x", "new\n") == (
        "by hand\n<!--written:x-->\n\nnew\n\n<!--end:x-->\nby hand too\n"
    )


def test_names_of_the_reader_are_left_out():
    """Messages that differ only in a name are one; others stay apart."""
    one = message("RuntimeWarning", "coroutine 'a.b' was never awaited")
    assert one == message("RuntimeWarning", "coroutine 'c' was never awaited")
    assert one.text == "coroutine '…' was never awaited"
    kind = "trading.models.Order.DoesNotExist"
    assert message(kind, "Order matching query does not exist.").name == "DoesNotExist"
    handed = "run_async() takes a coroutine and was handed the "
    assert message("T", handed + "function a.") != message("T", handed + "list a.")


@pytest.mark.parametrize("pattern", [one for one, _ in NAMES], ids=lambda p: p.pattern)
def test_every_name_that_is_left_out_was_met(pattern):
    """Each pattern of names fits a message that was recorded."""
    texts = {text for one in KNOWN.examples for _, text in _said_of(one)}
    assert any(pattern.search(text) for text in texts)


def _said_of(example):
    for outcome in KNOWN.outcomes(example).values():
        yield from said(outcome)


def test_a_backtick_in_a_message_is_shown():
    """A message that holds code is code all the same."""
    assert code("write `await`") == "`` write `await` ``"


def test_an_entry_has_its_own_anchor():
    """No two messages share a permalink."""
    slugs = [entry.message.slug for entry in ENTRIES]
    assert len(set(slugs)) == len(slugs)


def test_failure_without_a_row_is_told_of():
    """A ❌ that no table of mistakes has is an error that names it."""
    one = replace(EXAMPLES[0], id="new", title="❌ new", claims=())
    bad = replace(one, claims=read_claims("x = 1  # ❌ raises KeyError\n"))
    with pytest.raises(MarkdownError, match="the ❌ new is in no table of mistakes"):
        every_failure_has_its_row(Library((bad,), {}))


def test_every_example_is_reached():
    """Each ✅ stands in the tree, beside a mistake, or under a claim."""
    mended = {name for row in rows_by_id(KNOWN).values() for name in row.good}
    copied = {leaf.example for leaf in read_tree().leaves.values()}
    twins = {one.twin for one in EXAMPLES}
    orphans = [
        one.at(0)
        for one in EXAMPLES
        if one.good and not one.settles and one.id not in mended | copied | twins
    ]
    assert orphans == []


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_leads_to_its_indexes(example):
    """Under each example stands where it is indexed: a ❌ under what it shows, too."""
    found = list(indexed(example, KNOWN))
    if example.good:
        assert found
    else:
        words = [words for words, *_ in found]
        assert words[0] == "the mistake" and len(words) > 1
    assert {f"claim {one}" for one in example.settles} <= {words for words, *_ in found}


def test_every_failure_is_indexed():
    """Each ❌ stands in the index of errors, or in the one of silent failures."""
    loud = {name for entry in ENTRIES for one in entry.situations for name in one.seen}
    missing = [
        one.at(0)
        for one in EXAMPLES
        if not one.good and one.id not in loud and not silent_lanes(one, KNOWN)
    ]
    assert missing == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.message.slug)
def test_every_error_has_its_examples(entry):
    """Each entry names a ❌ that gave it and a ✅ that does not."""
    assert entry.situations
    for situation in entry.situations:
        assert not any(BY_ID[name].good for name in situation.seen)
        assert any(BY_ID[name].good for name in situation.row.good)


@pytest.mark.parametrize(
    ("raised", "found"),
    [
        (None, ["RuntimeWarning"]),
        (("ValueError", "no"), ["ValueError"]),
        (("AssertionError", "0 != 1"), ["RuntimeWarning"]),
    ],
)
def test_an_exception_is_found_without_what_it_leaves(raised, found):
    """Coroutines that it leaves are no entry, unless it says a test's own numbers."""
    warned = Warned("RuntimeWarning", "coroutine 'a' was never awaited", 1)
    what = Raised(*raised, 1) if raised else None
    seen = Outcome("a", "sqlite", "returned", raised=what, warnings=(warned,))
    assert [kind for kind, _ in said(seen)] == found


def test_what_the_server_swallows_is_silent():
    """An exception that no log has is found by its symptom, and has no entry."""
    assert silent_lanes(BY_ID["answer-skips-disconnect"], KNOWN)
    assert "ClientDisconnected" not in {entry.message.name for entry in ENTRIES}


def test_there_are_as_many_as_were_asked_for():
    """45 messages and 19 silent failures at least were provoked."""
    assert len({text for entry in ENTRIES for text in entry.recorded}) >= 45
    silent = [one for one in EXAMPLES if silent_lanes(one, KNOWN)]
    assert len(silent) >= 19


CASE = """
[overrides]
[[case]]
when = "a"
write = "b"
never = "c"
check = "d"
shown = {}
"""


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (["gone"], 'no example is called "gone"'),
        (["asyncio-run-lock", "run-async-lock"], "are not a ✅ and then ❌"),
        (["run-async-lock"], "are not a ✅ and then ❌"),
    ],
)
def test_a_case_without_its_examples_is_told_of(monkeypatch, tmp_path, shown, said):
    """A case that nothing shows is an error that says so."""
    data = tmp_path / "assistant.toml"
    data.write_text(CASE.format(shown), "utf-8")
    monkeypatch.setattr(assistant, "DATA", data)
    with pytest.raises(MarkdownError, match=said):
        assistant.named(KNOWN)


def test_the_cases_name_ids_or_link_them():
    """Here an example has its id, on the page a link, in the skill its code."""
    rules = assistant.linked(KNOWN)["rules"]
    assert "[`run-async-rollback`](loops.md#run-async-rollback)" in rules
    assert "`asyncio-run-rollback`" in assistant.named(KNOWN)["rules"]
    assert BY_ID["asyncio-run-rollback"].code.strip() in assistant.cases(KNOWN)[""]


def test_the_skill_is_the_file_to_copy_with_a_head():
    """An assistant finds it by its description, and reads the same."""
    text = assistant.skill(KNOWN)[""]
    head, name, rest = text.split("---\n", 2)
    assert head == "" and "name: django-async-sync" in name
    assert assistant.copied(KNOWN)[""].strip() in rest


def outcome(*statements: tuple[str, str, str, str, int], **others) -> Outcome:
    """Return an outcome whose statements have a thread, connection and so on."""
    seen = (Statement(*one[:4], "t", one[4]) for one in statements)
    return Outcome("a", "sqlite", "returned", statements=tuple(seen), **others)


BEGIN = ("main thread", "C1", "autocommit", "BEGIN", 1)


@pytest.mark.parametrize(
    ("seen", "cells"),
    [
        (
            outcome(BEGIN, ("main thread", "C1", "open", "UPDATE", 5)),
            ("the caller's", "the caller's", "yes", "nothing"),
        ),
        (
            outcome(
                BEGIN,
                ("sync_to_async thread", "C2", "autocommit", "UPDATE", 5),
                left=Left(connection=1),
            ),
            ("asgiref's own", "another", "no", "1 connection"),
        ),
        (
            outcome(("server, request's thread", "C1", "autocommit", "UPDATE", 5)),
            ("the request's", "–", "–", "nothing"),
        ),
        (
            outcome(BEGIN, hang=Hang("lock wait", 5, "x")),
            ("–", "–", "–", "it hangs: lock wait"),
        ),
    ],
)
def test_words_of_a_bridge_come_from_its_statements(seen: Outcome, cells):
    """Thread, connection and transaction are read from the statements alone."""
    assert bridges.cells(seen, range(4, 7)) == cells


def test_lines_of_a_function_are_found():
    """A function's lines are its own; without the function there are none."""
    code = "def a():\n    pass\n\n\nasync def b():\n    pass\n"
    assert bridges.lines_of(code, "b") == range(5, 7)
    assert bridges.lines_of(code, "c") is None


def test_a_row_without_its_function_is_told_of(monkeypatch, tmp_path):
    """A function that a block does not have is an error that names both."""
    data = tmp_path / "bridges.toml"
    rows = '[{ example = "task-rollback", inside = "gone" }]'
    data.write_text(f'out = []\n[[into]]\nbridge = "a"\nrows = {rows}\n', "utf-8")
    monkeypatch.setattr(bridges, "DATA", data)
    with pytest.raises(MarkdownError, match="no function gone in an example task-roll"):
        bridges.parts(KNOWN)


def test_what_to_ask_first_needs_its_entry(monkeypatch, tmp_path):
    """A text for an entry that is not there is an error with its line."""
    data = tmp_path / "errors.toml"
    data.write_text('# First.\ngone = "Who calls it?"\n', "utf-8")
    monkeypatch.setattr(ask, "FIRST", data)
    with pytest.raises(MarkdownError, match=r'errors.toml:2: no message has .+ "gone"'):
        errors.page("errors")(KNOWN)


def test_rows_that_say_the_message_come_first():
    """Above the rows that have it beside another message stand those that begin so."""
    texts = errors.page("errors-warnings")(KNOWN)["entries"].split("\n## ")
    (entry,) = (one for one in texts if "coroutine-was-never-awaited .entry }" in one)
    rows = [one for one in entry.splitlines() if one.startswith("| In ")]
    says = ["never awaited" in row for row in rows]
    assert says == sorted(says, reverse=True)
    assert {True, False} == set(says)


@pytest.mark.parametrize("edition", EDITIONS, ids=str)
def test_an_index_is_made_of_what_any_edition_has_seen(edition: Edition) -> None:
    """Where `make serve` runs another edition, a ❌ may be a ✅, and is no symptom."""
    silent = {
        one.id: (
            Evidence(
                one.page,
                digest(one),
                {
                    edition: {
                        lane: Outcome(one.id, lane, "returned")
                        for lane in one.lanes("sqlite")
                    }
                },
            ),
        )
        for one in KNOWN.examples
    }
    known = Library(KNOWN.examples, silent)
    found = {
        name for one in symptoms(known) for row in one.situations for name in row.seen
    }
    for one in known.examples:
        kinds = {claim.good for claim in one.claims_of(edition)}
        assert kinds == {False} or one.id not in found, one


def test_a_row_names_a_database_once():
    """Of its ❌, one may run by itself and the other under a server."""
    situation = ENTRIES[0].situations[0]
    seen = {"by-itself": ("sqlite",), "served": ("sqlite/uvicorn",)}
    assert lanes_of(replace(situation, seen=seen)) == "SQLite (uvicorn)"
