"""What threads are for, in the words of the guide."""

import sys
import threading

from asgiref.sync import SyncToAsync

from django_async_lint.watching.frames import RUN_FOREVER, outwards


def thread_role(thread: threading.Thread | None = None) -> str:
    """Return what a thread is for, in the words of the guide."""
    thread = thread or threading.current_thread()
    if thread is threading.main_thread():
        return "main thread"
    shared = SyncToAsync.single_thread_executor._thread_name_prefix
    # By name: the executor lists a thread only after it has begun to work.
    if thread.name.startswith(f"{shared}_"):
        return "sync_to_async thread"
    if thread.name.startswith("asyncio_"):
        return "pool thread"
    if _is_requests(thread):
        return "request's thread"
    return "loop thread" if _runs_loop(thread) else "own thread"


def _is_requests(thread: threading.Thread) -> bool:
    """Whether asgiref keeps this thread for the sync code of one request."""
    executors = list(SyncToAsync.context_to_thread_executor.values())
    prefixes = [getattr(one, "_thread_name_prefix", None) for one in executors]
    return any(p and thread.name.startswith(f"{p}_") for p in prefixes)


def _runs_loop(thread: threading.Thread) -> bool:
    if thread is threading.current_thread():
        stack = outwards(sys._getframe())
    else:
        stack = outwards(sys._current_frames().get(thread.ident or 0))
    return any(frame.f_code is RUN_FOREVER for frame in stack)
