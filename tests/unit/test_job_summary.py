import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_report_model import make_report

from zachetka.cli import job_summary
from zachetka.cli.job_summary import (
    Tried,
    checks_summary,
    escaped,
    not_found_summary,
    publish,
    unfinished_verification,
    verification_summary,
)
from zachetka.language import Language
from zachetka.report import model

HOSTILE = [
    "a | b \\| c",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](https://example.org)",
    "![beacon](https://example.org/x.png)",
    "<https://example.org>",
    "| --- |\n# a heading\n> a quote\n- a list\n```\nfenced",
    "`<b>` and ``` and `[a](b)`",
    "&lt;b&gt; &amp; &#60;",
    "*bold* __bold__ ~~gone~~ $x$ \\",
    "</td></tr></table><!-- ",
    "<code>`</code>",
]
OUR_TAGS = {"<br>", "<code>", "</code>"}


def rendered(markdown):
    """Read Markdown as GitHub does, tables and raw HTML included."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return [token for block in parser.parse(markdown) for token in [block, *(block.children or ())]]


def shown(tokens):
    tags = {"<br>": "\n"}
    words = (
        tags.get(token.content, "") if token.type == "html_inline" else token.content
        for token in tokens
        if token.type in {"text", "text_special", "html_inline"}
    )
    return "".join(words).replace("\u200b", "")


def check(name="forward", status="passed", **changes):
    fields = {
        "id": f"MyLinear.{name}",
        "task": "MyLinear",
        "title": name,
        "points": 0.0,
        "max_points": 0.0,
        "status": status,
        "cause": None if status == "passed" else "assertion",
        "message": None if status == "passed" else "the bias is not added",
        "hint": None,
        "duration_s": 0.1,
    }
    return model.Check(**fields | changes)


def tried(*checks, language=Language.EN, path="mlp.ipynb", **changes):
    return Tried(path, language, make_report(checks=checks, **changes))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_a_student_stays_in_its_cell_and_is_no_markup(text):
    tokens = rendered(f"| a | b |\n| --- | --- |\n| {escaped(text)} | end |\n\nafter\n")
    kinds = [token.type for token in tokens]
    assert kinds.count("td_open") == 2
    assert kinds.count("table_open") == 1
    assert {t.content for t in tokens if t.type == "html_inline"} <= OUR_TAGS
    assert not {"html_block", "link_open", "image", "strong_open", "s_open", "fence"} & set(kinds)


@given(
    st.text(
        alphabet=st.characters(codec="ascii", exclude_categories=["Cc"], exclude_characters="`"),
        max_size=60,
    )
)
def test_what_is_shown_is_what_was_written(text):
    tokens = rendered(f"| . |\n| --- |\n| {escaped(text)} |\n")
    assert shown(tokens).removeprefix(".").split() == text.split()


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("ask @teacher", "@teacher"),
        ("see #12", "#12"),
        ("see org/repo#12", "#12"),
        ("see GH-12", "GH-12"),
        ("at https://example.org", "https://"),
        ("at www.example.org", "www."),
        ("a@example.org", "@example"),
    ],
)
def test_what_github_makes_links_of_is_broken_by_a_space_of_no_width(text, linked):
    seen = html.unescape(escaped(text))
    assert linked not in seen
    assert seen.replace("\u200b", "") == text


def test_a_matrix_product_stays_as_it_is():
    assert escaped("x @ w.T # a comment: a//b") == "x @ w.T # a comment: a//b"


def test_code_in_backticks_is_code():
    assert escaped("`a < b`: no") == "<code>a &#60; b</code>: no"


def test_a_failed_check_has_its_sentence_and_its_hint():
    text = checks_summary([tried(check("one"), check("two", "failed", hint="look at `bias`"))])
    assert "## ❌ mlp.ipynb\n" in text
    assert "Public checks passed: **1 of 2**" in text
    assert "| ✅ passed | **MyLinear**: one |  |\n" in text
    said = "the bias is not added<br>hint: look at <code>bias</code>"
    assert f"| ❌ failed | **MyLinear**: two | {said} |\n" in text


def test_words_are_in_the_language_of_each_notebook():
    text = checks_summary(
        [tried(check("a", "failed"), language=Language.RU), tried(check("b"), path="other.ipynb")]
    )
    russian, english = text.split("## ✅ other.ipynb")
    assert "Открытых проверок пройдено: **0 из 1**" in russian
    assert "❌ не пройдена" in russian
    assert "Public checks" not in russian
    assert "Public checks passed: **1 of 1**" in english


def test_a_table_adds_up_by_task():
    text = checks_summary(
        [tried(check("a"), check("b", "failed"), check("c", task="train", id="train.c"))]
    )
    assert "| task | passed |\n" in text
    assert "| MyLinear | 1 of 2 |\n" in text
    assert "| train | 1 of 1 |\n" in text
    assert "| **total** | 2 of 3 |\n" in text
    assert "Points come from the hidden ones" in text


def test_points_are_shown_where_public_checks_have_some():
    text = checks_summary(
        [tried(check("a", points=0.25, max_points=0.25), check("b", "failed", max_points=0.5))]
    )
    assert "| task | passed | points |\n" in text
    assert "| **total** | 1 of 2 | 0.25 of 0.75 |\n" in text
    assert "hidden" not in text


@pytest.mark.parametrize(
    ("status", "score", "said"),
    [
        ("rejected", 0.0, "The notebook was not accepted: no JSON"),
        ("error", None, "it is not your fault: no JSON"),
    ],
)
def test_without_a_verdict_the_reason_stands_alone(status, score, said):
    one = tried(status=status, score=score, message="no JSON")
    assert not one.passed
    assert said in checks_summary([one])
    assert "| --- |" not in checks_summary([one])


def test_without_a_report_the_failure_is_said():
    one = Tried("a.ipynb", Language.RU, None, "время | вышло")
    assert not one.passed
    assert checks_summary([one]) == (
        "## ❌ a.ipynb\n\nПроверки не удалось запустить: время &#124; вышло\n\n"
    )


@pytest.mark.parametrize(
    ("checks", "passed"),
    [
        ((check(),), True),
        ((check(), check("b", "failed")), False),
        ((), False),
    ],
)
def test_a_notebook_passes_with_all_of_its_checks(checks, passed):
    assert tried(*checks).passed is passed


def test_cells_that_stopped_are_named_and_not_all_of_them():
    cells = (
        model.CellRun(index=0, status="failed", duration_s=1, error="KeyError: '<b>'\nmore"),
        model.CellRun(index=1, status="time_limit", duration_s=60, error="KeyboardInterrupt:"),
        *(
            model.CellRun(index=n, status="crash", duration_s=None, error=None)
            for n in range(2, 14)
        ),
        model.CellRun(index=14, status="skipped", duration_s=None, error=None),
    )
    execution = model.Execution(
        status="failed", cells=cells, wall_s=1, cpu_s=None, peak_memory_bytes=None
    )
    text = checks_summary([tried(check(), execution=execution)])
    assert "- ⚠️ Cell 1 did not run to its end: KeyError: &#39;&#60;b&#62;&#39;\n" in text
    assert "- ⚠️ Cell 2 did not run to its end: too slow\n" in text
    assert "Cell 11 " not in text
    assert "- ⚠️ … +4\n" in text
    assert "- ⚠️ Not run, since the time was over or the kernel had ended: 15\n" in text


def test_a_summary_stays_below_what_github_takes():
    checks = [check(str(n), "failed", message="|é" * 300, hint="|é" * 300) for n in range(400)]
    text = checks_summary([tried(*checks, path=f"{n}.ipynb") for n in range(5)])
    assert len(text.encode()) < 1024 * 1024
    assert text.count("The rest is in the reports of this run.") == 5
    assert all(f"{n}.ipynb" in text for n in range(5))


def test_a_missing_notebook_is_named_in_both_languages_with_those_that_are_there():
    text = not_found_summary(["mlp.ru.ipynb"], ["mlp|2.ipynb"])
    assert "There is no notebook / Ноутбук не найден" in text
    assert "called / В репозитории нет файла: mlp.ru.ipynb\n" in text
    assert "are here / Ноутбуки, которые здесь есть: mlp&#124;2.ipynb" in text
    assert "commit и push" in not_found_summary(["mlp.ru.ipynb"], [])


def test_of_many_notebooks_some_are_named():
    text = not_found_summary(["x"], [f"n{number}.ipynb" for number in range(100)])
    assert "n19.ipynb …" in text
    assert "n20.ipynb" not in text


def result(name, **changes):
    return {
        "assignment": "mlp",
        "name": name,
        "kind": "bug",
        "seed": 0,
        "score": 0.9,
        "expected_score": 0.9,
        "ok": True,
        "problems": [],
        "error": None,
    } | changes


def verified(*results, blind=()):
    return {"results": list(results), "never_failed": {"mlp": list(blind)}}


def test_a_verification_counts_and_lists_what_is_wrong():
    text = verification_summary(
        verified(
            result("fine"),
            result("odd", seed=3, ok=False, score=1.0, problems=["MyLinear.a must fail", "<b>"]),
            result("lost", ok=False, score=None, error="no | engine"),
        ),
        partial=False,
    )
    assert text.startswith(
        "## ❌ `zachetka verify`\n\n**3** notebooks, **2** not as they must be\n"
    )
    assert "| mlp | 3 | 2 | 1 |\n" in text
    assert "| mlp | bug | odd (seed 3) | 1 | 0.9 | MyLinear.a must fail<br>&#60;b&#62; |\n" in text
    assert "| mlp | bug | lost | – | 0.9 | no verdict: no &#124; engine |\n" in text
    assert "fine" not in text


@pytest.mark.parametrize(
    ("partial", "kind", "told"),
    [(False, "bug", True), (True, "bug", False), (False, "solution", False)],
)
def test_what_no_bug_fails_is_told_where_that_was_tried(partial, kind, told):
    document = verified(result("one", kind=kind), blind=["train.slow_path"])
    text = verification_summary(document, partial=partial)
    assert text.startswith("## ✅")
    assert ("mlp: no planted bug fails train.slow&#95;path" in text) is told


def test_what_verify_prints_has_what_the_summary_needs():
    from zachetka.reference import Kind, Variant
    from zachetka.verify import Trial, compare, to_document

    variant = Variant("odd", Kind.BUG, "About.", 0.5, fails=frozenset({"MyLinear.forward"}))
    trial = Trial("mlp", variant, Language.EN, "{}")
    right = compare(trial, 0, make_report())
    lost = compare(trial, 1, None, OSError("gone"))
    document = json.loads(json.dumps(to_document([right, lost])))
    text = verification_summary(document, partial=False)
    assert "| mlp | 2 | 1 | 1 |\n" in text
    assert "odd (seed 1)" in text


def test_a_verification_without_findings_says_where_to_look():
    assert "exit code 2" in unfinished_verification(2)


def test_the_summary_is_added_to_and_printed_where_there_is_no_job(tmp_path, monkeypatch, capsys):
    path = tmp_path / "summary.md"
    path.write_text("before\n", "utf-8")
    monkeypatch.setenv(job_summary.SUMMARY_VARIABLE, str(path))
    publish("после\n")
    assert path.read_text("utf-8") == "before\nпосле\n"
    monkeypatch.delenv(job_summary.SUMMARY_VARIABLE)
    publish("after\n")
    assert capsys.readouterr().out == "after\n"
