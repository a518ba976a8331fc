"""The forked process in which one example runs, and what it notes about itself."""

import atexit
import contextlib
import ctypes
import gc
import logging
import os
import re
import resource
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from proof.caller import line_in
from proof.hang import describe_hang
from proof.leftovers import Baseline
from proof.places import WITHOUT_DJANGO, Block, place
from proof.recorder import Recorder
from proof.trace import Trace

MAX_FILE = 512 << 20
"""Bytes that an example may write to one file, its standard output included."""
MAX_MEMORY = 4 << 30
"""Bytes of address space that an example may take."""
PR_SET_PDEATHSIG = 1
OF_A_DRIVER = re.compile("unclosed database in|was deleted while still open")
"""A connection that nobody closed. Only some versions of the drivers tell, and when
the garbage collector likes; the trace counts each of them instead."""
MAX_TEXT = 16 << 10
"""Characters of a message that are kept."""


@dataclass(frozen=True)
class Task:
    """What a child is asked to do: run a block in its place, on its database."""

    id: str
    place: str
    code: str
    call: str | None
    database_url: str
    folder: str
    hang_expected: bool = False


def enter(task: Task, recorder: Recorder, hangs: Recorder) -> NoReturn:
    """Run the example and end this process, whatever happens."""
    try:
        _become_alone(Path(task.folder))
        recorder.open()
        hangs.open()
        _run(task, recorder, hangs)
    except BaseException as error:
        text = "".join(traceback.format_exception(error))
        recorder.note("broken", last=True, text=text[-MAX_TEXT:])
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
        os._exit(0)


def _run(task: Task, recorder: Recorder, hangs: Recorder) -> None:
    here = place(task.place)
    block = Block(
        task.id, task.code, here.file(Path(task.folder), _module_name(task.id)),
        task.call,
    )  # fmt: skip
    block.file.parent.mkdir(parents=True)
    block.file.write_text(block.code, "utf-8")
    _use_database(task.database_url, task.place not in WITHOUT_DJANGO)
    trace = Trace(recorder, str(block.file))
    trace.start()
    _listen_to_warnings(recorder, str(block.file))
    signal.signal(signal.SIGUSR1, _hang_reporter(hangs, str(block.file)))
    baseline = Baseline()
    try:
        here.run(block)
    except BaseException as error:
        _note_exception(recorder, error, str(block.file))
    else:
        recorder.note("returned", last=True)
    recorder.note("left", last=True, **asdict(baseline.left(trace)))
    # What Python warns of from here on is the end of what was just counted.
    warnings.simplefilter("ignore")
    _end_threads()
    recorder.note("threads ended", last=True)


def _become_alone(folder: Path) -> None:
    end_with_parent()
    os.setsid()
    for target, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, str(folder / "output"), os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, str(folder / "errors"), os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        os.dup2(os.open(path, flags, 0o600), target)
    # The parent's admin connection and pipes: an example must not reach them.
    os.closerange(3, 1024)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    # What it makes for a while goes with its folder, and not into the run's.
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    with contextlib.suppress(OSError, ValueError):  # Some systems do not limit it.
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, as far as it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _module_name(example: str) -> str:
    return example.replace("-", "_")


def _use_database(url: str, django_is_up: bool) -> None:
    os.environ["DATABASE_URL"] = url
    if not django_is_up:
        return
    import dj_database_url
    from django.db import connections

    connections["default"].settings_dict["NAME"] = dj_database_url.parse(url)["NAME"]


def _listen_to_warnings(recorder: Recorder, block: str) -> None:
    def note(
        message: Warning | str, category: type[Warning], filename: str, lineno: int,
        file: Any = None, line: str | None = None,
    ) -> None:  # fmt: skip
        if category is ResourceWarning and OF_A_DRIVER.search(str(message)):
            return
        where = lineno if filename == block else line_in(block)
        recorder.note(
            "warning", category=category.__name__, text=str(message)[:MAX_TEXT],
            line=where,
        )  # fmt: skip

    warnings.resetwarnings()
    warnings.simplefilter("always")
    warnings.showwarning = note
    logging.captureWarnings(False)
    logging.getLogger("asyncio").addHandler(_AsyncioLog(recorder))
    _listen_to_threads(recorder, block)


def _listen_to_threads(recorder: Recorder, block: str) -> None:
    """Note an exception that ends a thread, which Python only prints."""
    hook = threading.excepthook

    def note(ended: threading.ExceptHookArgs) -> None:
        if ended.exc_value is not None:
            text = f"{ended.exc_type.__name__}: {ended.exc_value}"[:MAX_TEXT]
            line = _line_of(ended.exc_value, block)
            recorder.note("warning", category="threading", text=text, line=line)
        hook(ended)

    threading.excepthook = note


class _AsyncioLog(logging.Handler):
    """Notes what asyncio can only log: lost exceptions and destroyed tasks."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(logging.WARNING)
        self._recorder = recorder

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().partition("\n")[0][:MAX_TEXT]
        self._recorder.note("warning", category="asyncio", text=text, line=0)


def _note_exception(recorder: Recorder, error: BaseException, block: str) -> None:
    if isinstance(error, SystemExit) and error.__context__ is not None:
        # The command machinery turns a CommandError into an exit status.
        error = error.__context__
    kind = type(error)
    recorder.note(
        "raised",
        last=True,
        type=f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."),
        message=str(error)[:MAX_TEXT],
        line=_line_of(error, block),
    )


def _line_of(error: BaseException, block: str) -> int:
    if isinstance(error, SyntaxError) and error.filename == block:
        return error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno or 0 for frame in frames if frame.filename == block]
    return lines[-1] if lines else 0


def _hang_reporter(hangs: Recorder, block: str) -> Any:
    def report(number: int, frame: FrameType | None) -> None:
        hangs.note("hang", **describe_hang(block, frame))

    return report


def _end_threads() -> None:
    """Do what the interpreter does at its end: wait for threads, run exit functions."""
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()
    gc.collect()
