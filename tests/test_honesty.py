"""What keeps the guide honest: swaps, counts, fresh evidence, lanes that speak."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import markdown
import pytest
import yaml
from pages import (
    EXAMPLES,
    RECORDED,
    each_example,
    each_example_in_its_lanes,
    each_lane,
    each_pair_in_its_lanes,
)

from proof.claims.versions import HERE
from proof.databases.find_server import POSTGRES_URL
from proof.example import Example
from proof.examples import kin_of
from proof.judging.check import Check, check, is_not_recorded, unlike
from proof.judging.judge import judge
from proof.judging.summary import in_numbers, lane_lines
from proof.judging.unproven import named, unproven
from proof.outcome import Outcome
from proof.project import ROOT
from proof.reading.fences import NOT_PYTHON, looks_like_python
from proof.running.run import LANES, run

pytestmark = pytest.mark.slow

Pair = tuple[Example, Example]
PAGES = sorted((ROOT / "docs").glob("**/*.md"))


def outcome_of(example: Example, lane: str, checked: Check) -> Outcome:
    """Return an outcome of the session's run, or skip with the lane's reason."""
    verdicts = checked.on(example, lane)
    if not verdicts:
        reason = checked.why_not(example, lane)
        assert reason is not None, f"{example} [{lane}] was left out without a reason"
        pytest.skip(f"{lane} did not run, because {reason}")
    return verdicts[0].outcome


SPEAKS_POSTGRESQL = re.compile(
    r"^from (?:procrastinate|django_async_backend)\b"
    r'|^sys\.modules\["psycopg"\] = None',
    re.MULTILINE,
)
"""A package that has nothing to do on another database; the last is psycopg 2."""


@each_example
def test_what_leaves_sqlite_out_cannot_run_there(example: Example) -> None:
    """A lane is not left out by a claim that names another one only."""
    if not example.lanes("sqlite"):
        bound = SPEAKS_POSTGRESQL.search(example.code)
        assert bound or example.lanes("pgbouncer"), f"{example} runs on SQLite too"


@each_pair_in_its_lanes
def test_a_swap_refutes_both(pair: Pair, lane: str, checked: Check) -> None:
    """When the bodies of a pair change places, neither side's claims hold."""
    if not any(claim.good for claim in pair[1].claims_of(HERE)):
        pytest.skip(f"the ✅ of this pair is none in {HERE}")
    bad, good = (outcome_of(one, lane, checked) for one in pair)
    for claims, other in zip(pair, (good, bad), strict=True):
        body = replace(other, lane=claims.lanes(lane)[0])
        verdict = judge(claims, body, kin_of(claims, EXAMPLES))
        if verdict.holds:
            pytest.fail(
                f"{claims} [{lane}] {claims.title}\n"
                f"  holds for the body of {body.example} too, so it says nothing\n"
                "    next:    claim what tells the two apart",
                pytrace=False,
            )


SHOWN = "<p>Python</p>"


def python_blocks(text: str) -> int:
    """Return how many Python blocks a reader of a page finds, by the site's own parser.

    Only the formatter is another: it takes a fence whatever its language and form. What
    is left as `<pre>` is indented code, or was written so.
    """

    def note(source: str, language: str, *args: Any, **options: Any) -> str:
        named = (language or "").lower().startswith(("py", "ipy"))
        none = NOT_PYTHON in (options.get("classes") or ())
        is_python = not none and (named or looks_like_python(source))
        return SHOWN if is_python else ""

    def take(language: str, inputs: Any, options: Any, attrs: Any, md: Any) -> bool:
        return True

    anything = {"name": "*", "class": "", "format": note, "validator": take}
    names, configs = extensions()
    configs["pymdownx.superfences"] = {"custom_fences": [anything]}
    html = markdown.markdown(text, extensions=names, extension_configs=configs)
    html = re.sub("<!--.*?-->", "", html, flags=re.DOTALL)
    others = re.findall("<pre.*?</pre>", html, re.DOTALL | re.IGNORECASE)
    texts = [unescape(re.sub("<[^>]*>", "", one)) for one in others]
    return html.count(SHOWN) + sum(map(looks_like_python, texts))


def extensions() -> tuple[list[str], dict[str, Any]]:
    """Return the Markdown extensions of mkdocs.yml and their options."""
    config = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), yaml.BaseLoader)
    names, configs = [], {}
    for one in config["markdown_extensions"]:
        name = one if isinstance(one, str) else next(iter(one))
        names.append(name)
    return names, configs


