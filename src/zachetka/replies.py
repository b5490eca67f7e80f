"""What an agent may answer, and what it means for a student: the untrusted side of the wire.

A header becomes one of these models or is refused; a fault becomes a sentence in two languages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from zachetka.errors import Cause, StudentFault
from zachetka.language import Text
from zachetka.sandbox.failure import broken, too_much_output

if TYPE_CHECKING:
    from zachetka.sandbox.base import Limits


_NAME_USED_AGAIN = Text(
    en="Is the name used again further down for something else, as in `accuracy = accuracy(...)`?",
    ru="Не занято ли это имя ниже чем-то другим, как в `accuracy = accuracy(...)`?",
)
_NOT_DONE = Text(en="this part is not done yet", ru="эта часть ещё не сделана")
_NOBODY_ANSWERS = Text(en="nobody answers `input()` here", ru="на `input()` здесь никто не ответит")
# After these the code has not come to what a check asks about.
_UNREACHED: Final = frozenset(
    [
        *("NameError", "ModuleNotFoundError", "ImportError", "NotImplementedError", "EOFError"),
        *("OSError", "FileNotFoundError", "FileExistsError", "PermissionError", "TimeoutError"),
        *("IsADirectoryError", "NotADirectoryError", "ConnectionError", "ConnectionRefusedError"),
        *("ConnectionResetError", "URLError", "HTTPError", "gaierror"),
    ]
)
UNBOUND: Final = re.compile(r"NameError: name '(\w{1,100})' is not defined")


class _Reply(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


_DETAIL_LINES = 6
_MADE_IN = re.compile(r"\b(?:\w{1,100}\.<locals>\.){1,20}")
R = TypeVar("R", bound=_Reply)
# As torch says that a folder or one of its own functions is not there.
_ABSENT: Final = ("RuntimeError: Parent directory ", "AttributeError: module '")


def _plain(untrusted_value: object) -> object:
    """Replace half characters: JSON can spell them, an honest line may hold one, no text does."""
    if isinstance(untrusted_value, str):
        return untrusted_value.encode("utf-8", "replace").decode("utf-8")
    return untrusted_value


_Plain = Annotated[str, BeforeValidator(_plain)]
# Cut, since these are kept for every cell of a notebook: thousands could hold gigabytes.
Shown = Annotated[_Plain, Field(max_length=5000), AfterValidator(lambda name: name[:200])]


class Hello(_Reply):
    """What stands in the sandbox, said before any student code has run."""

    protocol: int
    agent: str = Field(max_length=64)
    python: str = Field(max_length=50)
    torch: str = Field(max_length=50)


class CellReply(_Reply):
    """What the agent claims about one cell."""

    index: int = Field(ge=0, le=1_000_000)
    status: Literal["ok", "error", "time_limit", "memory_limit", "crash", "skipped"]
    duration_s: float = Field(ge=0, le=1e6)
    error: _Plain | None = Field(max_length=5000)
    traceback: _Plain | None = Field(default=None, max_length=5000)
    rescued: list[Shown] = Field(max_length=50)
    truncated: bool


class Start(_Reply):
    """A cell begins."""

    index: int = Field(ge=0, le=1_000_000)


class Ran(_Reply):
    """All cells have been run; what that cost, as the agent claims it."""

    cpu_s: float = Field(ge=0, le=1e6)
    peak_memory_bytes: int = Field(ge=0, le=1 << 50)


class Fault(_Reply):
    """A probe has no value, and why."""

    cause: Literal["missing", "error", "time_limit", "memory_limit", "output_limit", "crash"]
    detail: _Plain = Field(max_length=5000)
    function: _Plain = Field(default="", max_length=1000)
    line: int = Field(default=0, ge=0, le=1 << 31)
    code: _Plain = Field(default="", max_length=1000)


def _first_lines(detail: str) -> str:
    """Give what an error says without the pages of details behind it."""
    first, *others = detail.splitlines() or [""]
    return "\n".join([first, *others[:_DETAIL_LINES], *(["…"] if others[_DETAIL_LINES:] else [])])


class UnreachedError(StudentFault):
    """The student's code ended before it came to what was asked of it.

    What a check has to say about a wrong answer would mislead here. `calling` is the line that
    has called what cannot be called.
    """

    calling: str = ""


class KernelLostError(StudentFault):
    """There is no kernel left to probe. Whoever did that, it was not this probe.

    It may have been an earlier one, or the cells: so the text accuses neither.
    """

    def __init__(self) -> None:
        super().__init__(
            Cause.CRASH,
            Text(
                en="the notebook's Python process could not be asked: it had ended, or could not "
                "make a copy of itself (are there too many threads, processes or open files?)",
                ru="процесс Python ноутбука не отвечает: он завершился или не может создать "
                "свою копию (не слишком ли много потоков, процессов или открытых файлов?)",
            ),
        )


def validated(model: type[R], untrusted_header: dict[str, Any]) -> R:
    """Give a header as its model.

    Raises:
        StudentFault: it does not fit.
    """
    try:
        return model.model_validate(untrusted_header)
    except ValidationError as error:
        raise broken(f"a frame of type {untrusted_header['type'][:20]!r}") from error


def student_fault(fault: Fault, timeout_s: float, limits: Limits) -> StudentFault:
    """Say to the student what became of a probe.

    Args:
        fault: what the agent said of it.
        timeout_s: the seconds that the probe had.
        limits: those of the sandbox.
    """
    where = Text("", "")
    if fault.code:
        where = Text(
            en=f", in the line `{fault.code}`",
            ru=f", в строке `{fault.code}`",
        )
    match fault.cause:
        case "missing":
            text = Text(
                en=f"the notebook does not define `{fault.detail}`",
                ru=f"в ноутбуке не определено имя `{fault.detail}`",
            )
        case "time_limit":
            text = Text(
                en=f"your code did not finish within {timeout_s:g} s: is there an endless loop?",
                ru=f"ваш код не уложился в {timeout_s:g} с: нет ли бесконечного цикла?",
            )
        case "memory_limit":
            mib = limits.memory_bytes >> 20
            text = Text(
                en=f"your code asked for more memory than there is ({mib} MiB)",
                ru=f"вашему коду не хватило памяти ({mib} МиБ)",
            )
        case "output_limit":
            return too_much_output()
        case "crash":
            text = Text(
                en=f"the Python process ended while your code ran ({fault.detail or 'killed'})",
                ru=f"процесс Python завершился, пока работал ваш код ({fault.detail or 'убит'})",
            )
        case "error":
            return _error(fault, where)
    name = fault.detail if fault.cause == "missing" else None
    return StudentFault(Cause(fault.cause), text, name=name)


def _error(fault: Fault, where: Text) -> StudentFault:
    # A TypeError names a function with all those that it was made in, of ours mostly.
    detail = _MADE_IN.sub("", fault.detail)
    error = _first_lines(detail.removesuffix(": "))  # a message may be empty
    if fault.function:
        text = Text(en=f"your code raised {error}", ru=f"ваш код завершился ошибкой {error}")
    else:  # what it gave may be at fault, and where that was used
        text = Text(
            en=f"your code could not be used: {error}",
            ru=f"вашим кодом не удалось воспользоваться: {error}",
        )
    if error.partition(":")[0] in _UNREACHED:
        unbound = UNBOUND.match(error)
        name = unbound[1] if unbound is not None else None
        return UnreachedError(Cause.ERROR, text + where, _unreached_hint(fault, error), name=name)
    is_no_function = error.endswith("object is not callable")
    if error.startswith(_ABSENT) or (is_no_function and fault.function):
        unreached = UnreachedError(Cause.ERROR, text + where)
        unreached.calling = fault.code if is_no_function else ""
        return unreached
    return StudentFault(Cause.ERROR, text + where, _NAME_USED_AGAIN if is_no_function else None)


def _unreached_hint(fault: Fault, error: str) -> Text | None:
    # torch raises this one, too: only what the student's own line raises is a part left open.
    if error == "NotImplementedError" or "NotImplementedError" in fault.code:
        return _NOT_DONE
    return _NOBODY_ANSWERS if error == "EOFError: EOF when reading a line" else None
