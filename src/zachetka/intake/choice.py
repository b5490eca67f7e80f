"""Which of a student's notebooks is to be graded: most hand in one, some the template as well."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from zachetka.errors import ZachetkaError
from zachetka.intake.content import Wanted, measure
from zachetka.intake.copies import bare
from zachetka.intake.layouts import NOTEBOOK
from zachetka.submission.notebook import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zachetka.submission.archive import Reader
    from zachetka.submission.listing import Member

_LOOKED_INTO: Final = 10
# Of a whole class. What a few have packed to be huge must not make everybody wait.
LOOKED_INTO_BYTES: Final = 1_000_000_000


class Candidate(NamedTuple):
    """A notebook that could be graded; `order` tells earlier from later ones of one student."""

    order: tuple[float, ...]
    member: Member


class _Outside(NamedTuple):
    """What can be said of a notebook without looking into it; the greatest is the best."""

    about: int
    order: tuple[float, ...]
    height: int
    is_original: bool
    path: str


class _Look(NamedTuple):
    """What a notebook holds; `about` is 1 where it declares the assignment, -1 another one."""

    readable: bool
    defined: int
    has_own_code: bool
    about: int
    sha256: str


def choose(
    students: Mapping[str, Sequence[Candidate]],
    reader: Reader,
    assignment: str,
    wanted: Wanted | None = None,
) -> dict[str, Member]:
    """Choose one notebook of each student.

    First come those whose own code defines the most of what the assignment asks for, unless they
    are marked as another one, then those that have any code that is not the template's, then those
    that declare or are named as the assignment, and last those of another one. Then come notebooks
    that no other student has byte for byte, then the last by the rule of the system, the one in the
    uppermost folder, an original before its copies. What is still equal, the order of names
    decides. Only the notebooks of students with several are read, and ten of each.

    Args:
        students: the candidates of each, at least one.
        reader: of what is looked into.
        assignment: its name.
        wanted: what it asks for, where that is known.
    """
    wanted = wanted or Wanted()
    ours, others = naming([assignment]), naming(wanted.others)

    def from_outside(candidate: Candidate) -> _Outside:
        member = candidate.member
        about = 1 if ours(member.name) else -1 if others(member.name) else 0
        name, _, _ = member.name.rpartition(".")
        is_original = bare(name) == name and member.name.casefold().endswith(NOTEBOOK)
        return _Outside(about, candidate.order, -len(member.parts), is_original, member.path)

    several = {
        key: sorted(candidates, key=from_outside, reverse=True)[:_LOOKED_INTO]
        for key, candidates in students.items()
        if len(candidates) > 1
    }
    looks = _looks(several, reader, assignment, wanted)
    shared = _shared(several, looks)

    def rank(candidate: Candidate) -> tuple[bool, bool, int, bool, int, bool, _Outside]:
        look, outside = looks[candidate.member], from_outside(candidate)
        # A mark is worth more than a name: it was in the template, and files are renamed.
        about = look.about or min(outside.about, 0)
        is_own = look.sha256 not in shared
        is_it = bool(look.defined) and about >= 0
        return look.readable, is_it, look.defined, look.has_own_code, about, is_own, outside

    return {
        key: max(several[key], key=rank).member if key in several else candidates[0].member
        for key, candidates in students.items()
    }


def naming(assignments: Iterable[str]) -> Callable[[str], bool]:
    """Give what says of a file's name whether one of the assignments is named in it."""
    names = "|".join(re.escape(_spelled(name)) for name in assignments if name)
    pattern = re.compile(rf"(?<![^\W_])(?:{names})(?![^\W_])" if names else r"(?!)")
    return lambda name: pattern.search(_spelled(name)) is not None


def _spelled(name: str) -> str:
    return name.casefold().replace("_", "-")


def _looks(
    students: Mapping[str, Sequence[Candidate]], reader: Reader, assignment: str, wanted: Wanted
) -> dict[Member, _Look]:
    looks: dict[Member, _Look] = {}
    left_bytes = LOOKED_INTO_BYTES
    # The smallest first: who hands in gigabytes takes nothing from the others.
    for candidates in sorted(students.values(), key=_size):
        left_bytes -= _size(candidates)
        for _, member in candidates:
            look = _look(reader, member, assignment, wanted) if left_bytes >= 0 else None
            looks[member] = look or _Look(True, 0, False, 0, _name_sha256(member))
    return looks


def _size(candidates: Sequence[Candidate]) -> int:
    return sum(candidate.member.size for candidate in candidates)


def _look(reader: Reader, member: Member, assignment: str, wanted: Wanted) -> _Look:
    sha256 = _name_sha256(member)
    try:
        raw = reader.read(member.source, member.address)
        sha256 = raw.sha256
        submission = parse(raw)
    except ZachetkaError:
        return _Look(False, 0, False, 0, sha256)
    declared = submission.declared_assignment
    about = 0 if declared is None or not assignment else 1 if declared == assignment else -1
    defined, has_own_code = measure([cell.source for cell in submission.cells], wanted)
    return _Look(True, defined, has_own_code, about, sha256)


def _name_sha256(member: Member) -> str:
    return hashlib.sha256(member.path.encode(errors="replace")).hexdigest()


def _shared(
    students: Mapping[str, Sequence[Candidate]], looks: Mapping[Member, _Look]
) -> frozenset[str]:
    """Give the digests that notebooks of more than one student have."""
    count = Counter(
        digest
        for candidates in students.values()
        for digest in {looks[member].sha256 for _, member in candidates}
    )
    return frozenset(digest for digest, students_ in count.items() if students_ > 1)
