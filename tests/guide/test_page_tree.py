"""The decision tree: every way through it ends at a rule and a ✅."""

from pathlib import Path

import pytest
from pages import BY_ID, EXAMPLES
from pymdownx.superfences import SuperFencesException

from guide.tree import TREE as TREE_FILE
from guide.tree import Leaf, Node, Tree, fence, read_tree
from proof.errors import MarkdownError
from proof.project import ROOT

TREE = read_tree()
PATHS = list(TREE.paths())
PAGE = (ROOT / "docs" / "pattern.md").read_text("utf-8")


def show(name: str) -> str:
    """Return a node as its page shows it."""
    return fence(f"{name}\n", "tree", "tree", {}, None)


def test_every_path_ends_at_a_leaf():
    """Each answer leads on, to a rule in the end, and no name is left over."""
    assert {leaf for _, leaf in PATHS} == set(TREE.leaves.values())
    named = {to for node in TREE.nodes.values() for to in node.answers.values()}
    assert named | {TREE.first} == {*TREE.nodes, *TREE.leaves}
    assert not set(TREE.nodes) & set(TREE.leaves)


def test_a_question_is_asked_once():
    """A tree that leads back to a question is refused."""
    node = Node("Again?", {"yes": "first"})
    with pytest.raises(ValueError, match="leads back to itself: yes"):
        list(Tree("first", {"first": node}, {}).paths())


def test_a_way_into_nothing_is_refused(tmp_path: Path):
    """An answer that names neither a question nor a rule is told of, with its line."""
    text = TREE_FILE.read_text("utf-8")
    leads = 'to = "view-queues" }'
    line = text[: text.index(leads)].count("\n") + 1
    (tmp_path / "pattern.toml").write_text(text.replace(leads, 'to = "nowhere" }', 1))
    with pytest.raises(MarkdownError, match=rf'toml:{line}: .+ leads to "nowhere"'):
        read_tree(tmp_path / "pattern.toml")


@pytest.mark.parametrize("leaf", TREE.leaves.values(), ids=TREE.leaves)
def test_every_leaf_names_a_good_example(leaf: Leaf):
    """Each rule has a ✅ to copy."""
    assert BY_ID[leaf.example].good


def test_every_chapter_is_reached():
    """Each page that has a ✅ is reached by a way through the tree."""
    chapters = {str(Path(*one.path.parts[1:])) for one in EXAMPLES if one.good}
    read = {leaf.page.partition("#")[0] for _, leaf in PATHS}
    copied = {f"{BY_ID[leaf.example].page}.md" for _, leaf in PATHS}
    assert chapters <= read | copied


def test_a_rule_is_said_once():
    """No two leaves have the same rule or the same ✅."""
    rules = [leaf.rule for leaf in TREE.leaves.values()]
    examples = [leaf.example for leaf in TREE.leaves.values()]
    assert len(set(rules)) == len(rules)
    assert len(set(examples)) == len(examples)


def test_every_first_answer_is_a_heading():
    """The page has each first answer as a heading, with its fence, in order."""
    first = TREE.nodes[TREE.first].answers
    written = [
        f"## {one} {{ #{to} }}\n\n``` tree\n{to}\n```" for one, to in first.items()
    ]
    assert "\n\n".join([f"``` tree\n{TREE.first}\n```", *written]) in PAGE


def test_a_node_that_is_not_there_is_named():
    """A fence that names no node says which, and where to mend it."""
    with pytest.raises(SuperFencesException, match=r"pattern.toml.*nowhere"):
        show("nowhere")


def test_page_shows_every_answer_as_text():
    """Every path is on the page: a list item for each answer, a link for each ✅."""
    first = TREE.nodes[TREE.first].answers
    overview, *branches = map(show, (TREE.first, *first.values()))
    assert [overview.count(f'href="#{to}"') for to in first.values()] == [1] * len(
        first
    )
    shown = "".join(branches)
    answers = sum(map(len, (one.answers for one in TREE.nodes.values())))
    assert shown.count("<li") >= answers - len(first)
    for _, leaf in PATHS:
        assert f'#{leaf.example}"' in shown
    assert "`" not in shown
