"""Every Python block of the pages is found, or refused with its line."""

from dataclasses import replace
from pathlib import Path

import pytest
from support import CANCEL, GOAL, fence, write, written

from proof.errors import MarkdownError
from proof.examples import pair_expressions
from proof.places import PLACES
from proof.project import PROJECT
from proof.reading.extract import extract
from proof.reading.fences import (
    HEADER_FORM,
    NOT_PYTHON,
    NOT_RUN,
    RUN_AS_TEXT,
    python_on,
)

TWIN = fence("right", CANCEL)
LOST = f"def act():\n    pass\n\n\n# ❌ lost: {GOAL}"
BODY = "def act():\n    pass\n\n\n# ✅ committed: X"


def refused(folder: Path, *blocks: str) -> str:
    """Return the text with which a page is refused."""
    docs = write(folder, *blocks)
    with pytest.raises(MarkdownError) as caught:
        extract(docs)
    return str(caught.value)


def header(text: str, body: str = BODY) -> str:
    """Return a block under a header as it stands."""
    return f"{text}\n{body}\n```\n"


def test_a_block_is_read_whole(tmp_path: Path) -> None:
    """An example knows its header, its code, its lines and its page."""
    text = header(
        '```python {#an-id title="✅ It works" data-place="service" '
        'data-call="act()" data-settles="S1 P2"}'
    )
    (example,) = written(tmp_path, "# A page\n", text)
    assert str(example) == "docs/page.md:3-9"
    assert (example.id, example.title) == ("an-id", "✅ It works")
    assert (example.place, example.call) == ("service", "act()")
    assert (example.settles, example.twin) == (("S1", "P2"), None)
    assert (example.page, example.code) == ("page", BODY + "\n")
    assert example.at(5) == "docs/page.md:8"
    assert example.source(5) == "# ✅ committed: X"


def test_pages_and_lines_are_in_order(tmp_path: Path) -> None:
    """Examples come page by page, and on a page from the top down."""
    write(tmp_path, fence("d", BODY), name="z.md")
    write(tmp_path, fence("c", BODY), fence("a", BODY), name="b.md")
    write(tmp_path / "docs", fence("b", BODY), name="x.md")
    found = extract(tmp_path / "docs")
    assert [example.id for example in found] == ["c", "a", "b", "d"]


def test_what_prints_is_read(tmp_path: Path) -> None:
    """The lines behind `#> ` are what the example says it prints."""
    (example,) = written(tmp_path, fence("a", "print(1)\n#> 1\n\n" + BODY))
    assert example.printed == ("1",)


def test_blocks_in_tabs_and_admonitions_count(tmp_path: Path) -> None:
    """A block that is indented under a tab or an admonition is one like any other."""
    indented = "".join(f"    {line}\n" for line in fence("a", BODY).splitlines())
    other = indented.replace("#a ", "#b ")
    found = written(tmp_path, f'=== "A tab"\n\n{indented}', f"!!! note\n\n{other}")
    assert [(one.id, one.start, one.code) for one in found] == [
        ("a", 3, BODY + "\n"),
        ("b", 13, BODY + "\n"),
    ]


def test_other_languages_are_left_alone(tmp_path: Path) -> None:
    """A fence in another language is no example, whatever its title or its text."""
    others = (
        '```console {title="python x.py"}\n$ python x.py\n```\n',
        "~~~toml\n[pyproject]\n~~~\n",
        "```sh {#run-python}\npython\n```\n",
    )
    assert len(written(tmp_path, *others, TWIN)) == 1


@pytest.mark.parametrize(
    "opening",
    [
        "```python",
        "```py",
        "```Python3",
        "``` python",
        "```{.python}",
        "``` { .python #x }",
        "```{#x .python}",
        "~~~python",
        "````python",
        "> ```python",
        "- ```python",
        "1. ```py",
        "    ```python",
        "```pycon",
    ],
)
def test_a_fence_that_names_python_is_counted(opening: str) -> None:
    """Whatever a reader would take for Python is counted, however it is fenced."""
    assert list(python_on(f"\n{opening}\npass\n")) == [2]


