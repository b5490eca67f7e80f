"""Which of a student's notebooks is to be graded: most hand in one, some the template as well."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from zachetka.errors import ZachetkaError
from zachetka.submission.archive import Reader
from zachetka.submission.notebook import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zachetka.submission.archive import Member

_LOOKED_INTO: Final = 10


class Candidate(NamedTuple):
    """A notebook that could be graded; `order` tells earlier from later ones of one student."""

    order: tuple[float, ...]
    member: Member


class _Look(NamedTuple):
    about: int
    sha256: str


def choose(students: Mapping[str, Sequence[Candidate]], assignment: str) -> dict[str, Member]:
    """Choose one notebook of each student.

    First come those that declare the assignment, then those that no other student has byte for
    byte (the template is everybody's), then those whose name says the assignment, then the last by
    the rule of the system, then the one in the uppermost folder. What is still equal, the order of
    names decides. Only the notebooks of students with several are read, and ten of each.

    Args:
        students: the candidates of each, at least one.
        assignment: its name.
    """
    named = re.compile(rf"(?<![^\W_]){re.escape(assignment.casefold())}(?![^\W_])")

    def says_name(candidate: Candidate) -> bool:
        stem = candidate.member.name.casefold().replace("_", "-")
        return bool(assignment) and named.search(stem) is not None

    def from_outside(candidate: Candidate) -> tuple[bool, tuple[float, ...], int, str]:
        member = candidate.member
        return says_name(candidate), candidate.order, -len(member.parts), member.path

    several = {
        key: sorted(candidates, key=from_outside, reverse=True)[:_LOOKED_INTO]
        for key, candidates in students.items()
        if len(candidates) > 1
    }
    looks = _looks(several, assignment)
    shared = _shared(several, looks)

    def rank(candidate: Candidate) -> tuple[int, bool, tuple[bool, tuple[float, ...], int, str]]:
        look = looks[candidate.member]
        return look.about, look.sha256 not in shared, from_outside(candidate)

    return {
        key: max(several[key], key=rank).member if key in several else candidates[0].member
        for key, candidates in students.items()
    }


def _looks(students: Mapping[str, Iterable[Candidate]], assignment: str) -> dict[Member, _Look]:
    looks: dict[Member, _Look] = {}
    with Reader() as reader:
        for candidates in students.values():
            for _, member in candidates:
                looks[member] = _look(reader, member, assignment)
    return looks


def _look(reader: Reader, member: Member, assignment: str) -> _Look:
    """Look into a notebook: 1 is of the assignment, -1 of another, -2 cannot be read."""
    try:
        raw = reader.read(member.source, member.address)
    except ZachetkaError:
        return _Look(-2, hashlib.sha256(member.path.encode(errors="replace")).hexdigest())
    try:
        declared = parse(raw).declared_assignment
    except ZachetkaError:
        return _Look(-2, raw.sha256)
    if declared is None or not assignment:
        return _Look(0, raw.sha256)
    return _Look(1 if declared == assignment else -1, raw.sha256)


def _shared(
    students: Mapping[str, Iterable[Candidate]], looks: Mapping[Member, _Look]
) -> frozenset[str]:
    """Give the digests that notebooks of more than one student have."""
    count = Counter(
        digest
        for candidates in students.values()
        for digest in {looks[member].sha256 for _, member in candidates}
    )
    return frozenset(digest for digest, students_ in count.items() if students_ > 1)
