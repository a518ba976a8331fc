"""An exception that a block gives itself in a library's name is told apart."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from proof.watching.imitation import imitated

HEAD = "from django.core.exceptions import SynchronousOnlyOperation\n\n\n"
ITSELF = "raised by the block itself"
BODIES = {
    "raise SynchronousOnlyOperation('You cannot call this')": ITSELF,
    "exec('raise ValueError(1)')": ITSELF,
    "class ValueError(Exception): pass\n    raise ValueError(1)": (
        "a class of the block, called like ValueError"
    ),
    "class NoAnswer(Exception): pass\n    raise NoAnswer(7)": "",
    "int('x')": "",
    "assert 1 == 2": "",
    "import nowhere_to_be_found": "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that Python imports from."""
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))


@pytest.mark.parametrize("body", BODIES)
def test_an_imitation_is_named(body: str, folder: Path) -> None:
    """Only what a library raises, or a class of the block's own, is what it says."""
    name = f"imitation_{abs(hash(body))}"
    block = folder / f"{name}.py"
    block.write_text(f"{HEAD}def act():\n    {body}\n", "utf-8")
    with pytest.raises(Exception) as caught:
        __import__(name).act()
    assert imitated(caught.value, str(block)) == BODIES[body]
