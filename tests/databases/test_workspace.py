"""The folder of a run: where it lies, and how a dead one is told from a living one."""

from pathlib import Path

import pytest

from proof.databases import workspace as module
from proof.databases.workspace import LOCK, left_behind, workspace


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that passes for one in memory, beside the usual one."""
    usual, memory = tmp_path / "usual", tmp_path / "memory"
    usual.mkdir()
    memory.mkdir()
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(usual))
    monkeypatch.setattr(module, "MEMORY", memory)
    monkeypatch.setattr(module, "ROOM", 1)
    return memory


def test_lies_in_memory_and_is_removed(memory: Path):
    """Where files can be kept in memory, a run's are, until it ends."""
    with workspace() as folder:
        assert folder.parent == memory
        assert (folder / LOCK).exists()
    assert list(memory.iterdir()) == []


def test_lies_on_disk_without_room(memory: Path, monkeypatch: pytest.MonkeyPatch):
    """A container's few megabytes are not enough."""
    monkeypatch.setattr(module, "ROOM", 1 << 60)
    with workspace() as folder:
        assert folder.parent == memory.parent / "usual"


def test_lies_where_it_is_told(memory: Path, monkeypatch: pytest.MonkeyPatch):
    """`TMPDIR` has the last word."""
    monkeypatch.setenv("TMPDIR", "wherever tempfile finds")
    with workspace() as folder:
        assert folder.parent == memory.parent / "usual"


def test_dead_ones_are_found_in_both(memory: Path):
    """What a killed run left is found wherever it lay; a living run's is not."""
    dead = {memory / "proof-a", memory.parent / "usual" / "proof-b"}
    for folder in dead:
        folder.mkdir()
        (folder / LOCK).touch()
    with workspace():
        assert set(left_behind()) == dead
