"""`proof demo`: run the case studies, and start them anew when their code changes."""

import argparse
import signal
from pathlib import Path

from watchfiles import Change, watch

from cases.demo import SANDBOX, Demo, DidNotStart
from guide.site import free_port
from proof.commands import HOLDS, count
from proof.databases.workspace import workspace
from proof.project import PROJECT
from proof.running.services import clean_up_after, started

TOLD = """
    {address}

Sign in as demo, with the password demo. Sync members: try the organisations
example, example-slow, example-broken, example-repeats and example-empty.
Sync a repository: there is one, example/engine.
A change in its code starts it anew; Ctrl-C ends it, and nothing is kept.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--port", type=count, metavar="N", help="default: 8000, or any if it is taken"
    )


def main(options: argparse.Namespace) -> int:
    """Fill a database, start a worker and a server, and follow changes."""
    port = free_port(options.port)
    with workspace() as folder, clean_up_after(folder), started(SANDBOX) as sandbox:
        demo = Demo(folder, port, sandbox())
        try:
            demo.fill()
            demo.start()
            print(TOLD.format(address=demo.address), flush=True)
            _follow(demo)
        except KeyboardInterrupt:
            print("\rThe demo has ended.")
        finally:
            demo.stop(number=signal.SIGKILL)
    return HOLDS


def _follow(demo: Demo) -> None:
    told: list[str] = []
    for changes in watch(
        *PROJECT.sources,
        watch_filter=_matters,
        rust_timeout=1000,
        yield_on_timeout=True,
    ):
        if changes:
            _start_anew(demo, changes)
        elif told != (told := demo.ended()) and told:
            print(f"It has ended: {', '.join(told)}. A change starts it anew.")


def _start_anew(demo: Demo, changes: set[tuple[Change, str]]) -> None:
    names = sorted({Path(path).name for _, path in changes})
    print(f"{', '.join(names)} changed: starting anew.", flush=True)
    demo.stop()
    try:
        demo.start()
    except DidNotStart as error:
        print(error, flush=True)


def _matters(change: Change, path: str) -> bool:
    return Path(path).suffix in (".py", ".html") and "__pycache__" not in path
