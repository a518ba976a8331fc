"""`python -m django_async_lint check PATH…`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from django_async_lint import __version__, baseline
from django_async_lint.cache import DEFAULT, Cache
from django_async_lint.check import Result, check
from django_async_lint.config import Config, codes, load
from django_async_lint.errors import CheckerError, UsageError
from django_async_lint.explain import explain
from django_async_lint.reporting import FORMATS
from django_async_lint.rules import RULES

CLEAN, FOUND, WRONG = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked; return 0 for clean, 1 for findings, 2 for a wrong call."""
    words = [*(sys.argv[1:] if arguments is None else arguments)]
    if words[:1] == ["watch"]:
        # It needs Django, and takes all that follows as it is.
        from django_async_lint.watching.run import main as watch

        return watch(words[1:])
    parser = _parser()
    options = parser.parse_args(words)
    try:
        if options.explain:
            print(explain(options.explain), end="")
            return CLEAN
        if options.command == "rules":
            print(_rules(), end="")
            return CLEAN
        if options.command != "check":
            parser.print_help(sys.stderr)
            return WRONG
        return _check(options)
    except CheckerError as error:
        print(f"django-async-lint: {error}", file=sys.stderr)
        return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("django-async-lint", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--explain", metavar="CODE", help="show a rule's pair, offline")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("rules", help="list the rules")
    commands.add_parser("watch", help="run a program, and print what it sends")
    one = commands.add_parser("check", help="check files and folders, as one project")
    one.add_argument("paths", nargs="*", default=["."], metavar="PATH")
    one.add_argument("--explain", metavar="CODE", help="show a rule's pair, offline")
    one.add_argument("--select", default="", metavar="CODES", help="switch rules on")
    one.add_argument("--ignore", default="", metavar="CODES", help="switch rules off")
    one.add_argument("--format", choices=[*FORMATS], default="text")
    one.add_argument("--output", metavar="FILE", help="write there, not to the screen")
    one.add_argument("--baseline", metavar="FILE", help="leave out what it holds")
    one.add_argument("--write-baseline", metavar="FILE", help="write all findings down")
    one.add_argument("--cache-dir", default=DEFAULT, metavar="FOLDER")
    one.add_argument("--no-cache", action="store_true")
    one.add_argument("--quiet", action="store_true", help="say nothing if clean")
    one.add_argument("--jobs", type=int, default=0, metavar="N", help="processes")
    return parser


def _check(options: argparse.Namespace) -> int:
    config = _config(options)
    cache = None if options.no_cache else Cache(config.root / options.cache_dir)
    result = check(options.paths, config, cache, options.jobs)
    for error in result.unreadable:
        print(error, file=sys.stderr)
    if options.write_baseline:
        number = baseline.write(Path(options.write_baseline), result.findings)
        print(f"{options.write_baseline}: {number} findings are written down.")
        return WRONG if result.unreadable else CLEAN
    result = _without_known(result, options, config)
    if result.findings or not options.quiet:
        _write(FORMATS[options.format](result), options.output)
    if result.unreadable:
        return WRONG
    return FOUND if result.findings else CLEAN


def _config(options: argparse.Namespace) -> Config:
    first = Path(options.paths[0] if options.paths else ".")
    if not first.exists():
        raise UsageError(f"there is no {first}. Name files or folders that exist.")
    config = load(first if first.is_dir() else first.parent)
    asked = {
        name: tuple(filter(None, getattr(options, name).upper().split(",")))
        for name in ("select", "ignore")
    }
    return replace(
        config,
        select=config.select + codes(asked["select"], "--select"),
        ignore=config.ignore + codes(asked["ignore"], "--ignore"),
    )


def _without_known(
    result: Result, options: argparse.Namespace, config: Config
) -> Result:
    path = Path(options.baseline) if options.baseline else None
    if path is None and config.baseline:
        path = config.root / config.baseline
    if path is None:
        return result
    known = baseline.load(path)
    return replace(result, findings=tuple(baseline.new(result.findings, known)))


def _write(text: str, output: str | None) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        Path(output).write_text(text, "utf-8")


def _rules() -> str:
    lines = (
        f"{code}  {'default' if rule.default else 'request'}  {rule.name}"
        for code, rule in RULES.items()
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
