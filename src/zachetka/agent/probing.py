"""Forked copies of the kernel: one that is made ready once, and copies of it that run probes.

Everything here happens after `fork`, in processes that the notebook does not use. The first copy
undoes what the notebook left behind and then only forks. Forking costs several times what a
probe does, so a copy answers one probe after the other while the host has more for it and nothing
that is looked at has changed; the host takes no failure from a copy that has answered before, but
that a probe asked first of all for a name that is not there.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import io
import os
import random
import resource
import signal
import socket
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from zachetka.agent import no_compiler
from zachetka.agent.landmarks import Landmarks
from zachetka.agent.wire import Wire
from zachetka.protocol.frames import FrameTooLargeError
from zachetka.protocol.values import decode_value, encode_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

PROBE_FILE = "<probe>"
MAX_DETAIL_CHARS = 2000
FORK_TRIES = 40
FORK_PAUSE_S = 0.1
_MAX_REQUEST_BYTES = 64 << 10
_style: dict[str, Any] = {}  # how matplotlib draws where nobody has asked for anything
_compile = compile  # a notebook may put something else in its place
_OUT_OF_MEMORY = ("not enough memory", "can't allocate memory", "cannot allocate memory")


class NameMissingError(AttributeError):
    """A probe asked for a name that the notebook does not define.

    `is_first` says that it has got nothing of the notebook before: no copy has the name.
    """

    def __init__(self, name: str, *, is_first: bool) -> None:
        super().__init__(name)
        self.is_first = is_first


class Namespace:
    """The notebook's globals as attributes: `nb.MyLinear`, and `nb.sgd_step = mine` to set one."""

    __slots__ = ("_globals", "_is_untouched")

    def __init__(self, user_ns: dict[str, Any]) -> None:
        object.__setattr__(self, "_globals", user_ns)
        object.__setattr__(self, "_is_untouched", True)

    def __getattr__(self, name: str) -> Any:
        """Give the notebook's global of that name.

        Raises:
            NameMissingError: there is none.
        """
        try:
            value = self._globals[name]
        except KeyError:
            raise NameMissingError(name, is_first=self._is_untouched) from None
        object.__setattr__(self, "_is_untouched", False)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        self._globals[name] = value


def encode_request(path: str, source: str) -> bytes:
    """Ask for a copy that connects to a socket; the answer is its process id.

    The probe's source comes along if it is short: most probes come many times, and compiling one
    takes as long as running it.
    """
    whole = f"{path}\0{source}".encode()
    return whole if len(whole) <= _MAX_REQUEST_BYTES else f"{path}\0".encode()


def serve(control_path: str, user_ns: dict[str, Any]) -> NoReturn:
    """Fork a copy of this process for every socket that is named, until the driver hangs up.

    Requests are those of `encode_request`.
    """
    try:
        with contextlib.suppress(OSError):
            _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        # Connected before anything of the notebook's is touched: who waits must see us die of it.
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
            control.connect(control_path)
            _forget_signals()
            # What there is now is never looked at again: looking would copy it.
            gc.freeze()
            gc.set_debug(0)
            gc.set_threshold(700, 10, 10)
            gc.enable()
            problem = _reset()
            landmarks = _landmarks(user_ns)
            wanted, wants = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
            copies: list[int] = []
            codes: dict[str, CodeType] = {}
            while request := control.recv(_MAX_REQUEST_BYTES):
                path, _, source = request.decode().partition("\0")
                copies = [copy for copy in copies if not os.waitpid(copy, os.WNOHANG)[0]]
                _learn(wanted)
                if source and source not in codes:
                    codes[source] = _compile(source, PROBE_FILE, "exec")
                pid = patient_fork()
                if pid == 0:
                    control.close()
                    _serve_probes(path, codes, user_ns, problem, landmarks=landmarks, wants=wants)
                control.send(str(pid).encode())
                # Left as a zombie until the next probe: its exit status stands in /proc.
                copies.append(pid)
    finally:
        os._exit(0)


