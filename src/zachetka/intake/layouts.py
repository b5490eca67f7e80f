"""How learning management systems lay out what students hand in, and which of them this is.

Only paths are looked at here. Sources: mod/assign/classes/downloader.php of Moodle,
lib/content_zipper.rb of Canvas, coursedir.py of nbgrader; Gradescope publishes none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from zachetka.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zachetka.submission.listing import Member

NOTEBOOK: Final = ".ipynb"
# As Google Drive numbers files of one name, and Colab copies.
_NUMBER: Final = r"(?P<number> ?\(\d{1,3}\))"
# As browsers and Windows name what they take for text, and what a browser shows and saves.
_NAMED_AS_NOTEBOOK: Final = re.compile(rf"\.ipynb(?:\.txt|\.json|{_NUMBER})?\Z", re.IGNORECASE)
JSON: Final = ".json"
CHECKPOINTS: Final = ".ipynb_checkpoints"
# What is handed in by mistake for a notebook: shortcuts to it, and what it was printed to.
_MISTAKEN: Final = (
    r"gdoc|gshortcut|shortcut|url|webloc|lnk|pdf|html?|mhtml|docx?|odt|rtf|pages|tar|tar\.gz|tgz"
)
# What file managers, git and Jupyter leave lying about; so is whatever is hidden, but for what
# can be somebody's work: nothing of that may vanish without a word.
_NOISE: Final = frozenset({"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"})
_LEFT_LYING: Final = ("._", ".~", ".#")
_DEEPEST_ROOT: Final = 4
_MOST: Final = 0.5
_NEARLY_ALL: Final = 0.8
_FEW: Final = 3


class Owner(NamedTuple):
    """Whose a file is, as far as its path says.

    `key` is unique in the layout; `lms_id` and `folder` are what the system calls the student and
    what was handed in; `order` tells earlier from later uploads of one student.
    """

    key: str
    name: str = ""
    lms_id: str = ""
    folder: str = ""
    order: tuple[float, ...] = ()


def _anybody(_owners: Sequence[Owner]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay files out, which a regular expression for paths describes.

    `name` is for the command line. `share` of the notebooks must be named so, and `fits` must
    agree. `plain` layouts are only thought of where no other is found. In one that `reads_above`,
    the names of the folder itself and of those above it may belong to the path.
    """

    name: str
    title: str
    example: str
    pattern: re.Pattern[str]
    make: Callable[[re.Match[str]], Owner]
    share: float = _MOST
    fits: Callable[[Sequence[Owner]], bool] = _anybody
    plain: bool = False
    reads_above: bool = False

    def owner(self, parts: tuple[str, ...]) -> Owner | None:
        """Say whose the file with this path is; None if the path is not of this layout."""
        match = self.pattern.fullmatch("/".join(parts))
        return self.make(match) if match else None


@dataclass(frozen=True, slots=True)
class Found:
    """The layout that files have, `root` folders below the top.

    `matching` of `total` notebooks are named so, of so many `students`; `doubt` says why it may be
    another one.
    """

    layout: Layout
    root: int
    matching: int
    total: int
    students: int
    doubt: str = ""

    def describe(self) -> str:
        """Say what was found and why."""
        said = (
            f"{self.layout.title}: {self.matching} of {self.total} notebooks fit its "
            f"pattern, for example {self.layout.example}"
        )
        if not self.doubt:
            return said
        return f"{said}; not sure, since {self.doubt}: if it is wrong, say --layout"


def _moodle(match: re.Match[str]) -> Owner:
    name, number = match["name"], match["number"] or ""
    return Owner(
        key=f"{name}_{number}" if number else name,
        name=name.strip(),
        lms_id=number,
        folder=match["prefix"] + (match["below"] or ""),
    )


def _canvas(match: re.Match[str]) -> Owner:
    name, user = match["name"] or "", match["user"]
    return Owner(
        key=f"{name}_{user}" if name else user,
        name=name,
        lms_id=user,
        order=(int(match["attachment"] or 0),),
    )


def _gradescope(match: re.Match[str]) -> Owner:
    return Owner(key=match["id"], folder=match["id"], order=(int(match["number"]),))


def _nbgrader(match: re.Match[str]) -> Owner:
    return Owner(key=match["student"], name=match["student"], lms_id=match["student"])


