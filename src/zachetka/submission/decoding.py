"""From a file's bytes to JSON, whatever its encoding and of bounded size; repairs are noted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import SubmissionRejectedError
from zachetka.language import Text
from zachetka.submission.kinds import PACKED, only_notebook, refuse_other_kinds
from zachetka.submission.refusals import BROKEN, NO_NOTEBOOKS, too_much_data

if TYPE_CHECKING:
    from collections.abc import Callable

# A parsed object costs some 25 times its characters; these bound the memory that parsing takes,
# far above what honest outputs hold. A quote that is escaped begins no string.
_BRACKETS: Final = 2_000_000
_COMMAS: Final = 6_000_000
_QUOTES: Final = 3_000_000

_REPAIRS: Final = 20
_LONG_NUMBER: Final = 18


def note(repairs: list[str], what: str) -> None:
    """Add to `repairs`, up to a bound."""
    # A file may need millions, and all that are noted stand in the report.
    if len(repairs) < _REPAIRS:
        repairs.append(what if len(repairs) < _REPAIRS - 1 else "and more was mended")


def decode(data: bytes, repairs: list[str]) -> str:
    """Give the text of a file in whatever encoding it has; note what that took.

    Raises:
        SubmissionRejectedError: the file is empty, or of another program.
    """
    inside = only_notebook(data)
    if inside is not None:
        note(repairs, PACKED)
        data = inside
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise SubmissionRejectedError(
            Text(
                "The file is empty. Save the notebook and hand it in again.",
                "Файл пустой. Сохраните ноутбук и сдайте его ещё раз.",
            )
        )
    refuse_other_kinds(data)
    encoding = json.detect_encoding(data)
    # A file system that lost its power fills the end of a file up with zeros.
    if encoding.startswith("utf-8") and data.endswith(b"\0"):
        data = data.rstrip(b"\0")
        note(repairs, "zeros at the end of the file were left out")
    try:
        text = data.decode(encoding)
        if encoding != "utf-8":
            note(repairs, f"read as {encoding}")
    except UnicodeDecodeError:
        text = _decode_broken(data, repairs)
    # Two programs may have put one each.
    return text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")


def _decode_broken(data: bytes, repairs: list[str]) -> str:
    """Tell a file in the old Russian encoding of Windows from UTF-8 with a few broken bytes."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    multibyte = len(data) - len(text) + broken
    if multibyte > 2 * broken:
        note(repairs, f"{broken} broken bytes of UTF-8 were replaced")
        return text
    note(repairs, "read as cp1251")
    return data.decode("cp1251", errors="replace")


def holds_too_much(text: str) -> bool:
    """Say whether to parse this JSON would take more memory than an honest notebook does."""
    return (
        text.count("[") + text.count("{") > _BRACKETS
        or text.count(",") > _COMMAS
        or text.count('"') - text.count('\\"') > _QUOTES
    )


def parse_json(
    text: str,
    repairs: list[str] | None = None,
    *,
    parse_int: Callable[[str], Any] | None = None,
    parse_float: Callable[[str], Any] | None = None,
    parse_constant: Callable[[str], Any] | None = None,
) -> Any:
    """Parse JSON of bounded size; numbers are not kept, unless a caller parses them.

    What was appended to a notebook, as a proxy does with a piece of a web page, is left out.

    Raises:
        SubmissionRejectedError: it is too much, or no JSON.
    """
    if holds_too_much(text):
        raise too_much_data()
    decoder = json.JSONDecoder(
        parse_int=parse_int or _parse_int,
        parse_float=parse_float or _parse_float,
        parse_constant=parse_constant,
    )
    try:
        untrusted_value, end = decoder.raw_decode(text, len(text) - len(text.lstrip()))
        rest = text[end:].strip()
        if not isinstance(untrusted_value, dict) or '"cells"' in rest:
            # There may be two notebooks, and nobody knows which is meant.
            decoder.decode(text)
    except (ValueError, RecursionError) as error:
        what = next((said for looks, said in NO_NOTEBOOKS if looks.search(text)), BROKEN)
        raise SubmissionRejectedError(what) from error
    if rest and repairs is not None:
        note(repairs, "what follows the notebook in its file was left out")
    return untrusted_value


def _parse_int(digits: str) -> int:
    # No number of a notebook matters here, and Python refuses to read very long ones.
    return int(digits) if len(digits) <= _LONG_NUMBER else 0


def _parse_float(_digits: str) -> float:
    # Millions of them in an output would be as many objects.
    return 0.0
