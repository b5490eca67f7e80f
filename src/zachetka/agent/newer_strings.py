"""Lets Python 3.11 read the f-strings of 3.12, on which Colab runs: `f"{logs["loss"]:.3f}"`.

There a field may hold the quotes that its string stands in, backslashes, comments and line ends.
Such a string becomes `"{0:.3f}".format((logs["loss"]))`, on as many lines as before. Only code
that is no Python here is touched, and only where that makes Python of it.
"""

from __future__ import annotations

import ast
import contextlib
import re
import warnings
from typing import Final

_MOST_CHARS: Final = 50_000
_DEEPEST: Final = 10
# Both match at every place, so that each character is read once: the time is linear.
_TOKEN: Final = re.compile(r"""(?is)([rbuf]{0,2})('{3}|"{3}|'|")|\#[^\n]*+|\w++|\\.|!=|.""")
_TEXT: Final = re.compile(r"""(?s)\\N\{[\w \-]{1,100}\}|\\[^{}]|\{\{|\}\}|[^\\{}'"\n]++|.""")


def rewrite(source: str) -> str:
    """Give code that this Python can read, or the code as it is if that cannot be had."""
    if len(source) > _MOST_CHARS or _is_python(source):
        return source
    return rewritten(source) or source


def rewritten(source: str) -> str | None:
    """Give code that this Python can read for code that it cannot, or None."""
    if len(source) <= _MOST_CHARS:
        with contextlib.suppress(Exception):  # whatever it is, it is no such string
            code = _Reader(source).code()
            if _is_python(code):
                return code
    return None


def rewrite_lines(lines: list[str]) -> list[str]:
    """Do the same, as IPython asks for it."""
    return rewrite("".join(lines)).splitlines(keepends=True)


def _is_python(source: str) -> bool:
    with (
        warnings.catch_warnings(),
        contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError),
    ):
        warnings.simplefilter("ignore")
        ast.parse(source)
        return True
    return False


class _Reader:
    """Goes through code once, and writes it anew."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._depth = 0

    def code(self) -> str:
        """Read up to the end, or in a field up to what ends its expression."""
        out: list[str] = []
        beside: list[int] = []  # where in `out` the strings are that Python joins
        brackets = int(self._depth > 0)
        while self._at < len(self._source):
            token = self._next(_TOKEN)
            if self._depth and brackets == 1 and token[0] in {"}", ":", "!"}:
                self._at -= 1
                break
            if token[2]:
                beside.append(len(out))
                out.append(self._string(token[1].lower(), token[2]))
                continue
            is_gap = token[0].isspace() and (brackets or token[0] != "\n")
            if not is_gap and not token[0].startswith(("\\", "#")):
                _join(out, beside)
            brackets += (token[0] in {"(", "[", "{"}) - (token[0] in {")", "]", "}"})
            out.append(token[0])
        _join(out, beside)
        return "".join(out)

    def _next(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self._source, self._at)
        if match is None:
            raise ValueError("a string does not end")
        self._at = match.end()
        return match

    def _meets(self, text: str) -> bool:
        return self._source.startswith(text, self._at)

    def _string(self, prefix: str, quote: str) -> str:
        """Read what follows an opening quote; write a string with fields as a call of `format`."""
        text: list[str] = []
        arguments: list[str] = []
        while not self._meets(quote):
            piece = self._next(_TEXT)[0]
            if piece == "\n" and len(quote) == 1:
                raise ValueError("a string does not end")
            if "r" in prefix and piece.startswith("\\N{"):
                self._at -= len(piece) - 2
                piece = "\\N"
            if piece == "{" and "f" in prefix:
                self._field(text, arguments)
            else:
                text.append(piece)
        self._at += len(quote)
        if not arguments:
            return f"{prefix}{quote}{''.join(text)}{quote}"
        plain = f"{prefix.replace('f', '')}{quote}{''.join(text)}{quote}"
        return f"{plain}.format({', '.join(arguments)})"

    def _field(self, text: list[str], arguments: list[str]) -> None:
        """Read `expression=!r:spec}`; put its value among the arguments, its number in the text."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("too deep")
        start = self._at
        code = self.code()
        before, _, after = code.rpartition("=")
        shows_itself = bool(before) and not after.strip()
        if shows_itself:
            text.append(f"{{{len(arguments)}}}")
            arguments.append(repr(self._source[start : self._at]))
            code = before + after
        text.append(f"{{{len(arguments)}")
        arguments.append(f"({code})")
        if self._meets("!"):
            text += [self._next(_TOKEN)[0], self._next(_TOKEN)[0]]
        elif shows_itself and self._meets("}"):
            text.append("!r")
        if self._meets(":"):
            while not self._meets("}"):
                piece = self._next(_TEXT)[0]
                if piece == "{":
                    self._field(text, arguments)
                else:
                    text.append(piece)
        if self._next(_TOKEN)[0] != "}":
            raise ValueError("a field does not end")
        text.append("}")
        self._depth -= 1


def _join(out: list[str], beside: list[int]) -> None:
    """Join strings that stand side by side by `+` where one of them has become a call."""
    if len(beside) > 1 and any(out[place].endswith(")") for place in beside):
        out[beside[0]] = "(" + out[beside[0]]
        for place in beside[1:]:
            out[place] = "+ " + out[place]
        out[beside[-1]] += ")"
    beside.clear()