FORMS = """
```python {#a title="x" data-place="command"}
```

~~~ python
~~~

````py
````

```{ .python .annotate }
```

!!! note

    ```python
    ```

> ```python
> ```

```text
```python
```

<!--
```python
```
-->

```
order.save()
```

    order.save()

<pre>import os</pre>

<div><PRE>import os</PRE></div>

```{.text .not-python}
import os
```
"""


def test_the_count_sees_every_form_of_a_fence() -> None:
    """However it is written, what a reader takes for Python counts; text does not."""
    assert python_blocks(FORMS) == 10


@each_lane
def test_no_block_is_left_out(lane: str, checked: Check) -> None:
    """A Markdown parser, a plain count and the verdicts of a lane agree, above zero."""
    verdicts = [
        one for one in checked.verdicts if one.outcome.lane.partition("/")[0] == lane
    ]
    if not verdicts:
        pytest.skip(f"{lane} did not run: {checked.report.left_out.get(lane)}")
    elsewhere = sum(not example.runs_in(lane) for example in EXAMPLES)
    texts = [page.read_text("utf-8") for page in PAGES]
    parsed = sum(python_blocks(text) for text in texts)
    raw = sum(len(re.findall(r"^ *```python ", text, re.MULTILINE)) for text in texts)
    seen = len({one.example.id for one in verdicts} | unmet_in(lane, checked))
    assert seen + elsewhere == parsed == raw > 0


def test_there_are_examples_at_all() -> None:
    """A guide without an example is not a guide that passes."""
    assert len(EXAMPLES) > 0


@each_example_in_its_lanes
def test_evidence_is_fresh(example: Example, lane: str, checked: Check) -> None:
    """What is recorded was recorded from this source and is what this run saw."""
    outcome = outcome_of(example, lane, checked)
    if is_not_recorded(example, outcome.lane, RECORDED):
        pytest.skip(f"nothing is recorded of {HERE}")
    difference = unlike(example, outcome, RECORDED)
    if difference is not None:
        pytest.fail(str(difference), pytrace=False)


@each_example
def test_each_claim_was_seen_by_some_run(example: Example) -> None:
    """None is bound to a lane or an edition of which nothing is recorded."""
    left = unproven(example, RECORDED.get(example.id))
    assert not [named(example, claim) for claim in left]


def test_a_run_that_differs_shows_the_difference() -> None:
    """The text names the example and has the line as recorded and as seen."""
    example = EXAMPLES[0]
    seen = Outcome(example.id, "sqlite", "returned")
    recorded = {
        example.id: replace(RECORDED[example.id], seen={HERE: {"sqlite": seen}})
    }
    assert unlike(example, seen, recorded) is None
    text = str(unlike(example, replace(seen, end="hung"), recorded))
    assert f"{example} [sqlite]" in text
    assert '- "end": "returned"' in text
    assert '+ "end": "hung"' in text


def test_evidence_of_another_source_is_stale() -> None:
    """Evidence that was recorded before the block was changed names the block."""
    example = EXAMPLES[0]
    changed = replace(example, code=example.code + "\n# changed")
    seen = Outcome(example.id, "sqlite", "returned")
    recorded = {
        example.id: replace(RECORDED[example.id], seen={HERE: {"sqlite": seen}})
    }
    text = str(unlike(changed, seen, recorded))
    assert text.startswith(f"{example.path}:{example.start}-")
    assert "another source" in text and "make record" in text


def test_every_lane_is_accounted_for(checked: Check) -> None:
    """A lane ran every example, or it is named with a reason; never neither."""
    lanes = in_numbers(checked)["lanes"]
    assert list(lanes) == list(LANES)
    for lane, facts in lanes.items():
        unmet = sum(map(len, facts.get("unmet", {}).values()))
        assert facts.get("ran", 0) + unmet == expected(lane) or facts["left out"]


def unmet_in(database: str, checked: Check) -> set[str]:
    """Return the examples that need what this machine has not got."""
    unmet = checked.report.unmet
    return {name for name, lane in unmet if lane.partition("/")[0] == database}


def expected(lane: str) -> int:
    """Return how many verdicts a lane must come to."""
    return sum(len(one.lanes(lane)) for one in EXAMPLES)


@pytest.mark.usefixtures("no_programs")
def test_a_lane_that_cannot_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a server the lane is left out with a reason, and the others run."""
    monkeypatch.setenv(POSTGRES_URL, "postgresql://postgres@127.0.0.1:1/postgres")
    checked = check(run(EXAMPLES[:1], EXAMPLES), EXAMPLES)
    ran, left_out = lane_lines(in_numbers(checked))
    assert ran == "sqlite           1 of 1 hold"
    assert left_out.startswith(
        f"postgresql       did not run: the server of {POSTGRES_URL}"
    )
    assert "refused" in left_out
