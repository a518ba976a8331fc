"""A test file, found, run and counted by a test runner."""

from pathlib import Path

from proof.places.place import Place


class Test(Place):
    """A block that is a test file; what runs it is what it runs under."""

    name = "test"
    ran_as = "Run as a test file, by a test runner"
    under = ("django", "pytest", "throwaway", "pytest-asyncio")
    others_write_to_stderr = True
    runs_with = "proof.inside.runners"

    def file(self, folder: Path, name: str) -> Path:
        return folder / "tests" / f"test_{name}.py"