THEN = (
    f"Write its first line as {HEADER_FORM}; what is no Python, as "
    f"```{{.text .{NOT_PYTHON}}}"
)
SAVES = "order = Order.objects.get(pk=7)\norder.save()\n"
SHOWN = {
    "ipython": f"```ipython\n{SAVES}```\n",
    "text": f"```text\n{SAVES}```\n",
    "a bare fence": f"```\n{SAVES}```\n",
    "a session": "```console\n$ python\n>>> 1 + 1\n2\n```\n",
    "a part": "```text\nasync def act():\n    ...\n  more\n```\n",
    "in a quote": "> ```text\n> order.save()\n> ```\n",
    "pre": "<pre><code>import os\n</code></pre>\n",
    "indented": "Text.\n\n    order.save()\n",
    "indented in a list": "- Text.\n\n        order.save()\n",
    "pre in capitals": f"<PRE>\n{SAVES}</PRE>\n\nText.\n",
    "pre in a line": f"<div><pre>\n{SAVES}</pre></div>\n",
    "code with breaks": "<code>import os<br>\nos.fork()</code>\n",
    "as it stands there": f"<xmp>\n{SAVES}</xmp>\n",
    "a field": f"<textarea>\n{SAVES}</textarea>\n",
    "behind no comment": f"Text.\n\n    <!--\n\nText.\n\n```py\n{SAVES}```\n",
    "behind a comment's text": f"\\<!--\n\n```py\n{SAVES}```\n",
    "indented in a quote": ">     import os\n>     os.fork()\n",
    "with a title": f'```text title=".{NOT_PYTHON}"\n{SAVES}```\n',
    "in a footnote": "[^1]: ```text\n    order.save()\n    ```\n",
    "in a definition": f"Term\n:   ```py\n    {SAVES}    ```\n",
}
QUIET = {
    "a comment": "<!--\n```python\norder.save()\n```\n-->\n",
    "a comment in a line": "Text <!-- more\n```python\norder.save()\n```\n-->\n",
    "words": "```text\nAssertionError: 'a' != 'b'\n- a\n+ b\n```\n",
    "a shell": "```sh\nmake serve\nexport A=1\n```\n",
    "it says so": f"```{{.text .{NOT_PYTHON}}}\n{SAVES}```\n",
    "a paragraph in a list": "- Text.\n\n    order.save() is called.\n",
    "a note": "!!! note\n\n    Text.\n\n    `order.save()`, once more.\n",
    "code in a line": "Call <code>order.save()</code> there.\n",
    "a quoted opening": "Write `<!--` there.\n",
}


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_what_a_reader_takes_for_python_is_counted(text: str) -> None:
    """Whatever it is written in: it is an example, or says that it is none."""
    assert len(list(python_on(f"\n{text}"))) == 1


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_what_nobody_takes_for_python_is_left_alone(text: str) -> None:
    """Text, a shell's commands, what a comment hides and what says that it is none."""
    assert not list(python_on(f"\n{text}"))


@pytest.mark.parametrize("name", ["page.markdown", "page.mkd", "page.MD"])
def test_a_page_that_nobody_reads_is_refused(name: str, tmp_path: Path) -> None:
    """MkDocs makes a page of it, and nothing that stands there would be run."""
    write(tmp_path, TWIN, name=name)
    with pytest.raises(MarkdownError, match=rf"^docs/{name}:1: this would be a page"):
        extract(write(tmp_path, TWIN))


def test_a_twin_cannot_hide_in_a_comment(tmp_path: Path) -> None:
    """A block that pytest-examples runs and no reader sees is refused."""
    assert refused(tmp_path, f"<!--\n{TWIN}-->\n") == (
        f"docs/page.md:2: {RUN_AS_TEXT}\n    {THEN}"
    )


@pytest.mark.parametrize(
    "block",
    [
        header('``` { .python #a title="✅ It works" data-place="command" }'),
        header('```{#a .python title="✅ It works" data-place="command"}'),
        "~~~python\npass\n~~~\n",
        "````python\npass\n````\n",
        "> ```python\n> pass\n> ```\n",
        "- ```py\n  pass\n  ```\n",
        "```python\nnever closed\n",
    ],
)
def test_a_block_that_would_not_run_is_refused(tmp_path: Path, block: str) -> None:
    """Python that pytest-examples does not see is refused at its line."""
    assert refused(tmp_path, "text\n", block) == (
        f"docs/page.md:3: {NOT_RUN}\n    {THEN}"
    )


def test_a_block_inside_another_is_text(tmp_path: Path) -> None:
    """What pytest-examples would run, but readers see as text, is refused."""
    shown = f"~~~{{.markdown .{NOT_PYTHON}}}\n{TWIN}~~~\n"
    assert refused(tmp_path, shown) == f"docs/page.md:2: {RUN_AS_TEXT}\n    {THEN}"


