"""What students are told of the files that were handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zachetka.intake.layouts import is_notebook
from zachetka.language import Text
from zachetka.report.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zachetka.submission.listing import Member

_NAMED: Final = 3
_NAME_LETTERS: Final = 80


def why_nothing_is_graded(own: Sequence[Member]) -> Text:
    """Say to the student why there is nothing to be graded."""
    again = Text(" Hand in the notebook itself (.ipynb).", " Сдайте сам ноутбук (.ipynb).")
    told = sorted(own, key=lambda member: not is_notebook(member.name))
    for member in told:
        if member.trouble is not None:
            name = _shown(member.name)
            cause = Text(
                f"{name} cannot be graded: {member.trouble.en}.",
                f"{name} нельзя проверить: {member.trouble.ru}.",
            )
            return cause + again
    if not own:
        return Text("No file was handed in.", "Ни одного файла не сдано.") + again
    names = ", ".join(_shown(member.name) for member in own[:_NAMED])
    more = "" if len(own) <= _NAMED else ", ..."
    return (
        Text(
            f"There is no notebook in what was handed in: {names}{more}.",
            f"В том, что сдано, нет ноутбука: {names}{more}.",
        )
        + again
    )


def _shown(untrusted_name: str) -> str:
    return clean_line(untrusted_name, _NAME_LETTERS)
