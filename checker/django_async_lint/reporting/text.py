"""For people: a line for each finding, and a last one that counts."""

from django_async_lint.check import Result


def report(result: Result) -> str:
    """Return the findings as text."""
    lines = [str(one) for one in result.findings]
    files = f"{result.files} file{'' if result.files == 1 else 's'}"
    number = len(result.findings)
    found = f"{number} finding{'' if number == 1 else 's'}"
    lines.append(f"{found} in {files}." if number else f"Nothing found in {files}.")
    return "\n".join(lines) + "\n"
