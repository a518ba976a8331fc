"""A picture in text: a column for each thread and connection, time downwards.

main thread C1            sync_to_async thread C2
┌ BEGIN                                              orders/sell.py:12 in sell
│                         INSERT orders_note         orders/sell.py:15 in note
└ ROLLBACK                                           orders/sell.py:12 in sell
"""

from collections.abc import Callable, Iterator, Sequence

from django_async_lint.watching.line import Line
from django_async_lint.watching.seen import Seen, Work

WRITES = ("INSERT", "UPDATE", "DELETE")
EDGES = {"BEGIN": "┌", "COMMIT": "└", "ROLLBACK": "└"}
GAP = 2
Column = tuple[str, str]
Row = tuple[list[str], str]


def picture(work: Work, tell: Callable[[Line], str]) -> str:
    """Return what a piece of work sent; `tell` writes a line of code."""
    columns = list(dict.fromkeys((one.thread, one.connection) for one in work.seen))
    rows: list[Row] = [([" ".join(one) for one in columns], "")]
    rows += _rows(work.seen, columns, tell)
    widths = [
        max(map(len, cells)) + GAP for cells in zip(*(r[0] for r in rows), strict=True)
    ]
    lines = [
        "".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True))
        + where
        for cells, where in rows
    ]
    more = [f"… and {work.more} more"] if work.more else []
    return "\n".join(f"  {line}".rstrip() for line in [*lines, *more])


def summary(work: Work) -> str:
    """Return what a piece of work is, and how much it sent."""
    sent = sum(one.times for one in work.seen if one.kind not in EDGES) + work.more
    parts = [
        _number(sent, "statement"),
        _number(len({one.connection for one in work.seen}), "connection"),
        _number(len({one.thread for one in work.seen}), "thread"),
    ]
    return f"{work.title}: {', '.join(parts)}"


def _rows(
    seen: Sequence[Seen], columns: list[Column], tell: Callable[[Line], str]
) -> Iterator[Row]:
    open_: dict[str, int] = {}
    for one in seen:
        others = [c for c in open_ if c != one.connection]
        cells = ["│" if column[1] in open_ else "" for column in columns]
        bar = EDGES.get(one.kind, "│" if one.connection in open_ else "")
        where = columns.index((one.thread, one.connection))
        cells[where] = f"{bar} {_words(one)}".strip()
        outside = bool(others) and one.kind in WRITES
        said = f"  outside the transaction of {', '.join(others)}" if outside else ""
        yield cells, f"{tell(one.line)}{said}"
        if one.kind == "BEGIN":
            open_[one.connection] = 1
        elif one.kind in EDGES:
            open_.pop(one.connection, None)


def _words(one: Seen) -> str:
    times = f" ×{one.times}" if one.times > 1 else ""
    return f"{one.kind} {one.table}".strip() + times + (" fails" if one.failed else "")


def _number(many: int, what: str) -> str:
    return f"{many} {what}{'' if many == 1 else 's'}"
