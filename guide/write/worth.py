"""docs/worth.md: what async gains, and what it costs.

What is shown was measured: `evidence/measured/worth.json`, by `make measure`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guide.measured import read_measured
from proof.showing.library import Library

VIEWS = {
    "one_by_one": "sync, one call after the other",
    "in_threads": "sync, ten threads",
    "bridged": "sync, one bridge with `gather`",
    "awaited": "async, `gather`",
    "plain": "sync",
    "plain_async": "async",
}
"""The views in words."""
SERVERS = {
    "gunicorn": "gunicorn, sync workers",
    "gthread": "gunicorn, threads",
    "uvicorn": "uvicorn",
}
LAYERS = {
    "": "",
    "sync_layer": ", one sync middleware",
    "async_layer": ", one async middleware",
}
Row = Mapping[str, Any]


def parts(known: Library) -> Mapping[str, str]:
    """Return what is written into the page."""
    measured = read_measured("worth")
    rows: Sequence[Row] = measured["rows"]
    waits = [row for row in rows if not row["view"].startswith("plain")]
    reads = [row for row in rows if row["view"].startswith("plain")]
    return {
        "waits": "\n".join(_table(waits)),
        "reads": "\n".join(_table(reads)),
        "where": _where(measured),
    }


def _table(rows: Sequence[Row]) -> Iterator[str]:
    first = rows[0]
    yield "| Server | View | Throughput | One request alone | Connections |"
    yield "|---|---|--:|--:|--:|"
    for row in rows:
        server = SERVERS[row["server"]] + LAYERS[row["layer"]]
        times = f"{row['rate'] / first['rate']:.1f} ×"
        alone = f"{1000 * row['alone']:.0f} ms"
        cells = (server, VIEWS[row["view"]], times, alone, str(row["connections"]))
        yield f"| {' | '.join(cells)} |"


def _where(measured: Mapping[str, Any]) -> str:
    return (
        f"Measured with Python {measured['python']} on {measured['cores']} cores, "
        f"{measured['processes']} processes per server, {measured['threads']} threads "
        "per process where there are threads, on PostgreSQL."
    )
