"""Tries the notebooks of the repository on the public checks; the summary of the job says more.

NOTEBOOKS has a path or a pattern per line, ZACHETKA_MINUTES is for all notebooks together. The
reports go to zachetka-reports in RUNNER_TEMP. Leaves with 1 unless every check has passed.
"""  # noqa: INP001 - a script that courses copy

from __future__ import annotations

import os
import subprocess
import sys
import time
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from zachetka.cli.job_summary import Tried, checks_summary, not_found_summary, publish
from zachetka.errors import SubmissionRejectedError
from zachetka.language import Language, Text
from zachetka.report.clean import clean_line
from zachetka.report.model import from_json, write_report
from zachetka.report.names import report_names
from zachetka.submission import read_submission

MOST_NOTEBOOKS: Final = 20
MOST_MINUTES: Final = 360
LINE_LIMIT: Final = 500

TOO_MANY: Final = Text(
    f"not tried: at most {MOST_NOTEBOOKS} notebooks are. Name yours under NOTEBOOKS in "
    ".github/workflows/checks.yml",
    f"не проверялся: проверяется не больше {MOST_NOTEBOOKS} ноутбуков. Укажите свои в NOTEBOOKS "
    "в .github/workflows/checks.yml",
)
OUT_OF_TIME: Final = Text(
    "the time for all notebooks of this repository ran out",
    "закончилось время, отведённое на все ноутбуки репозитория",
)
NO_REPORT: Final = Text(
    "`zachetka check` gave no report, which is not your fault. Show this to the course's staff",
    "`zachetka check` не дал отчёта, и это не ваша вина. Покажите это преподавателям",
)


def main() -> int:
    """Try the notebooks, store their reports, write the summary."""
    root = Path.cwd()
    patterns = [line.strip() for line in os.environ.get("NOTEBOOKS", "").splitlines()]
    patterns = list(filter(None, patterns)) or ["*.ipynb"]
    deadline = time.monotonic() + 60 * minutes()
    reports = Path(os.environ.get("RUNNER_TEMP") or root) / "zachetka-reports"
    reports.mkdir(exist_ok=True)

    present = notebooks_in(root)
    missing = [pattern for pattern in patterns if not matching(present, [pattern])]
    chosen = matching(present, patterns)
    keys = keys_of(chosen)
    names = report_names(keys.values())
    tried: list[Tried] = []
    for number, path in enumerate(chosen):
        language = language_of(root / path)
        if number < MOST_NOTEBOOKS:
            one = try_notebook(root / path, path, language, deadline - time.monotonic())
        else:
            one = Tried(str(path), language, None, TOO_MANY.in_language(language))
        if one.report is not None:
            write_report(one.report, reports / names[keys[path]])
        tried.append(one)
        say(f"{path}: {'every public check passed' if one.passed else 'not passed'}")

    if missing:
        publish(not_found_summary(missing, [str(path) for path in present]))
    if tried:
        publish(checks_summary(tried))
    if missing or not all(one.passed for one in tried):
        # Only words of ours: what begins so is a command to the runner.
        sys.stdout.write(
            "::error::Not everything passed: the table is on the Summary page of this run. / "
            "Пройдено не всё: таблица на странице Summary этого запуска.\n"
        )
        return 1
    return 0


def language_of(notebook: Path) -> Language:
    """Give the language of a notebook's template; English where it names none."""
    try:
        return read_submission(notebook).language or Language.EN
    except SubmissionRejectedError:
        return Language.EN


def minutes() -> float:
    """Give the time for all notebooks together."""
    given = os.environ.get("ZACHETKA_MINUTES") or "20"
    try:
        value = float(given)
    except ValueError:
        value = -1.0
    if not 0 <= value <= MOST_MINUTES:
        sys.exit(
            f"ZACHETKA_MINUTES in .github/workflows/checks.yml must be a number from 0 to "
            f"{MOST_MINUTES}, not {given!r}"
        )
    return value


def notebooks_in(root: Path) -> list[Path]:
    """Find the notebooks of a repository, without those in hidden folders such as checkpoints."""
    found = (path.relative_to(root) for path in root.rglob("*.ipynb"))
    return sorted(path for path in found if not any(part.startswith(".") for part in path.parts))


def matching(paths: list[Path], patterns: list[str]) -> list[Path]:
    """Choose the paths that one of the patterns describes."""
    return [
        path for path in paths if any(fnmatchcase(path.as_posix(), pattern) for pattern in patterns)
    ]


def keys_of(paths: list[Path]) -> dict[Path, str]:
    """Call each notebook by its file's name alone, where no other one is called so."""
    stems = [path.stem for path in paths]
    return {
        path: path.stem if stems.count(path.stem) == 1 else path.with_suffix("").as_posix()
        for path in paths
    }


def try_notebook(notebook: Path, path: Path, language: Language, left_s: float) -> Tried:
    """Run `zachetka check` on one notebook, for as long as there is time."""
    command = ["zachetka", "check", "--json", "--lang", language.value, str(notebook)]
    out_of_time = Tried(str(path), language, None, OUT_OF_TIME.in_language(language))
    if left_s <= 0:
        return out_of_time
    try:
        done = subprocess.run(command, capture_output=True, timeout=left_s, check=False)
    except subprocess.TimeoutExpired:
        return out_of_time
    try:
        return Tried(str(path), language, from_json(done.stdout))
    except ValidationError:
        complaint = done.stderr.decode("utf-8", errors="replace").strip().rpartition("\n")[2]
        say(f"{path}: exit code {done.returncode}: {complaint}")
        said = f"{NO_REPORT.in_language(language)}: {complaint or done.returncode}"
        return Tried(str(path), language, None, said)


def say(text: str) -> None:
    """Put a line in the log that no file's name can turn into a command to the runner."""
    sys.stdout.write(f"zachetka: {clean_line(text, LINE_LIMIT)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
