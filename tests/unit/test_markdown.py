import re

import feedback_samples as samples
import pytest

from zachetka.language import Language
from zachetka.pages.markdown import FAILED_CELLS, escaped, feedback_markdown
from zachetka.report.model import CellStatus


def mail(report, language=Language.EN):
    return feedback_markdown(report, samples.MANIFEST, language)


def outside_code(line):
    return re.sub(r"`[^`]+`", "", line)


@pytest.mark.parametrize("hostile", samples.HOSTILE)
def test_nothing_of_a_stranger_becomes_a_link_an_image_or_html(hostile):
    text = mail(samples.a_hostile_report(hostile))
    assert "://" not in text
    for line in text.splitlines():
        left = outside_code(line)
        assert "`" not in left
        assert not re.search(r"(?<!\\)[\[\]<>&]", left)
        assert "@" not in left
        assert "www." not in left
        assert "evil.example" not in left


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *b* _c_", r"a \*b\* \_c\_"),
        ("<b>", r"\<b\>"),
        ("a `code_here` b", "a `code_here` b"),
        ("one ` alone", "one ' alone"),
        ("``` fence", "''' fence"),
        ("a\n\n# head", r"a \# head"),
        ("1. list", r"1\. list"),
        ("12) list", r"12\) list"),
        ("0.25 of 1", "0.25 of 1"),
        ("- list", r"\- list"),
        ("=== head", r"\=== head"),
        ("see (np.exp), now", "see (`np.exp`), now"),
        ("write a@b.example!", "write `a@b.example`!"),
        ("https://a.example/b", "`https[:]//a.example/b`"),
        ("`https://a.example`", "`https[:]//a.example`"),
        ("`ends with \\`", "`ends with \\ `"),
        ("back\\slash", r"back\\slash"),
        ("", ""),
    ],
)
def test_signs_are_escaped_and_addresses_become_code(text, expected):
    assert escaped(text) == expected


def test_long_text_is_escaped_in_good_time():
    assert len(escaped("a." * 2000)) >= 4000
    assert len(escaped("W" * 4000)) == 4000


def test_mail_has_the_score_the_tasks_and_what_is_wrong():
    text = mail(samples.a_report(), Language.RU)
    assert "**Баллы: 0,496 из 1** (проверено)" in text
    assert "### MyLinear — 0,12 из 0,15" in text
    assert "- ✗ одномерные и трёхмерные входы — неверный результат" in text
    assert "  - Подсказка: Последняя размерность" in text
    assert "- Срок: 01.03.2026 23:59 UTC+3" in text
    assert "- Ячейка 9: ошибка: `NameError: name`" in text
    assert "- прочитано в кодировке cp1251" in text


def test_headings_are_the_only_lines_that_begin_with_their_sign():
    headings = [line for line in mail(samples.a_report()).splitlines() if line.startswith("#")]
    assert headings == [
        "# A multilayer perceptron by hand",
        "## Tasks",
        "### MyLinear — 0.12 of 0.15",
        "### MyMLP — 0.35 of 0.35",
        r"### max\_margin\_loss — 0 of 0.2",
        r"### sgd\_step — 0.15 of 0.3",
        "## Cells that failed",
        "## What had to be mended in the file",
    ]


def test_flags_are_for_teachers_only():
    assert "only for the teacher" not in mail(samples.a_report())


def test_rejected_mail_says_why():
    text = mail(samples.a_rejected_report(), Language.RU)
    assert "Файл пустой. Сохраните ноутбук и сдайте его ещё раз." in text
    assert "0 из 1" in text


def test_fault_of_ours_is_no_score_and_keeps_its_details():
    text = mail(samples.an_error_report())
    assert "**No score yet.**" in text
    assert "hidden_answer" not in text


def test_number_of_failed_cells_is_bounded():
    runs = (samples.a_run(index, CellStatus.FAILED) for index in range(FAILED_CELLS + 7))
    text = mail(samples.a_report(execution=samples.an_execution(*runs)))
    assert f"- Cell {FAILED_CELLS}:" in text
    assert f"- Cell {FAILED_CELLS + 1}:" not in text
    assert "- More cells that failed: 7" in text