def _learn(wanted: int) -> None:
    """Load what a copy had to load: each of the next ones would spend a second on it again."""
    with contextlib.suppress(BlockingIOError):
        if os.read(wanted, 1) and not no_compiler.is_loaded():
            with contextlib.suppress(Exception), _silence():
                no_compiler.load()


def patient_fork() -> int:
    """Fork; what an earlier copy has started may not be buried yet."""
    for _ in range(FORK_TRIES):
        with contextlib.suppress(BlockingIOError):
            return os.fork()
        time.sleep(FORK_PAUSE_S)
    return os.fork()


def _reset() -> BaseException | None:
    """Undo what the notebook left behind; give the error if it has put its own in the way."""
    try:
        with _silence():
            reset_globals()
    except BaseException as error:  # noqa: BLE001 - each probe will tell it
        return error
    return None


def _landmarks(user_ns: dict[str, Any]) -> Landmarks | None:
    """Remember what must not change; None where the notebook's values do not let us."""
    with contextlib.suppress(BaseException):
        return Landmarks(user_ns)
    return None


def _is_as_before(landmarks: Landmarks | None) -> bool:
    """Put this copy right for another probe, and say whether it can answer one."""
    if landmarks is None or _reset() is not None:
        return False
    with contextlib.suppress(BaseException):
        _forget_signals()
        gc.collect()
        return landmarks.are_unchanged()
    return False


def _serve_probes(
    socket_path: str,
    codes: dict[str, CodeType],
    user_ns: dict[str, Any],
    problem: BaseException | None,
    *,
    landmarks: Landmarks | None,
    wants: int,
) -> NoReturn:
    """Answer the probes that come through the socket, then end this process.

    To `wants` goes a byte where torch's compiler had to be loaded for one.
    """
    had_compiler = no_compiler.is_loaded()
    names = dict(user_ns)
    try:
        os.setsid()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(socket_path)
            wire = Wire(connection.fileno(), connection.fileno())
            while True:
                frame = wire.read()
                with _silence():
                    header, blob = answer(frame.header, frame.blob, codes, user_ns, problem)
                if no_compiler.is_loaded() and not had_compiler:
                    had_compiler = True
                    with contextlib.suppress(OSError):
                        os.write(wants, b"c")
                kept = False
                if frame.header["keep"] and (header["type"] == "value" or header.get("is_first")):
                    user_ns.clear()
                    user_ns.update(names)
                    kept = _is_as_before(landmarks)
                try:
                    wire.write({**header, "kept": kept}, blob)
                except FrameTooLargeError:
                    wire.write(_fault("output_limit", ""))
                    break
                if not kept:
                    break
    finally:
        os._exit(0)


def answer(
    header: dict[str, Any],
    blob: bytes,
    codes: dict[str, CodeType],
    user_ns: dict[str, Any],
    problem: BaseException | None,
) -> tuple[Any, bytes]:
    """Run the probe of a frame; give the header and the blob of the answer.

    `codes` are sources that have been compiled already; this one joins them.
    """
    if problem is not None:
        return _fault(_cause_of(problem), _describe(problem), **_place(problem)), b""
    try:
        seed_generators(int(header["seed"]))
        inputs = decode_value(header["inputs"], blob)
        module: dict[str, Any] = {"__builtins__": __builtins__, "__name__": "probe"}
        source = header["source"]
        if source not in codes:
            codes[source] = _compile(source, PROBE_FILE, "exec")
        exec(codes[source], module)  # noqa: S102 - our own source
        value = module[header["name"]](Namespace(user_ns), **inputs)
        tree, out = encode_value(value, max_bytes=int(header["reply_bytes"]))
    except FrameTooLargeError:
        return _fault("output_limit", ""), b""
    except NameMissingError as error:
        return _fault("missing", str(error), is_first=error.is_first), b""
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt included
        return _fault(_cause_of(error), _describe(error), **_place(error)), b""
    return {"type": "value", "value": tree}, out


