"""A question by position needs an order in which no two rows are equal."""

import pytest

from proof.claims.kind import ClaimError
from proof.claims.read import read_claims
from proof.claims.unordered import unordered

ORDERS = "Order.objects.filter(position=33)"
FLAT = "values_list('status', flat=True)"


@pytest.mark.parametrize(
    "text",
    [
        f"{ORDERS}[0].status == 'open'",
        f"{ORDERS}[:1].get().status == 'open'",
        "Order.objects.all()[0].pk == 7",
        f"{ORDERS}.order_by('status')[0].pk == 7",
        f"{ORDERS}.order_by('pk').order_by()[0].pk == 7",
        f"{ORDERS}.order_by('pk').order_by('status')[0].pk == 7",
        f"{ORDERS}.order_by('status').first().pk == 7",
        f"{ORDERS}.latest('status').pk == 7",
        f"{ORDERS}.distinct('position').count() == 1",
        f"list({ORDERS})[0].pk == 7",
        f"list({ORDERS}.{FLAT}) == ['a', 'b']",
        f"tuple(one.pk for one in {ORDERS}) == (7, 8)",
        f"[one.pk for one in {ORDERS}] == [7, 8]",
        f"[*{ORDERS}] == [7, 8]",
        f"str({ORDERS}) == '7'",
        f"sorted([one for one in {ORDERS}], key=len)[0] == 7",
        "Position.objects.get(pk=33).order_set.all()[0].pk == 7",
    ],
)
def test_what_depends_on_the_order_of_rows_is_refused(text: str) -> None:
    """The first of rows without an order is another on another day."""
    assert "no order of its own" in (unordered(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        f"{ORDERS}.order_by('pk')[0].status == 'open'",
        f"{ORDERS}.order_by('status', '-pk')[0].status == 'open'",
        f"{ORDERS}.first().status == 'open'",
        f"{ORDERS}.latest('status', 'pk').pk == 7",
        f"list({ORDERS}.order_by('pk').{FLAT}) == ['a', 'b']",
        f"list({ORDERS}.{FLAT}) == ['a']",
        f"sorted({ORDERS}.{FLAT}) == ['a', 'b']",
        f"set({ORDERS}.{FLAT}) == {{'a', 'b'}}",
        f"sum([one.pk for one in {ORDERS}]) == 15",
        f"all(one.status == 'open' for one in {ORDERS})",
        "Order.objects.get(pk=7).notes['first'] == 'a'",
        "Order.objects.get(pk=7).notes[0] == 'a'",
        f"{ORDERS}.first().notes[0] == 'a'",
        f"{ORDERS}.in_bulk()[7].status == 'open'",
    ],
)
def test_what_is_the_same_in_any_order_may_be_asked(text: str) -> None:
    """A count, a set, what is sorted, one row by its key, the only one of a list."""
    assert unordered(text) is None


def test_a_claim_is_refused_where_it_stands() -> None:
    """Its author is told at the line, before anything runs."""
    with pytest.raises(ClaimError, match="no order of its own"):
        read_claims(f"act()\n\n# ✅ committed: {ORDERS}[0].status == 'open'\n")
