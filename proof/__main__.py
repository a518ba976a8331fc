"""The command line: `python -m proof --help`."""

import argparse
import signal
import sys
from types import FrameType
from typing import NoReturn

from proof.commands import EXIT_CODES, NO_LANE, USAGE, Commands, commands
from proof.errors import ProofError, ServerDied

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(KeyboardInterrupt):
    """A signal asked this process to end."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        told = sys.argv[1:] if arguments is None else arguments
        known = commands()
        options = _options(told, known)
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                signal.signal(number, _end)
        return known[options.command].load().main(options)
    except ServerDied as error:
        print(error, file=sys.stderr)
        return NO_LANE
    except ProofError as error:
        print(error, file=sys.stderr)
        return USAGE
    except Ended as ended:
        print("\rInterrupted: everything that was started is ended.", file=sys.stderr)
        return 128 + int(ended.args[0])
    except BrokenPipeError:
        sys.stderr.close()
        return USAGE


def _end(number: int, frame: FrameType | None) -> NoReturn:
    # A second one must not break off the cleaning up.
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise Ended(number)


def _options(arguments: list[str], known: Commands) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m proof",
        description="Run the guide's examples and look at what they did.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, listed in known.items():
        one = parsers.add_parser(
            name,
            help=listed.sentence,
            description=f"{listed.sentence[0].upper()}{listed.sentence[1:]}.",
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name in arguments:
            listed.load().add(one)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
