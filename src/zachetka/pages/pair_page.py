"""Two submissions that are close to each other, side by side, for a teaching assistant to judge."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Final

from zachetka.pages.theme import environment
from zachetka.report.atomic import write_atomically
from zachetka.report.clean import clean_line, clean_text
from zachetka.similarity import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from zachetka.similarity import Lines, Pair

CSS: Final = resources.files("zachetka.pages").joinpath("pair_page.css").read_text("utf-8")

_PASSAGES: Final = 30
_EXCERPT_LINES: Final = 120
_NOTEBOOK_LINES: Final = 3000
_LINE_LETTERS: Final = 300
_LABEL_LETTERS: Final = 120
_NAME_LETTERS: Final = 12


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of a cell as it is shown."""

    number: int
    text: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a cell, which counts from 1 among the code cells."""

    cell: int
    first: int
    last: int
    lines: tuple[CodeLine, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Notebook:
    """The cells of a submission, as many as are shown."""

    cells: tuple[Excerpt, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A shared passage in both submissions."""

    weight: str
    first: Excerpt
    second: Excerpt


def page_name(pair: Pair) -> str:
    """Give the file name of a pair's page: the same in every run, and no longer for long names."""
    both = f"{pair.first}\n{pair.second}".encode("utf-8", errors="surrogatepass")
    digest = hashlib.sha256(both).hexdigest()
    return f"pair-{digest[:_NAME_LETTERS]}.html"


def pair_page(
    pair: Pair,
    first_cells: Sequence[str],
    second_cells: Sequence[str],
    *,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Give the page of a pair.

    Args:
        pair: what `similar_pairs` found.
        first_cells: the sources that it was found in, of the first submission.
        second_cells: those of the second.
        labels: what people call the submissions, by the names in the pair.
    """
    known = labels or {}
    firsts = [passage.first for passage in pair.shared]
    seconds = [passage.second for passage in pair.shared]
    template = environment(CSS).get_template("pair_page.html.j2")
    return template.render(
        language="en",
        first=clean_line(known.get(pair.first, pair.first), _LABEL_LETTERS),
        second=clean_line(known.get(pair.second, pair.second), _LABEL_LETTERS),
        percent=round(100 * pair.score),
        passages=[
            SideBySide(
                f"{passage.weight:.0f}",
                _excerpt(first_cells, passage.first),
                _excerpt(second_cells, passage.second),
            )
            for passage in pair.shared[:_PASSAGES]
        ],
        hidden=max(0, len(pair.shared) - _PASSAGES),
        remarks=[clean_line(remark, _LINE_LETTERS) for remark in pair.remarks],
        first_notebook=_notebook(first_cells, firsts),
        second_notebook=_notebook(second_cells, seconds),
    )


def _excerpt(cells: Sequence[str], where: Lines) -> Excerpt:
    last = min(where.last, where.first + _EXCERPT_LINES - 1)
    shown = tuple(
        CodeLine(number, clean_text(text, _LINE_LETTERS), is_shared=False)
        for number, text in enumerate(lines_of(cells[where.cell]), start=1)
        if where.first <= number <= last
    )
    return Excerpt(where.cell + 1, where.first, where.last, shown, last < where.last)


def _notebook(cells: Sequence[str], shared: Sequence[Lines]) -> Notebook:
    shown: list[Excerpt] = []
    left = _NOTEBOOK_LINES
    for number, source in enumerate(cells):
        lines = lines_of(source)[:left]
        if lines:
            marked = {line for part in shared if part.cell == number for line in _numbers(part)}
            shown.append(
                Excerpt(number + 1, 1, len(lines), tuple(_code_lines(lines, marked)), is_cut=False)
            )
        left -= len(lines)
    return Notebook(tuple(shown), left == 0)


def _numbers(lines: Lines) -> range:
    return range(lines.first, lines.last + 1)


def _code_lines(lines: Sequence[str], marked: set[int]) -> Iterator[CodeLine]:
    for number, text in enumerate(lines, start=1):
        yield CodeLine(number, clean_text(text, _LINE_LETTERS), is_shared=number in marked)


def write_pair_pages(
    pairs: Iterable[Pair],
    sources: Mapping[str, Sequence[str]],
    folder: Path,
    *,
    labels: Mapping[str, str] | None = None,
) -> list[Pair]:
    """Write the page of every pair, remove those of an earlier run, and give the pairs with links.

    Raises:
        OSError: the folder cannot be written.
    """
    pairs = list(pairs)
    if pairs:
        folder.mkdir(parents=True, exist_ok=True)
    # A page of somebody who is no longer suspected must not lie about.
    for path in folder.glob("pair-*.html"):
        path.unlink()
    linked: list[Pair] = []
    for pair in pairs:
        name = page_name(pair)
        page = pair_page(pair, sources[pair.first], sources[pair.second], labels=labels)
        write_atomically(folder / name, page)
        linked.append(replace(pair, page=name))
    return linked
