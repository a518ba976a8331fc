"""The bench of the checker generates what it says."""

import pytest

from django_async_lint.check import check
from django_async_lint.config import Config
from tools.bench_checker import FILES, generate

pytestmark = pytest.mark.quick


def test_it_generates_as_many_lines_as_it_says(tmp_path):
    """No fewer, and less than an app more."""
    apps = generate(tmp_path, 2000)
    sizes = [
        sum(
            len((tmp_path / f"app{n}" / name).read_text("utf-8").splitlines())
            for name in FILES
        )
        for n in range(1, apps + 1)
    ]
    assert 2000 <= sum(sizes) < 2000 + max(sizes)


def test_each_app_has_its_one_mistake(tmp_path):
    """All of it is read as code that hangs together, and nothing else is found."""
    apps = generate(tmp_path, 2000)
    result = check([str(tmp_path)], Config(root=tmp_path), None, 1)
    found = sorted((one.path.rpartition("app")[2], one.code) for one in result.findings)
    assert found == sorted((f"{n}/views.py", "DAL401") for n in range(1, apps + 1))
    assert not result.unreadable
