"""Run a program under the watch: `python -m django_async_lint watch manage.py …`.

The program runs in this process, as Python would run it. When it ends, the picture of
what it sent is printed, also if it ends with an error.
"""

import os
import runpy
import sys
from pathlib import Path

from django_async_lint.watching.switch import VARIABLE

USAGE = """\
usage: python -m django_async_lint watch SCRIPT.py [ARGUMENT…]
       python -m django_async_lint watch -m MODULE [ARGUMENT…]

Run a program, and print which thread sent which statement over which connection, in
which transaction and from which line: for each request, each Celery task, and at the
end for everything else. The environment variable DJANGO_ASYNC_WATCH names a file to
write to instead of standard error.
"""


def main(words: list[str]) -> int:
    """Run the program that the words name, under the watch."""
    if not words or words[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if words else 2
    is_module = words[0] == "-m"
    program = words[1:] if is_module else words
    if not program or not (is_module or Path(program[0]).is_file()):
        said = program[0] if program else "nothing"
        print(f"watch: {said} is no file; name manage.py, or -m and a module")
        return 2
    try:
        from django_async_lint.watching.watch import watch_of_this_process
    except ModuleNotFoundError as error:
        print(f"watch needs {error.name}: pip install {error.name}")
        return 2
    os.environ.setdefault(VARIABLE, "1")
    watch = watch_of_this_process(Path.cwd())
    watch.process.title = " ".join(program)
    try:
        _run(program, is_module)
    finally:
        watch.tell_of_the_process()
    return 0


def _run(program: list[str], is_module: bool) -> None:
    sys.argv = program
    folder = Path.cwd() if is_module else Path(program[0]).resolve().parent
    sys.path.insert(0, str(folder))
    if is_module:
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(program[0], run_name="__main__")
