"""For code scanning: SARIF 2.1.0."""

import json

from django_async_lint import __version__
from django_async_lint.check import Result
from django_async_lint.finding import Finding
from django_async_lint.guide import address
from django_async_lint.rules import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def report(result: Result) -> str:
    """Return the findings as one run."""
    codes = sorted({one.code for one in result.findings})
    driver = {
        "name": "django-async-lint",
        "version": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes) for one in result.findings],
    }
    data = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, object]:
    rule = RULES.get(code)
    if rule is None:
        return {
            "id": code,
            "shortDescription": {"text": "An excuse that lacks something"},
        }
    text = f"{rule.why[:1].upper()}{rule.why[1:]}. Instead: {rule.instead}."
    return {
        "id": code,
        "name": "".join(word.title() for word in rule.name.split() if word.isalnum()),
        "shortDescription": {"text": rule.name},
        "fullDescription": {"text": text},
        "help": {"text": f"{text} See {address(rule.good)}."},
    }


def _result(one: Finding, codes: list[str]) -> dict[str, object]:
    region = {"startLine": one.line, "startColumn": one.column}
    place = {"artifactLocation": {"uri": one.path}, "region": region}
    return {
        "ruleId": one.code,
        "ruleIndex": codes.index(one.code),
        "level": "error",
        "message": {"text": one.message},
        "locations": [{"physicalLocation": place}],
    }
