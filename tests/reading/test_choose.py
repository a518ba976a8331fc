"""Names that a person types: pages, ids, addresses; the unknown gets a suggestion."""

import pytest
from support import CANCEL, fence, write

from proof.errors import UnknownExample
from proof.example import Example
from proof.reading.choose import choose, one
from proof.reading.extract import extract


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Example, ...]:
    """Two pages, the first with two examples."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / "docs" / "views").mkdir(parents=True)
    write(folder, fence("first", CANCEL), fence("second", CANCEL), name="commands.md")
    return extract(write(folder, fence("third", CANCEL), name="views/async.md"))


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        ([], ["first", "second", "third"]),
        (["second"], ["second"]),
        (["third", "first"], ["first", "third"]),
        (["commands"], ["first", "second"]),
        (["commands.md"], ["first", "second"]),
        (["docs/commands.md", "first"], ["first", "second"]),
        (["views/async"], ["third"]),
        (["docs/commands.md:3"], ["first"]),
        (["commands.md:14-24"], ["second"]),
    ],
)
def test_a_name_means_its_examples_in_the_order_of_the_guide(
    examples: tuple[Example, ...], names: list[str], ids: list[str]
) -> None:
    """A page means all of its examples, an address the block around its line."""
    assert [example.id for example in choose(names, examples)] == ids


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("secnd", "Nearest: second"),
        ("command", "Nearest: commands"),
        ("docs/commands.md:999", "Nearest: commands"),
        ("zzz", "All of them: python -m proof list"),
    ],
)
def test_an_unknown_name_gets_the_nearest(
    examples: tuple[Example, ...], name: str, nearest: str
) -> None:
    """The error names what was typed and what is like it."""
    with pytest.raises(UnknownExample) as caught:
        choose([name], examples)
    problem, _, then = str(caught.value).partition("\n    ")
    assert problem == f'no example and no page is called "{name}"'
    assert then.startswith(nearest)


def test_a_page_is_not_one_example(examples: tuple[Example, ...]) -> None:
    """Where one example is needed, a page of two is refused with the way on."""
    with pytest.raises(UnknownExample, match="proof list commands"):
        one("commands", examples)
    assert one("first", examples).id == "first"