def test_python_files_beside_the_pages_are_no_pages(tmp_path: Path) -> None:
    """Docstrings of Python files below the pages hold no examples."""
    docs = write(tmp_path, TWIN)
    (docs / "hook.py").write_text(f'"""A hook.\n\n{TWIN}"""\n', "utf-8")
    assert len(extract(docs)) == 1


def test_no_example_is_a_failure(tmp_path: Path) -> None:
    """Pages without a single Python block are refused, not silently well."""
    assert refused(tmp_path, "# Nothing\n") == (
        "docs:1: no page here has a Python block\n    Is this the right folder?"
    )


@pytest.mark.parametrize(
    "opening",
    [
        "```python",
        '```python title="✅ It works" {#a data-place="command"}',
        '```python {#a title="✅ It works" data-place="command"} hl_lines="1"',
        "```python {#a title='✅ It works' data-place='command'}",
        '```python {.wide #a title="✅ It works" data-place="command"}',
        '```python {#A title="✅ It works" data-place="command"}',
        '```python {title="✅ It works" data-place="command"}',
        '```py {#a title="✅ It works" data-place="command"}',
    ],
)
def test_an_unreadable_header_is_refused(tmp_path: Path, opening: str) -> None:
    """A header of another form, such as options outside the braces, is refused."""
    assert refused(tmp_path, header(opening)) == (
        f"docs/page.md:1: this header cannot be read: {opening}\n"
        f"    Write it as {HEADER_FORM}"
    )


@pytest.mark.parametrize(
    ("options", "problem", "then"),
    [
        (
            'title="✅ A" data-place="command" data-twins="b"',
            'unknown key "data-twins" in the header',
            "The keys are: title, data-place, data-under, data-twin, data-call, "
            "data-settles.",
        ),
        (
            'title="✅ A" data-place="command" title="✅ B"',
            'the key "title" stands twice',
            "Leave one of them out.",
        ),
        (
            'data-place="command"',
            "the header has no title",
            f"Write it as {HEADER_FORM}",
        ),
        (
            'title="✅ A"',
            "the header has no data-place",
            f"Write it as {HEADER_FORM}",
        ),
        (
            'title="✅ A" data-place="kitchen"',
            'unknown place "kitchen"',
            f"The places are: {', '.join(PLACES)}.",
        ),
        (
            'title="❌ A" data-place="command"',
            'the title "❌ A" does not begin with ✅, as the claims do',
            'Write title="✅ A".',
        ),
        (
            'title="A" data-place="command"',
            'the title "A" does not begin with ✅, as the claims do',
            'Write title="✅ A".',
        ),
        (
            'title="✅ A" data-place="command" data-twin="a"',
            "a ✅ names a twin",
            "Only a ❌ has data-twin: remove it here.",
        ),
        (
            'title="✅ A" data-place="service"',
            "the place service needs data-call",
            'Write data-call="function(arguments)" as the caller calls it.',
        ),
        (
            'title="✅ A" data-place="command" data-call="act()"',
            "the place command takes no data-call",
            "Remove it: this place calls the block itself.",
        ),
        (
            'title="✅ A" data-place="command" data-under="solo"',
            'the place command does not run under "solo"',
            "It runs under: nothing else; leave it out.",
        ),
        (
            'title="✅ A" data-place="task" data-call="act()" data-under="uvicorn"',
            'the place task does not run under "uvicorn"',
            "It runs under: prefork, threads, solo, gevent.",
        ),
    ],
)
def test_a_wrong_header_is_refused(
    tmp_path: Path, options: str, problem: str, then: str
) -> None:
    """Each mistake in a header has an error of its own, at the header's line."""
    text = header(f"```python {{#a {options}}}")
    assert refused(tmp_path, "\n", text) == f"docs/page.md:3: {problem}\n    {then}"


def test_a_block_without_a_claim_is_refused(tmp_path: Path) -> None:
    """A block that claims nothing is refused."""
    assert refused(tmp_path, TWIN, fence("b", "pass")) == (
        "docs/page.md:12: the block b makes no claim\n"
        "    Say in a comment what its run will show, such as "
        "`# ✅ committed: EXPRESSION` or `# ❌ raises Type: message`."
    )


def test_a_block_with_both_marks_is_refused(tmp_path: Path) -> None:
    """A block either works or fails."""
    assert refused(tmp_path, fence("a", f"{BODY}\n# ❌ lost: X")) == (
        "docs/page.md:1: the block claims both ✅ and ❌\n"
        "    Make two blocks, a pair of twins."
    )