def _github(match: re.Match[str]) -> Owner:
    login = match["login"]
    return Owner(key=login, name=login, lms_id=login, folder=match["repository"])


def _student(match: re.Match[str]) -> Owner:
    return Owner(key=match["student"], name=match["student"])


def _file(match: re.Match[str]) -> Owner:
    # Two students may have called their files the same.
    key = match["student"] + (match["number"] or "")
    return Owner(key=key, name=key)


def _are_of_canvas(owners: Sequence[Owner]) -> bool:
    """Say whether numbers are ids: an attachment's is its own, and a user has one name."""
    attachments = [owner.order for owner in owners if any(owner.order)]
    names = {(owner.lms_id, owner.name) for owner in owners}
    lower = all(owner.name == owner.name.lower() for owner in owners)
    distinct = len(set(attachments)) == len(attachments)
    return lower and distinct and len({user for user, _ in names}) == len(names)


MOODLE: Final = Layout(
    "moodle",
    "Moodle",
    "'Ivan Petrov_12345_assignsubmission_file/hw.ipynb'",
    re.compile(
        r"(?P<prefix>(?P<name>[^/]+?)(?:_(?P<number>\d{1,18}))?_assignsubmission_[a-z]+)"
        r"(?:(?P<below>_?)/.+|_[^/]+(?:/.+)?)"
    ),
    _moodle,
    reads_above=True,
)
CANVAS: Final = Layout(
    "canvas",
    "Canvas",
    "'petrovivan_LATE_12345_67890_hw.ipynb'",
    re.compile(
        r"(?:(?P<name>(?!LATE_|anon_)\w+?)_)?(?:LATE_)?"
        r"(?P<user>[1-9]\d{0,17}|anon_[A-Za-z0-9]+)_"
        r"(?:(?P<attachment>[1-9]\d{0,17})_[^/]+(?:/.+)?|(?:text|link)\.html)"
    ),
    _canvas,
    share=_NEARLY_ALL,
    fits=_are_of_canvas,
)
GRADESCOPE: Final = Layout(
    "gradescope",
    "Gradescope",
    "'submission_12345/hw.ipynb'",
    re.compile(r"(?P<id>submission_(?P<number>\d{1,18}))/.+"),
    _gradescope,
    reads_above=True,
)
NBGRADER: Final = Layout(
    "nbgrader",
    "nbgrader",
    "'submitted/bitdiddle/ps1/problem1.ipynb'",
    re.compile(r"submitted/(?P<student>[^/]+)/[^/]+/.+"),
    _nbgrader,
    reads_above=True,
)
GITHUB: Final = Layout(
    "github",
    "GitHub clones",
    "'hw-mlp-submissions/hw-mlp-octocat/hw.ipynb'",
    re.compile(r"(?P<slug>[^/]+)-submissions/(?P<repository>(?P=slug)-(?P<login>[\w-]+))/.+"),
    _github,
    reads_above=True,
)
FLAT: Final = Layout(
    "flat",
    "a flat folder",
    "'petrov_ivan_mlp.ipynb'",
    re.compile(
        # A paper with a name of one word, as README.html, is nobody's.
        rf"(?![^/ _-]+\.(?:{_MISTAKEN})$)"
        rf"(?P<student>[^/]+?)\.(?:ipynb(?:\.(?:txt|json|{_MISTAKEN})|{_NUMBER})?|"
        rf"json|py|rar|7z|{_MISTAKEN}|zip|zip/.+)",
        re.IGNORECASE,
    ),
    _file,
    plain=True,
)
FOLDERS: Final = Layout(
    "folders",
    "a folder per student",
    "'petrov_ivan/hw.ipynb'",
    re.compile(r"(?P<student>[^/]+?)(?:\.zip)?/.+", re.IGNORECASE),
    _student,
    plain=True,
)
# Where two fit equally well, the first is meant.
LAYOUTS: Final = (MOODLE, GRADESCOPE, NBGRADER, GITHUB, CANVAS, FLAT, FOLDERS)


def is_noise(parts: Iterable[str]) -> bool:
    """Say whether a path is none of the student's own doing."""
    return any(
        part in _NOISE
        or (part.startswith(".") and (part.startswith(_LEFT_LYING) or not _is_work(part)))
        for part in parts
    )


