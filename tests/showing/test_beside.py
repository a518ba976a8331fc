"""A ❌ and its twin beside each other: pictures on one axis, and what differs."""

import re
from dataclasses import replace
from html import unescape

from pages import BY_ID, EXAMPLES
from test_picture import sent

from proof.example import Example
from proof.showing.diff import changes, diff
from proof.showing.library import read_library
from proof.showing.picture.axis import LONGEST, on_one_axis
from proof.showing.picture.beside import beside, by_picture, shown
from proof.showing.picture.draw import picture_of
from proof.showing.picture.shapes import Picture

GOOD = ("1 BEGIN", "1 SELECT order 3", "1 UPDATE order 4", "1 COMMIT")


def columns(picture: Picture) -> dict[str, int]:
    """Return where each kind of statement stands."""
    return {one.kind: one.at for one in picture.marks}


def together(*all_statements: tuple[str, ...]) -> list[Picture]:
    """Return the pictures of some runs on one axis, the first of them the ✅."""
    middle, *others = (picture_of(sent(*one)) for one in all_statements)
    spread = on_one_axis(middle, others)
    assert spread is not None
    return spread


def test_the_same_step_stands_in_the_same_column() -> None:
    """What only one has makes room in the other, within its transaction too."""
    good, bad = together(GOOD, (GOOD[0], "1 DELETE trade 2", *GOOD[1:]))
    assert good.slots == bad.slots == 5
    assert columns(bad) == {"BEGIN": 0, "DELETE": 1, "SELECT": 2, "UPDATE": 3} | {
        "COMMIT": 4
    }
    assert columns(good) == {"BEGIN": 0, "SELECT": 2, "UPDATE": 3, "COMMIT": 4}
    assert [(one.first, one.last) for one in good.bars] == [(0, 4)]


def test_steps_that_differ_stand_below_each_other() -> None:
    """They take no columns of their own, as far as both go."""
    good, bad = together(GOOD, (*GOOD[:2], "1 DELETE trade 2", "1 ROLLBACK"))
    assert good.slots == bad.slots == 4
    assert columns(bad)["DELETE"] == columns(good)["UPDATE"]


def test_three_share_an_axis() -> None:
    """A ✅ between two ❌ has room for what either has."""
    one, other = ("1 DELETE trade 2", *GOOD), (*GOOD, "1 INSERT trade 5")
    good, first, last = together(GOOD, one, other)
    assert good.slots == first.slots == last.slots == 6
    assert columns(good)["BEGIN"] == columns(first)["BEGIN"] == 1
    assert columns(first)["DELETE"] == 0 and columns(last)["INSERT"] == 5


def test_what_nobody_ended_goes_on_to_the_edge() -> None:
    """An open transaction, and its arrow, move with their columns."""
    open_ = ("1 BEGIN", "2 UPDATE order 4")
    good, bad = together((*open_, "2 INSERT trade 5"), open_)
    assert bad.bars[0].last == good.bars[0].last == 2
    good, bad = together(open_, ("1 BEGIN", "1 DELETE trade 2", open_[1]))
    assert [one.at for one in good.arrows] == [2]


def test_an_axis_that_is_too_long_is_left_out() -> None:
    """Marks that have nothing in common would be too small to read."""
    picture = picture_of(sent(*GOOD))
    long = replace(picture, slots=LONGEST + 1)
    assert on_one_axis(picture, [long]) is None


def _pairs() -> list[tuple[Example, Example]]:
    known = read_library()
    bad = [one for one in known.examples if not one.good]
    return [(one, twin) for one in bad for twin in beside(one, known)]


def test_only_what_stands_beside_its_twin_shares_an_axis() -> None:
    """The pictures of a pair have the same columns; those of others are their own."""
    known = read_library()
    pairs, moved = _pairs(), 0
    assert len(pairs) > 150
    for bad, good in pairs:
        lengths = [{one.slots for one in shown(each, known)} for each in (bad, good)]
        alike = [len(by_picture(known.seen(each))) == 1 for each in (bad, good)]
        drawn = [next(iter(by_picture(known.seen(each)))) for each in (bad, good)]
        if all(alike) and max(one.slots for one in drawn) < LONGEST / 2:
            assert lengths[0] == lengths[1], (bad.id, good.id)
            moved += drawn[0].slots != drawn[1].slots
    assert moved > 20
    paired = {one.id for pair in pairs for one in pair}
    for one in EXAMPLES[:100]:
        if one.id not in paired:
            assert shown(one, known) == by_picture(known.seen(one))


def test_nothing_is_lost_on_an_axis() -> None:
    """It has every mark, fold, bar, arrow and symptom that it had."""
    known = read_library()
    for one in EXAMPLES:
        for before, after in zip(
            by_picture(known.seen(one)), shown(one, known), strict=True
        ):
            for part in ("rows", "marks", "folds", "bars", "arrows", "leaks", "stalls"):
                assert len(getattr(before, part)) == len(getattr(after, part))
            assert [m.kind for m in before.marks] == [m.kind for m in after.marks]
            places = [m.at for m in after.marks] + [f.at for f in after.folds]
            assert len(places) == len(set(places)) and max(places, default=0) < (
                after.slots
            )
            assert bool(before.wait) == bool(after.wait)
            assert bool(before.cross) == bool(after.cross)


def test_a_diff_has_what_differs_and_no_claim() -> None:
    """Every line of it is in its block; signs and words tell the sides apart."""
    pairs = _pairs()
    for bad, good in pairs:
        html = str(diff(bad, good))
        text = re.sub(r'<span class="in-words">.*?</span>', "", html)
        for kind, sign, example in (("del", "-", bad), ("ins", "+", good)):
            for found in re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL):
                for line in found.splitlines():
                    assert line.startswith(f"{sign} ")
                    assert unescape(line[2:]) in example.code.splitlines()
                    assert not line[2:].strip().startswith(("# ✅", "# ❌"))
        assert html.count("<del>") == html.count("Without the fix: ")
        assert html.count("<ins>") == html.count("With the fix: ")
    assert len(pairs) > 150


def test_what_changes_is_told_by_its_place() -> None:
    """Blank lines say nothing; what is the same is not there."""
    found = list(changes(["a", "b", "c"], ["a", "", "d", "c", "e"]))
    assert found == [(1, {"del": ["b"], "ins": ["d"]}), (3, {"del": [], "ins": ["e"]})]


def test_a_block_that_stands_alone_has_no_twin_beside_it() -> None:
    """A twin on another page, or further away, is not beside it."""
    known = read_library()
    far = [
        one
        for one in BY_ID.values()
        if one.twin and BY_ID[one.twin].page != one.page and not beside(one, known)
    ]
    assert far