def test_an_unknown_symptom_is_refused_at_its_line(tmp_path: Path) -> None:
    """A claim that is none is refused at the line of its comment."""
    assert refused(tmp_path, fence("a", BODY + "\n# ❌ breaks: X")) == (
        'docs/page.md:7: unknown claim "❌ breaks: X"\n'
        "    After ❌ stands one of: raises, lost, escaped, partial, corrupt, hangs, "
        "leaks, blocks, serial, warns."
    )


def test_what_is_not_python_is_refused_at_its_line(tmp_path: Path) -> None:
    """A block that is not Python is refused at the page's line that shows it."""
    text = refused(tmp_path, fence("a", "if 1:\n    2\n  3\n# ✅ committed: X"))
    assert text.startswith("docs/page.md:4: this is not Python: unindent does not")
    assert text.endswith("\n    Mend the code of the block.")


def test_a_second_id_is_refused(tmp_path: Path) -> None:
    """An id that stands twice is refused at the second, and names the first."""
    assert refused(tmp_path, TWIN, TWIN) == (
        'docs/page.md:12: the id "right" stands at docs/page.md:1 too\n'
        "    An id is a permalink: give this block another."
    )


def test_a_missing_twin_is_refused(tmp_path: Path) -> None:
    """A ❌ without a twin is refused."""
    assert refused(tmp_path, TWIN, fence("b", LOST, "❌ It fails")) == (
        "docs/page.md:12: the ❌ b has no twin\n"
        '    Name the ✅ that does the same job: data-twin="its-id".'
    )


@pytest.mark.parametrize("twin", ["nobody", "b"])
def test_a_wrong_twin_is_refused(tmp_path: Path, twin: str) -> None:
    """A twin that is not there, or is no ✅, is refused."""
    assert refused(tmp_path, TWIN, fence("b", LOST, "❌ It fails", twin=twin)) == (
        f'docs/page.md:12: the twin "{twin}" is not a ✅ of this guide\n'
        "    Name the id of a ✅."
    )


def test_a_twin_in_another_place_is_refused(tmp_path: Path) -> None:
    """Twins run in the same place."""
    other = fence("b", LOST, "❌ It fails", "command", twin="right")
    assert refused(tmp_path, TWIN, other) == (
        "docs/page.md:12: the twin right runs in another place (service)\n"
        "    Compare like with like: both in the place command."
    )


@pytest.mark.parametrize(
    ("claim", "verb", "goals"),
    [
        ("lost", "reaches", GOAL),
        ("escaped", "rolls back", "it has none"),
    ],
)
def test_a_misspelt_goal_is_refused(
    tmp_path: Path, claim: str, verb: str, goals: str
) -> None:
    """A goal that its twin does not share to the letter is refused at its line."""
    wrong = f"def act():\n    pass\n\n\n# ❌ {claim}: Order.objects.exists()"
    assert refused(tmp_path, TWIN, fence("b", wrong, "❌ It fails", twin="right")) == (
        'docs/page.md:17: the goal "Order.objects.exists()" is not one that the twin '
        f"right {verb}: {goals}\n"
        "    Both say the same, to the letter (the twin: docs/page.md:1)."
    )


def test_both_sides_are_asked_every_question(tmp_path: Path) -> None:
    """What a ❌ asks is asked of its twin as well, and the other way round."""
    wrong = f"{LOST}\n# ❌ corrupt: Order.objects.count() == 3"
    examples = written(
        tmp_path,
        TWIN,
        fence("b", wrong, "❌ It fails", twin="right"),
        fence("c", BODY),
    )
    asked = [pair_expressions(one, examples) for one in examples]
    assert asked[0] == asked[1] == (GOAL, "Order.objects.count() == 3")
    assert asked[2] == ("X",)


@pytest.mark.parametrize(
    ("place", "key"), [("command", "commands"), ("task", "celery")]
)
def test_a_project_without_a_place_s_part_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, key: str
) -> None:
    """A block that the project cannot run is no block that fails."""
    less = replace(PROJECT, commands="", celery="")
    monkeypatch.setattr("proof.reading.extract.PROJECT", less)
    call = ' data-call="act.delay()"' if place == "task" else ""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "page.md").write_text(
        f'```python {{#one title="✅ One" data-place="{place}"{call}}}\n'
        "# ✅ committed: Order.objects.filter(pk=7).exists()\n```\n",
        "utf-8",
    )
    with pytest.raises(MarkdownError, match=f"a {place} needs {key} in"):
        extract(docs)
