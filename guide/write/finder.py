"""docs/assets/finder.js: what the finder looks in, loaded when it is first used.

It is a script that calls a function, and no JSON: a page that is opened from the file
system may load the one and not the other.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import markdown

from guide.index import Entry, entries, homes, symptoms
from guide.marks import MarksExtension
from guide.mistakes import Row
from guide.write.ask import read_first
from guide.write.heard import read_heard
from guide.write.mistakes_table import NOTHING, spelt_out
from proof.example import Example
from proof.project import ROOT
from proof.showing.library import Library
from proof.showing.words import lanes_in_short, symptom

SYNONYMS = ROOT / "guide" / "data" / "synonyms.toml"
PAGE = re.compile(r'href="([\w/-]+)\.md(?=[#"])')


def parts(known: Library) -> Mapping[str, str]:
    """Return the file: every row, every message, and the proof of each row."""
    rows = list(homes(known))
    slugs = {one.message.slug for one in entries(known)}
    ask = read_first(slugs)
    heard = read_heard({row.bad[0] for row in rows})
    data = {
        "also": _also(),
        "heard": heard.pages,
        "close": heard.messages,
        "places": list(dict.fromkeys(row.section for row in rows)),
        "symptoms": {one.name: one.heading for one in symptoms(known)},
        "examples": {
            name: _example(known.by_id[name], known)
            for name in dict.fromkeys(n for row in rows for n in (*row.good, *row.bad))
        },
        "rows": [_row(row, known, heard.mistakes) for row in rows],
        "messages": [_message(one, rows, ask) for one in entries(known)],
    }
    lines = (f'"{key}": {_listed(value)}' for key, value in data.items())
    return {"": "found({\n" + ",\n".join(lines) + "\n});\n"}


def _also() -> dict[str, list[str]]:
    """Return the words that the rows have for a word of the reader's."""
    data = tomllib.loads(SYNONYMS.read_text("utf-8"))
    return {word: others for word, *others in data["also"]}


def _listed(value: Any) -> str:
    """Return JSON with a line for each item, so that a change is a change of a line."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(_json, value)) + "\n]"
    items = (f"{_json(key)}: {_json(one)}" for key, one in value.items())
    return "{\n" + ",\n".join(items) + "\n}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _row(row: Row, known: Library, heard: Mapping[str, str]) -> dict[str, Any]:
    at = homes(known)[row]
    texts = {
        "see": spelt_out(row.see.removeprefix(NOTHING)),
        "do": row.do,
        "why": row.what,
        "never": row.never,
    }
    also = heard.get(row.bad[0])
    return {
        "id": row.bad[0],
        **({"heard": also} if also else {}),
        "in": row.section,
        "of": [one.section for one in at if one.words.startswith("silent: ")],
        "page": at[0].page,
        **{key: html(text) for key, text in texts.items()},
        "good": row.good,
        "bad": row.bad,
    }


def _message(entry: Entry, rows: list[Row], ask: Mapping[str, str]) -> dict[str, Any]:
    one = entry.message
    ordered = sorted(entry.situations, key=lambda each: not each.says(one))
    said = {
        "name": one.name,
        "text": one.looked_for,
        "to": f"{one.page}/#{one.slug}",
        "rows": [rows.index(each.row) for each in ordered],
    }
    return said | ({"ask": html(ask[one.slug])} if one.slug in ask else {})


def _example(example: Example, known: Library) -> list[Any]:
    """Return an example's page and title, and what was seen of it in which lanes."""
    seen: dict[str, list[str]] = {}
    for lane, outcome in known.outcomes(example).items():
        claims = known.claims_for(example, lane)
        said = "; ".join(dict.fromkeys(symptom(one, outcome) for one in claims))
        seen.setdefault("works" if example.good else said, []).extend([lane])
    told = [[html(said), lanes_in_short(lanes)] for said, lanes in seen.items()]
    return [
        f"{example.page}/",
        html(example.title[1:].strip()),
        int(example.good),
        told,
    ]


def html(text: str) -> str:
    """Return a line of Markdown as HTML; its links are relative to the site."""
    made = markdown.markdown(text, extensions=[MarksExtension()])
    inner = made.removeprefix("<p>").removesuffix("</p>")
    return PAGE.sub(r'href="\1/', inner)
