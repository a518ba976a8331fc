"""What may be asked of the database, and what is refused."""

import pytest

from proof.questions import is_about, models_of, refused


@pytest.mark.parametrize(
    "text",
    [
        'Order.objects.filter(pk=7, status="cancelled").exists()',
        "Order.objects.count() == 2 and not Trade.objects.filter(order=7).exists()",
        'list(Order.objects.order_by("pk").values_list("status", flat=True)) == ["a"]',
        "all(one.status == 'open' for one in Order.objects.all())",
        "Order.objects.filter(Q(pk=7) | Q(pk=8)).count() == 2",
    ],
)
def test_what_reads_may_be_asked(text: str) -> None:
    """Querysets, comparisons, comprehensions and a few functions are enough."""
    assert refused(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("True", "no question"),
        ("Order.objects.exists(),", "no question"),
        ("len([1]) == 1", "asks no model"),
        ("Order.objects.filter(pk=7).update(status='x') == 1", "calls `update`"),
        ("Order.objects.create(pk=9).pk == 9", "calls `create`"),
        ("Order.objects.get(pk=7).delete()", "calls `delete`"),
        ("Order.objects.raw('SELECT 1')", "calls `raw`"),
        ("Order.add_to_class('pk', 1) is None", "calls `add_to_class`"),
        ("Order.objects.order_by('?').first().pk == 7", "another each time"),
        ("Order.objects.order_by(*['?']).first().pk == 7", "no field to order by"),
        ("Order.objects.order_by('a?'[1:]).first().pk == 7", "no field to order by"),
        ("Order.objects.latest('%c' % 63).pk == 7", "no field to order by"),
        ("Order.__class__ is Order", "reaches for `__class__`"),
        ("Order._meta.apps is Order", "reaches for `_meta`"),
        ("__import__('os').system('true') == Order", "calls `system`"),
        ("open('x', 'w') == Order", "`open`"),
        ("(lambda: Order)() == Order", "what another call has returned"),
        ("(lambda: Order) == Order", "Lambda"),
        ("(x := Order.objects.count()) == 4", "NamedExpr"),
        ("[Order.objects.exists][0]()", "what another call has returned"),
        ("connection.vendor == Order", "`connection`"),
        ("setattr(Order, 'x', 1) is None", "`setattr`"),
    ],
)
def test_what_does_not_only_read_is_refused(text: str, why: str) -> None:
    """A question that writes, reaches the process or is chance is refused by name."""
    assert why in (refused(text) or "")


def test_a_question_is_about_its_models() -> None:
    """The tables of a question are those of the models that it names."""
    text = "Order.objects.count() == 2 or Trade.objects.filter(Q(pk=1)).exists()"
    assert models_of(text) == {"Order", "Trade"}
    assert is_about(text, "trading_order")
    assert not is_about(text, "trading_position")
