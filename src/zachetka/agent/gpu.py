"""All that a notebook asks of a GPU, done on the CPU where there is none."""

from __future__ import annotations

import contextlib
import functools
import importlib
import time
from types import SimpleNamespace
from typing import Any

from zachetka.agent import absent
from zachetka.agent.absent import nothing

_GPUS = frozenset({"cuda", "mps"})
# A card as Colab lends it, which is what notebooks are tried on, but with a memory that may
# be filled here.
_CARD, _CAPABILITY, _CARD_BYTES = "CPU", (7, 5), 1 << 30


def install() -> None:
    """Let all that asks for a GPU stay on the CPU where there is no GPU."""
    try:
        import torch
    except ImportError:
        return
    if torch.cuda.is_available():
        return

    def stay(self: Any, *_: Any, **__: Any) -> Any:
        return self

    for cls in (torch.Tensor, torch.nn.Module):
        cls.cuda = stay  # type: ignore[method-assign]
        cls.to = _to_on_cpu(cls.to)  # type: ignore[method-assign]
    tensor: Any = torch.Tensor
    for name in ("new_empty", "new_full", "new_ones", "new_tensor", "new_zeros"):
        setattr(tensor, name, _method_on_cpu(getattr(tensor, name)))
    tensor.pin_memory = stay
    for storage in (torch.UntypedStorage, torch.TypedStorage):
        storage.cuda = stay  # type: ignore[method-assign]
    _factories_on_cpu(torch)
    _contexts_on_cpu(torch)
    _generator_on_cpu(torch)
    _ask_no_gpu(torch)


def _factories_on_cpu(torch: Any) -> None:
    """Let `torch.zeros(3, device="cuda")`, and layers made that way, be on the CPU."""
    from torch.utils import _device

    # torch compares with these by identity to serve `with torch.device(...)`, and caches them:
    # it must have seen the functions themselves.
    _device._device_constructors()  # noqa: SLF001
    for name in (
        *("arange", "as_tensor", "asarray", "bartlett_window", "blackman_window", "empty"),
        *("empty_like", "empty_strided", "eye", "full", "full_like", "hamming_window"),
        *("hann_window", "kaiser_window", "linspace", "logspace", "normal", "ones", "ones_like"),
        *("rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm"),
        *("range", "scalar_tensor", "sparse_coo_tensor", "sparse_csr_tensor", "tensor"),
        *("tril_indices", "triu_indices", "zeros", "zeros_like"),
    ):
        _replace(torch, name)
    for name in ("fftfreq", "rfftfreq"):
        _replace(torch.fft, name)
    torch.load = _OnCpu(torch.load)


def _contexts_on_cpu(torch: Any) -> None:
    """Let `with torch.device("cuda"):`, and the same as a default, choose the CPU."""
    from torch.utils import _device

    context: Any = _device.DeviceContext
    begin = context.__init__

    @functools.wraps(begin)
    def begin_on_cpu(self: Any, device: Any) -> None:
        begin(self, _device_on_cpu(device))

    context.__init__ = begin_on_cpu
    for name in ("device", "stream"):
        setattr(torch.cuda, name, absent.Absent(f"torch.cuda.{name}"))


def _generator_on_cpu(torch: Any) -> None:
    """Let `torch.Generator(device="cuda")` be one of the CPU."""
    meta: Any = type(torch.Generator)
    if meta is type:
        return  # An older torch, whose class cannot be taught, and must stay the class it is.
    make = _OnCpu(functools.partial(meta.__call__, torch.Generator))
    call = meta.__call__

    @functools.wraps(call)
    def call_on_cpu(cls: Any, *args: Any, **kwargs: Any) -> Any:
        return make(*args, **kwargs) if cls is torch.Generator else call(cls, *args, **kwargs)

    meta.__call__ = call_on_cpu


