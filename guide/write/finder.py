"""What the finder looks in, loaded when it is first used: rows and messages, and proof.

Each of the three files is a script that calls a function, and no JSON: a page that is
opened from the file system may load the one and not the other. docs/assets/finder.js
has what a card shows, its values without their names; `find.js` takes it apart. The
proof of a card comes when it is opened, and what readers type for a section comes with
the index of words.
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
    """Return the file of every row and every message."""
    rows = list(homes(known))
    places = list(dict.fromkeys(row.section for row in rows))
    slugs = {one.message.slug for one in entries(known)}
    ask = read_first(slugs)
    said = read_heard({row.bad[0] for row in rows})
    data = {
        "also": _also(),
        "close": said.messages,
        "places": places,
        "symptoms": {one.name: one.heading for one in symptoms(known)},
        "rows": [_row(row, places, known, said.mistakes) for row in rows],
        "messages": [_message(one, rows, ask) for one in entries(known)],
    }
    lines = (f'"{key}": {_listed(value)}' for key, value in data.items())
    return {"": "found({\n" + ",\n".join(lines) + "\n});\n"}


def heard(known: Library) -> Mapping[str, str]:
    """Return the file of what readers type for a section, by its address."""
    pages = read_heard({row.bad[0] for row in homes(known)}).pages
    return {"": f"heard({_listed(dict(pages))});\n"}


def proof(known: Library) -> Mapping[str, str]:
    """Return the file of what was seen of each example that a row names."""
    names = (name for row in homes(known) for name in (*row.good, *row.bad))
    examples = {name: _example(known.by_id[name], known) for name in names}
    return {"": f"proved({_listed(examples)});\n"}


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


def _row(
    row: Row, places: list[str], known: Library, heard: Mapping[str, str]
) -> list[Any]:
    """Return a row: its place, its kinds and its four sentences.

    What proves it is where the links of its fix and of its *don't* lead. Last are the
    words of a reader who has none of these, if the row has such words.
    """
    at = homes(known)[row]
    kinds = [one.section for one in at if one.words.startswith("silent: ")]
    see = spelt_out(row.see.removeprefix(NOTHING))
    texts = map(html, (see, row.do, row.what, row.never))
    also = [heard[row.bad[0]]] if row.bad[0] in heard else []
    return [places.index(row.section), kinds, *texts, *also]


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
