"""Which files of a student could be the notebook that is graded, the likeliest kind only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zachetka.errors import ZachetkaError
from zachetka.intake.choice import Candidate
from zachetka.intake.layouts import CHECKPOINTS, JSON, NOTEBOOK, Owner, is_noise, is_notebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zachetka.submission.archive import Reader
    from zachetka.submission.listing import Member

_READ: Final = 10


class Owned(NamedTuple):
    """A file and whose it is."""

    owner: Owner
    member: Member


def all_candidates(
    by_key: Mapping[str, Sequence[Owned]], above: int, reader: Reader
) -> dict[str, list[Candidate]]:
    """Give the candidates of every student who has any.

    Where nothing is named as a notebook, or was before it was renamed on its way, JSON that has
    cells is taken for one, and at last what Jupyter saved by itself.

    Args:
        by_key: the files of each student.
        above: so many parts of their paths are not the student's.
        reader: for the files whose names do not say what they are.
    """
    found = {key: _candidates(owned, above, reader) for key, owned in by_key.items()}
    return {key: candidates for key, candidates in found.items() if candidates}


def _candidates(owned: Iterable[Owned], above: int, reader: Reader) -> list[Candidate]:
    readable = [each for each in owned if each.member.trouble is None]
    own = [each for each in readable if not is_noise(each.member.parts[above:])]
    found = (
        [each for each in own if is_notebook(each.member.name)]
        or [each for each in _named(own, JSON)[:_READ] if has_cells(each.member, reader)]
        or _named(list(_checkpoints(readable, above)), NOTEBOOK)
    )
    return [Candidate(owner.order, member) for owner, member in found]


def has_cells(member: Member, reader: Reader) -> bool:
    """Say whether a file looks like a notebook, whatever its name is."""
    try:
        data = reader.read(member.source, member.address).data
    except ZachetkaError:
        return False
    return b'"cells"' in data and b'"cell_type"' in data


def _named(owned: Iterable[Owned], ending: str) -> list[Owned]:
    return [each for each in owned if each.member.name.casefold().endswith(ending)]


def _checkpoints(owned: Iterable[Owned], above: int) -> Iterator[Owned]:
    for each in owned:
        parts = each.member.parts[above:]
        if CHECKPOINTS in parts and not is_noise(part for part in parts if part != CHECKPOINTS):
            yield each
