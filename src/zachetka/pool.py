"""Worker processes on this machine, and how jobs flow through any executor.

A worker is trusted code, so a worker that dies is our fault: the executor is replaced, the jobs
that were in it are tried again one at a time, and the one that ends its worker a second time is
given up. Only as many jobs as there are workers are ever in flight, so that a large batch costs no
more memory than a small one and at most that many jobs come under suspicion together.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from zachetka.errors import InfrastructureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from concurrent.futures import Executor

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")

_PRELOADED: Final = ("zachetka.grading", "zachetka.pytest_plugin.run")
_DEATHS_IN_A_ROW: Final = 10
_GRACE_S: Final = 10.0
_LONGEST_TMPDIR: Final = 75  # of the 107 bytes of a socket's path; multiprocessing adds the rest
_INTERRUPTED: Final = 130


class WorkerDiedError(InfrastructureError):
    """The worker process of a job ended twice without an answer."""


@dataclass(frozen=True, slots=True)
class Done(Generic[JobT, ResultT]):
    """A job with its result, or with the error that it ended in."""

    job: JobT
    result: ResultT | None
    error: Exception | None = None


class Pool(Protocol):
    """Where jobs run: `width` of them at a time."""

    width: int

    def open(self) -> Executor:
        """Give an executor that works, in place of the one before."""

    def close(self) -> None:
        """Wait for the workers to leave."""

    def end(self) -> None:
        """End the workers now, together with what they have started."""


class LocalPool:
    """Processes on this machine, forked from one that holds all imports.

    Args:
        width: how many; the number of cores if None.
    """

    def __init__(self, width: int | None = None) -> None:
        self.width = width or len(os.sched_getaffinity(0))
        self._executor: ProcessPoolExecutor | None = None

    def warm_up(self) -> None:
        """Begin to load what workers need, while the caller makes its jobs.

        The process that does so ends with this one.

        Raises:
            UsageError: the folder for temporary files will not do.
        """
        if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_TMPDIR:
            raise UsageError(
                f"the path of the folder for temporary files, {tempfile.gettempdir()}, is too long "
                "for the sockets in it: set a shorter one with TMPDIR"
            )
        # Two jobs on two cores cost many times the CPU when each of them uses every core.
        os.environ["OMP_NUM_THREADS"] = "1"
        forkserver.set_forkserver_preload(list(_PRELOADED))
        # To start it lets interrupts through, so it is there before they are held.
        resource_tracker.ensure_running()
        with _interrupts_held():
            forkserver.ensure_running()

    def open(self) -> Executor:
        """Give an executor that works, in place of the one before.

        Raises:
            UsageError: the folder for temporary files will not do.
        """
        if self._executor is not None:
            self.end()
        self.warm_up()
        context = multiprocessing.get_context("forkserver")
        self._executor = ProcessPoolExecutor(
            self.width, mp_context=context, initializer=_start_worker
        )
        return self._executor

    def close(self) -> None:
        """Wait for the workers to leave."""
        if self._executor is not None:
            self._executor.shutdown(wait=True)
            self._executor = None

    def end(self) -> None:
        """End the workers now, together with what they have started."""
        if self._executor is None:
            return
        # The executor outlives its workers here: one that is still starting needs its semaphores.
        children = multiprocessing.active_children()
        for child in children:
            child.terminate()
        deadline = time.monotonic() + _GRACE_S
        for child in children:
            child.join(max(0.0, deadline - time.monotonic()))
            if child.is_alive():
                child.kill()
                child.join()
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = None


def results(
    jobs: Iterable[JobT], work: Callable[[JobT], ResultT], pool: Pool
) -> Generator[Done[JobT, ResultT], None, None]:
    """Give every job's result as soon as it is there; exactly one `Done` per job.

    Args:
        jobs: taken one by one, as workers come free.
        work: a function of a module, since it travels to other processes.
        pool: where it runs; ended when the caller stops asking or is interrupted.

    Raises:
        InfrastructureError: no worker stays alive.
    """
    try:
        yield from _results(iter(jobs), _Guarded(work), pool)
        pool.close()
    finally:
        pool.end()


def _results(
    jobs: Iterator[JobT], work: Callable[[JobT], ResultT], pool: Pool
) -> Generator[Done[JobT, ResultT], None, None]:
    executor = pool.open()
    running: dict[Future[ResultT], JobT] = {}
    suspects: deque[JobT] = deque()
    deaths = 0
    while True:
        alone = bool(suspects)
        source = _taken(suspects) if alone else jobs
        _fill(running, source, executor, work, 1 if alone else pool.width)
        if not running:
            return
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        broken = False
        for future in finished:
            job = running.pop(future)
            error = future.exception()
            if not isinstance(error, BrokenExecutor):
                deaths = 0
                yield _done(job, future)
                continue
            broken = True
            if alone:
                deaths += 1
                yield Done(job, None, WorkerDiedError("the worker process died twice"))
            else:
                suspects.append(job)
        if broken:
            suspects.extend(running.values())
            running.clear()
            if deaths >= _DEATHS_IN_A_ROW:
                raise InfrastructureError(
                    f"the last {deaths} worker processes died at once; is the machine out of "
                    "memory? try fewer with --jobs"
                )
            executor = pool.open()


def _fill(
    running: dict[Future[ResultT], JobT],
    source: Iterator[JobT],
    executor: Executor,
    work: Callable[[JobT], ResultT],
    width: int,
) -> None:
    while len(running) < width:
        try:
            job = next(source)
        except StopIteration:
            return
        with _interrupts_held():
            running[_submitted(executor, work, job)] = job


def _submitted(executor: Executor, work: Callable[[JobT], ResultT], job: JobT) -> Future[ResultT]:
    try:
        return executor.submit(work, job)
    except BrokenExecutor as error:
        future: Future[ResultT] = Future()
        future.set_exception(error)
        return future


def _taken(suspects: deque[JobT]) -> Iterator[JobT]:
    while suspects:
        yield suspects.popleft()


def _done(job: JobT, future: Future[ResultT]) -> Done[JobT, ResultT]:
    error = future.exception()
    if error is None:
        return Done(job, future.result())
    if isinstance(error, Exception):
        return Done(job, None, error)
    raise error


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let new processes start with SIGINT blocked, until they are ready to ignore it.

    Ctrl-C reaches every process of the terminal; the workers' end is their parent's business.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """What the signal handlers of a worker process know."""

    busy = False
    ending = False


@dataclass(frozen=True)
class _Guarded(Generic[JobT, ResultT]):
    """The work, ended cleanly when the worker is told to go."""

    work: Callable[[JobT], ResultT]

    def __call__(self, job: JobT) -> ResultT:
        _Worker.busy = True
        try:
            return self.work(job)
        except KeyboardInterrupt:
            if _Worker.ending:
                os._exit(_INTERRUPTED)
            raise
        finally:
            _Worker.busy = False
            # Somebody on the way may have swallowed the interrupt.
            if _Worker.ending:
                os._exit(_INTERRUPTED)


def _start_worker() -> None:
    """Prepare a worker process: its signals, its parent's end, the imports that cost."""
    # Handlers, not SIG_IGN: that one would pass through exec to the kernels of the sandboxes.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, _leave)
    sys.unraisablehook = _leave_all_the_same
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    threading.Thread(target=_leave_with_parent, name="parent", daemon=True).start()
    import pytest  # noqa: F401
    import torch

    from zachetka.reuse import end_idle_sandbox

    torch.set_num_threads(1)
    # A worker leaves without what is registered with atexit: its sandbox would be left behind.
    Finalize(None, end_idle_sandbox, exitpriority=0)


def _leave(_signal_number: int, _frame: object) -> None:
    if _Worker.ending:
        return
    _Worker.ending = True
    if not _Worker.busy:
        os._exit(_INTERRUPTED)
    # As an exception, so that what the work has open is closed on the way out.
    raise KeyboardInterrupt


def _leave_all_the_same(dropped: sys.UnraisableHookArgs) -> None:
    """Go if the interrupt fell where Python drops it: a callback, a finalizer, a hook of a fork.

    The sandbox ends with us.
    """
    if _Worker.ending and issubclass(dropped.exc_type, KeyboardInterrupt):
        os._exit(_INTERRUPTED)
    sys.__unraisablehook__(dropped)


def _leave_with_parent() -> None:
    """Go when the parent has gone, even if it was killed and could tell nobody."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    os._exit(_INTERRUPTED)
