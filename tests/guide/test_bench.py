"""What the bench compares with does the work that it is measured by."""

from dataclasses import replace
from pathlib import Path

import pytest

from guide.bench import site
from guide.bench.peer import with_pytest_django
from guide.bench.runs import blocks


def test_the_peer_runs_every_block(tmp_path: Path) -> None:
    """Two blocks under pytest-django take some of the clock and of the processors."""
    cost = with_pytest_django(blocks(2), tmp_path)
    assert cost.wall > 0
    assert cost.cpu > 0


def test_a_block_that_does_not_do_its_work_is_no_cost(tmp_path: Path) -> None:
    """Then nothing was measured, and what pytest said is shown."""
    good, other = blocks(2)
    idle = replace(other, code=other.code.replace("order.save()", "pass"))
    with pytest.raises(RuntimeError, match="1 failed, 1 passed"):
        with_pytest_django([good, idle], tmp_path)


def test_the_site_that_is_compared_with_has_no_evidence():
    """The fence that is left out is the one that the site's configuration names."""
    text = site.CONFIGURATION.read_text("utf-8")
    assert text.count(site.WITH) == 2
    assert site.WITH not in site.without_evidence(text)
    with pytest.raises(ValueError, match="does not name"):
        site.without_evidence("nav: []")