def is_notebook(name: str) -> bool:
    """Say whether a file is named as a notebook, or as one that was renamed on its way."""
    return _NAMED_AS_NOTEBOOK.search(name) is not None


def _is_work(name: str) -> bool:
    return is_notebook(name) or name.casefold().endswith(".zip")


def find_layout(notebooks: Sequence[Member], *, above: int = 0, name: str = "") -> Found:
    """Find the layout that most notebooks have, looking below the folders that all of them share.

    Args:
        notebooks: at least one.
        above: so many parts of their paths are names of the folder itself and of those above it.
        name: of the layout, where it is not to be found out.

    Raises:
        UsageError: there is no layout of this name, or no notebook is named as in it.
    """
    if name:
        return _named_layout(notebooks, above, name)
    tried = _all_found(notebooks, above, LAYOUTS)
    for plain in (False, True):
        fitting = [each for each in tried if each.layout.plain is plain and _is_enough(each)]
        if fitting:
            best = max(fitting, key=lambda each: (each.matching, plain * each.students, -each.root))
            return replace(best, doubt=_doubt(best, tried))
    raise UsageError(
        "no layout is known in which most of the notebooks are named as here: put them in one "
        "folder, one *.ipynb per student, or name the layout with --layout"
    )


def find_system(files: Sequence[Member], *, above: int = 0) -> Found | None:
    """Find the learning management system that named most of these files, if one did."""
    tried = _all_found(files, above, [layout for layout in LAYOUTS if not layout.plain])
    fitting = [found for found in tried if _is_enough(found)]
    return max(fitting, key=lambda found: (found.matching, -found.root)) if fitting else None


def _named_layout(notebooks: Sequence[Member], above: int, name: str) -> Found:
    layouts = [layout for layout in LAYOUTS if layout.name == name.casefold()]
    if not layouts:
        known = ", ".join(layout.name for layout in LAYOUTS)
        raise UsageError(f"there is no layout {name!r}; there are {known}")
    tried = _all_found(notebooks, above, layouts)
    if not tried:
        raise UsageError(f"no notebook is named as in {layouts[0].title}: {layouts[0].example}")
    return max(tried, key=lambda found: (found.matching, found.students, -found.root))


def _all_found(notebooks: Sequence[Member], above: int, layouts: Iterable[Layout]) -> list[Found]:
    deepest = above + _common_root(notebooks, above)
    found = (
        _try(layout, root, notebooks)
        for layout in layouts
        for root in range(0 if layout.reads_above else above, deepest + 1)
    )
    return [each for each in found if each.matching]


def _try(layout: Layout, root: int, notebooks: Sequence[Member]) -> Found:
    paths = [notebook.parts[root:] for notebook in notebooks]
    if layout is NBGRADER and any(path[:1] == ("submitted",) for path in paths):
        # Beside it lie the course's own notebooks and those that were graded.
        paths = [path for path in paths if path[:1] == ("submitted",)]
    owners = [owner for owner in map(layout.owner, paths) if owner is not None]
    students = len({owner.key for owner in owners})
    doubt = "" if layout.fits(owners) else "its numbers are no ids"
    return Found(layout, root, len(owners), len(paths), students, doubt)


def _is_enough(found: Found) -> bool:
    return not found.doubt and found.matching >= found.layout.share * found.total


def _doubt(found: Found, tried: Iterable[Found]) -> str:
    if found.layout is CANVAS and found.students < _FEW:
        return "there are few of them, and other files may be named so too"
    if found.students == 1 and found.matching > 1:
        return f"all {found.matching} would be one student's"
    if found.layout is FOLDERS and found.matching > _FEW * found.students:
        return "the folders may be those of groups, not of students"
    others = [each for each in tried if not each.layout.plain and each.layout is not found.layout]
    if found.layout.plain and others:
        most = max(others, key=lambda each: each.matching)
        return f"{most.matching} of them are named as in {most.layout.title}"
    return ""


def _common_root(notebooks: Sequence[Member], above: int) -> int:
    """Count the folders that all notebooks have in common."""
    depth = above
    while depth < above + _DEEPEST_ROOT:
        shared = {
            notebook.parts[depth] for notebook in notebooks if len(notebook.parts) > depth + 1
        }
        if len(shared) != 1 or any(len(notebook.parts) <= depth + 1 for notebook in notebooks):
            break
        depth += 1
    return depth - above
