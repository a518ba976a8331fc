"""The pages by symptom: the failures that say nothing, by what is found afterwards."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from guide.index import Symptom, symptoms
from guide.write.mistakes_table import HEAD, anchor, row_of
from proof.showing.library import Library


def page(name: str) -> Callable[[Library], Mapping[str, str]]:
    """Return the function that writes the symptoms of one page."""

    def parts(known: Library) -> Mapping[str, str]:
        here = (one for one in symptoms(known) if one.page == name)
        return {"symptoms": "\n\n".join("\n\n".join(_section(one)) for one in here)}

    return parts


def _section(symptom: Symptom) -> Iterator[str]:
    yield f"## {symptom.heading} {{ #{symptom.name} .entry }}"
    for place, rows in groupby(symptom.situations, lambda one: one.row.section):
        yield f"### {place} {{ #{anchor(symptom.name, place)} .entry }}"
        yield "\n".join([*HEAD, *map(row_of, rows)])
