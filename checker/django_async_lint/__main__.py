"""The command: `python -m django_async_lint`."""

import sys


def main() -> int:
    """Run the command that the arguments name."""
    from django_async_lint.watching.run import main as watch

    return watch(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
