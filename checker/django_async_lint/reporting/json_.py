"""For programs: JSON."""

import json
from dataclasses import asdict

from django_async_lint.check import Result


def report(result: Result) -> str:
    """Return the findings as JSON, each with its message in parts and whole."""
    findings = [{**asdict(one), "message": one.message} for one in result.findings]
    data = {"files": result.files, "findings": findings}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