def notebook_folder() -> Path:
    """Give the folder that a notebook works in: empty, and with a `../data` that can be made."""
    return Path(os.environ.get("HOME", "/"), "course", "notebook")


def seed_generators(seed: int) -> None:
    """Seed what notebooks draw from."""
    import numpy as np
    import torch

    # The public function also formats a stack of calls, for devices that are not here.
    torch.default_generator.manual_seed(seed)
    np.random.seed(seed % (1 << 32))  # noqa: NPY002 - the state that notebooks use
    random.seed(seed)


def warm_up() -> None:
    """Do once what would otherwise be done first in every copy: torch and matplotlib are lazy.

    Nothing of it is seen by a notebook: the generators' states stay as they were.
    """
    import matplotlib.pyplot as plt
    import numpy as np
    import torch

    states = torch.get_rng_state(), np.random.get_state(), random.getstate()  # noqa: NPY002
    seed_generators(0)
    layer = torch.nn.Linear(2, 2)
    layer(torch.randn(2, 2)).relu().sum().backward()
    encode_value({"out": layer.weight}, max_bytes=1 << 20)
    _, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])
    plt.close("all")
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])  # noqa: NPY002 - the state that notebooks use
    random.setstate(states[2])


def reset_globals() -> None:
    """Undo what a notebook may have left behind that is not part of any task."""
    import numpy as np
    import torch

    sys.setrecursionlimit(max(1000, sys.getrecursionlimit()))
    sys.settrace(None)
    sys.setprofile(None)
    with contextlib.suppress(OSError):
        os.chdir(notebook_folder())
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    # First of all: the threads of the parent's pools do not exist in this copy.
    torch._C.set_num_threads(1)  # noqa: SLF001 - the public name does nothing in a notebook
    # Entered and never left `with torch.device(...)`, `inference_mode()` and the like.
    torch.set_default_device("cpu")
    torch.set_default_device(None)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch._C._set_grad_enabled(True)  # noqa: SLF001 - also where the public name was replaced
    torch.set_autocast_enabled("cpu", False)
    torch.clear_autocast_cache()
    torch.autograd.set_detect_anomaly(False)
    torch._C._set_deterministic_algorithms(False)  # noqa: SLF001 - the public one imports a compiler
    np.seterr(all="ignore")
    if "matplotlib.pyplot" in sys.modules:
        import matplotlib as mpl
        import matplotlib.pyplot as plt

        plt.close("all")
        style: Any = mpl.rcParams
        if dict.__ne__(_style, style):
            mpl.rcdefaults()
            plt.switch_backend("agg")
            _style.update(copy.deepcopy(dict(dict.items(style))))
        plt.show = lambda *_, **__: None


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(_Sink()), contextlib.redirect_stderr(_Sink()):
        yield


class _Sink(io.TextIOBase):
    """Swallows what is printed; a probe answers by returning."""

    encoding = "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


def _forget_signals() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _fault(cause: str, detail: str, **place: Any) -> dict[str, Any]:
    # An honest error may quote half a character, which is no text on the host's side.
    plain = detail[:MAX_DETAIL_CHARS].encode("utf-8", "replace").decode("utf-8")
    return {"type": "fault", "cause": cause, "detail": plain, **place}


def _cause_of(error: BaseException) -> str:
    text = str(error).lower() if isinstance(error, RuntimeError | OSError) else ""
    if isinstance(error, MemoryError) or any(words in text for words in _OUT_OF_MEMORY):
        return "memory_limit"
    return "error"


def _describe(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - an exception of the student's whose __str__ fails
        return type(error).__name__


def _place(error: BaseException) -> dict[str, Any]:
    """Find the innermost line of the student's own code on the way to the error."""
    where: dict[str, Any] = {}
    with contextlib.suppress(Exception):
        for frame, line in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if "ipykernel_" in file or file.startswith("<ipython-input"):
                where = {"function": frame.f_code.co_qualname, "line": line}
                import linecache

                where["code"] = linecache.getline(file, line).strip()[:200]
    return where
