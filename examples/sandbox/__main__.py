"""Run the sandbox: `python -m sandbox --port 0` prints its URL and serves."""

import argparse
import sys
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from sandbox import DEFAULT_URL
from sandbox.app import app
from sandbox.server import PortUnavailable, listen, serve


def main(served: ASGIApp = app) -> None:
    """Serve as the command line asks."""
    options = _parser().parse_args()
    try:
        listener = listen(options.port)
    except PortUnavailable as error:
        sys.exit(f"sandbox: {error}")
    serve(served, listener, until_stdin_closes=options.until_stdin_closes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox")
    parser.add_argument(
        "--port",
        type=int,
        default=urlsplit(DEFAULT_URL).port,
        help="port on 127.0.0.1, 0 for any free one (default: %(default)s)",
    )
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="end with the process that holds the other end of standard input",
    )
    return parser


if __name__ == "__main__":
    main()