def _ask_no_gpu(torch: Any) -> None:
    """Answer what is asked of a GPU that is not there, in numbers that can be printed."""
    cuda = torch.cuda
    for kind in ("Float", "Double", "Half", "Long", "Int", "Short", "Char", "Byte", "Bool"):
        setattr(cuda, f"{kind}Tensor", getattr(torch, f"{kind}Tensor"))
    properties = SimpleNamespace(name=_CARD, total_memory=_CARD_BYTES, multi_processor_count=1)
    properties.major, properties.minor = _CAPABILITY
    answers = {
        "current_device": 0,
        "get_device_capability": _CAPABILITY,
        "get_device_name": _CARD,
        "get_device_properties": properties,
        "mem_get_info": (_CARD_BYTES, _CARD_BYTES),
        "memory_summary": "",
        "utilization": 0,
        **dict.fromkeys(("init", "ipc_collect", "set_device", "set_rng_state", "synchronize")),
        **dict.fromkeys(("reset_max_memory_allocated", "reset_max_memory_cached")),
        **dict.fromkeys(("reset_peak_memory_stats", "set_per_process_memory_fraction")),
    }
    for name, answer in answers.items():
        setattr(cuda, name, _always(answer))
    for module in (torch.mps, getattr(torch, "accelerator", None)):
        for name in ("empty_cache", "synchronize"):
            if hasattr(module, name):
                setattr(module, name, _always(None))
    cuda.get_rng_state = lambda *_, **__: torch.get_rng_state()
    cuda.initial_seed = lambda *_: torch.initial_seed()
    cuda.Event = _Event
    cuda.Stream = absent.Absent("torch.cuda.Stream")
    for name in ("current_stream", "default_stream"):
        setattr(cuda, name, _always(cuda.Stream))


def _always(answer: Any) -> Any:
    """Make a function of its own: torch keeps tables of its functions and wants them different."""
    return lambda *_, **__: answer


class _Event:
    """Measures time as an event on a GPU does, by the clock."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._at_s = 0.0

    def record(self, _stream: Any = None) -> None:
        self._at_s = time.perf_counter()

    def elapsed_time(self, end_event: _Event) -> float:
        return (end_event._at_s - self._at_s) * 1000

    def query(self) -> bool:
        return True

    wait = synchronize = nothing


def _replace(module: Any, name: str) -> None:
    """Put an `_OnCpu` in the place of torch's own function, for TorchScript as well."""
    function = getattr(module, name)
    on_cpu = _OnCpu(function)
    # It keeps a table of its own, which is not public.
    with contextlib.suppress(ImportError, AttributeError):
        table: Any = importlib.import_module("torch.jit._builtins")
        if (operator := table._find_builtin(function)) is not None:  # noqa: SLF001
            table._register_builtin(on_cpu, operator)  # noqa: SLF001
    setattr(module, name, on_cpu)


class _OnCpu:
    """Calls a function with the CPU in place of every GPU.

    An object and no function: `init = torch.zeros` in a class must not become a method.
    """

    def __init__(self, function: Any) -> None:
        functools.update_wrapper(self, function)
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for name in ("device", "map_location"):
            if name in kwargs:
                kwargs[name] = _device_on_cpu(kwargs[name])
        return self._function(*map(_without_gpu, args), **kwargs)


def _method_on_cpu(method: Any) -> Any:
    """Wrap a method that takes a device by its name only: its numbers are a shape."""

    @functools.wraps(method)
    def on_cpu(self: Any, *args: Any, **kwargs: Any) -> Any:
        if "device" in kwargs:
            kwargs["device"] = _device_on_cpu(kwargs["device"])
        return method(self, *args, **kwargs)

    return on_cpu


def _to_on_cpu(method: Any) -> Any:
    """Wrap a method that takes a device first, where a number is that of a GPU."""
    call = _method_on_cpu(method)

    @functools.wraps(method)
    def on_cpu(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not args:
            return call(self, **kwargs)
        return method(self, _device_on_cpu(args[0]), *args[1:], **kwargs)

    return on_cpu


def _device_on_cpu(value: Any) -> Any:
    if isinstance(value, dict):  # torch.load moves from one place to another
        return {place: _without_gpu(other) for place, other in value.items()}
    return "cpu" if type(value) is int else _without_gpu(value)


def _without_gpu(value: Any) -> Any:
    import torch

    if isinstance(value, str) and value.split(":")[0] in _GPUS:
        return "cpu"
    if isinstance(value, torch.device) and value.type in _GPUS:
        return torch.device("cpu")
    return value
