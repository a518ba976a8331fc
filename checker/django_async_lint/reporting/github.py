"""For GitHub: workflow commands, shown as annotations in a change."""

from django_async_lint.check import Result


def report(result: Result) -> str:
    """Return a workflow command for each finding."""
    return "".join(
        f"::error file={_property(one.path)},line={one.line},col={one.column},"
        f"title={_property(one.code)}::{_data(one.message)}\n"
        for one in result.findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
