"""What changes from run to run in what was seen is held still before it is kept."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

VOLATILE = (
    (re.compile(r"0x[0-9a-f]{6,}"), "0x…"),
    (re.compile(r"\bfd=\d+"), "fd=…"),
    (re.compile(r"('127\.0\.0\.1', )\d+"), r"\1…"),
    (re.compile(r"127\.0\.0\.1:\d{4,5}"), "127.0.0.1:…"),
    (re.compile(r"(\bport )\d{4,5}\b"), r"\1…"),
    (re.compile(r"proof_[0-9a-f]{8}_\w+"), "guide"),
    (re.compile(r"[\w./-]*/proof-\w+/\w+\.sqlite3"), "guide"),
    (re.compile(r"[\w./-]*/proof-\w+/\w+/(project/)?"), ""),
    (re.compile(r"(Task-|Thread-|ThreadPoolExecutor-|asyncio_)[\d_]+"), r"\1…"),
    (re.compile(r"[\w./-]*/(site-packages|lib/python3\.\d+)/"), ""),
    (re.compile(r"(\bat [\w./-]+\.py):\d+"), r"\1:…"),
    (re.compile(r"(\bprocess |\bpid[= ]|\bthread id )\d+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(_django_curs_)\d+"), r"\1…"),
    (re.compile(r"(\btransaction |\brelation |\bdatabase )\d+"), r"\1…"),
    (re.compile(r"(> took )\d+\.\d+(?= seconds$)"), r"\1…"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00:00"), "now"),
)
"""What changes from run to run in a message, and what is written in its place."""


def still(value: Any) -> Any:
    """Return plain data with everything volatile held still."""
    if isinstance(value, str):
        return _still(value)
    if isinstance(value, Mapping):
        return {key: still(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [still(one) for one in value]
    return value


@lru_cache(1 << 14)
def _still(text: str) -> str:
    # Half of a character, as in the name of a file, cannot be written as UTF-8.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return text
