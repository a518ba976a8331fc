"""`proof serve`: run what changed and serve the site, for writing."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

from guide.site import Site, free_port
from proof.commands import HOLDS, count
from proof.commands.progress import Watch
from proof.errors import MarkdownError, ProofError
from proof.example import Example
from proof.examples import pair_expressions
from proof.judging.check import verdict_on
from proof.keeping.evidence import digest, save
from proof.project import ROOT
from proof.reading.extract import extract
from proof.running.run import run

EVIDENCE = ROOT / ".proof" / "evidence"
EMBEDDED = ("sqlite",)
CODE = ("guide", "proof")
PROJECT_FOLDERS = ("examples", "cases")
FOLDERS = [ROOT / name for name in ("docs", *PROJECT_FOLDERS, *CODE)]
Keys = dict[str, tuple[str, tuple[str, ...]]]
"""What the run of an example depends on, by id."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--port", type=count, metavar="N", help="default: 8000, or any if it is taken"
    )


def main(options: argparse.Namespace) -> int:
    """Run all examples on the embedded lane, serve the site, and follow changes."""
    site = Site(free_port(options.port), EVIDENCE)
    try:
        _follow(site)
    except KeyboardInterrupt:
        print("\rThe site is no longer served.")
    finally:
        site.stop()
    return HOLDS


def _follow(site: Site) -> None:
    done: Keys | None = None
    for changes in _changes():
        if _touches(changes, CODE):
            _start_anew(site)
        elif _touches(changes, PROJECT_FOLDERS):
            done = None
        if changes or done is None:
            done = _update(site, done or {})


def _changes() -> Iterator[set[Path]]:
    """Yield what changed, at first and between changes nothing.

    The watching begins before the first run, so that no change is missed.
    """
    for changes in watch(
        *FOLDERS,
        watch_filter=_matters,
        debounce=300,
        rust_timeout=200,
        yield_on_timeout=True,
    ):
        yield {Path(path) for _, path in changes}


def _touches(changes: set[Path], folders: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(ROOT / one) for path in changes for one in folders)


def _matters(change: Change, path: str) -> bool:
    return Path(path).suffix in (".md", ".py", ".json") and "__pycache__" not in path


def _update(site: Site, done: Keys) -> Keys:
    """Run the examples that are not as when they last ran, and show them."""
    try:
        examples = extract()
        keys = {
            one.id: (digest(one), pair_expressions(one, examples)) for one in examples
        }
        changed = [one for one in examples if done.get(one.id) != keys[one.id]]
        _run(changed, examples)
    except MarkdownError as error:
        print(f"{error}\n    The site waits until it is mended.", flush=True)
        return done
    except ProofError as error:
        print(error, flush=True)
        return done
    if not site.is_up:
        _start(site)
    return keys


def _run(changed: Sequence[Example], examples: Sequence[Example]) -> None:
    outcomes = []
    if changed:
        with Watch(len(changed)) as counter:
            report = run(
                changed,
                examples,
                EMBEDDED,
                progress=lambda one: counter.saw(verdict_on(one, examples)),
            )
        outcomes = list(report.outcomes)
        for reason in dict.fromkeys(report.unmet.values()):
            names = dict.fromkeys(
                n for (n, _), why in report.unmet.items() if why == reason
            )
            print(f"not run, because {reason}: {', '.join(names)}", flush=True)
        refuted = sum(not verdict_on(one, examples).holds for one in outcomes)
        print(f"{len(outcomes)} run, {refuted} refuted", flush=True)
    save(examples, outcomes, EVIDENCE)


def _start(site: Site) -> None:
    print("Building the site …", flush=True)
    if site.start():
        print(f"\n    {site.address}\n\nEdit a page and it follows; Ctrl-C ends it.")
    else:
        print("The site could not be built; it is tried again after the next change.")
    sys.stdout.flush()


def _start_anew(site: Site) -> None:
    """Replace this process by one with the new code, if that can be imported."""
    new = [sys.executable, "-m", "proof", "serve"]
    tried = subprocess.run(
        [*new, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tried.returncode:
        print(tried.stderr, flush=True)
        return
    print("The code changed: starting anew.", flush=True)
    site.stop()
    os.chdir(ROOT)
    os.execv(sys.executable, [*new, "--port", str(site.port)])
