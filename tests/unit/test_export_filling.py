import io
import zipfile
from datetime import UTC, datetime

import pytest
from export_class import failed_by_us, from_moodle, make_check, make_report, store

from zachetka.errors import UsageError
from zachetka.export.canvas import read_gradebook
from zachetka.export.comments import comment_html, comment_lines
from zachetka.export.filling import fill, grade_text, number_of
from zachetka.export.moodle import read_worksheet
from zachetka.export.outcome import Reason
from zachetka.export.sheet import parse_sheet
from zachetka.intake.classlist import read_class
from zachetka.language import Language
from zachetka.report import model

ENGLISH = (
    '\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"\r\n'
    'Participant 101,"Ivan Petrov",ivan@uni.example,"Submitted - ",,100.00,Yes,'
    '"Friday, 2 January 2026, 1:00 AM",-,\r\n'
    'Participant 102,"Anna ""A"" Orlova",anna@uni.example,,"7.00",100.00,Yes,-,-,"<p>old</p>"\r\n'
    "Participant 103,Locked Student,locked@uni.example,,55.00,100.00,No,-,-,\r\n"
    "Participant 104,Nobody Handed,nobody@uni.example,,,100.00,Yes,-,-,\r\n"
)
RUSSIAN = (
    "Идентификатор;Полное имя;Адрес электронной почты;Оценка;Максимальная оценка;"
    "Оценка может быть изменена;Последнее изменение (оценка);Отзыв в виде комментария\n"
    "Участник101;Пётр Иванов;petr@uni.example;;10,00;Да;-;\n"
    "Участник103;Анна Орлова;anna@uni.example;;10,00;Нет;-;"
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,HW 1: MLP (456),HW 1: MLP extra (457),"
    "Quiz (458),Assignments Current Score\n"
    ",,,,,Manual Posting,,,\n"
    "    Points Possible,,,,,10.00,5.00,,(read only)\n"
    '"Petrov, Ivan",101,s101,ipetrov,L1,,,,50.00\n'
    '"Orlova, Anna",102,s102,aorlova,L1,4.00,1.00,,\n'
    '"Excused, Egor",103,s103,eexcused,L1,EX,,,\n'
    '"Student, Test",104,,,L1,N/A,,,\n'
)


def moodle(text=ENGLISH, **options):
    return read_worksheet(parse_sheet(text.encode("utf-8")), **options)


def canvas(text=CANVAS, column="HW 1: MLP"):
    sheet = parse_sheet(text.encode("utf-8"))
    return read_gradebook(sheet, assignment="mlp", assignment_column=column)


@pytest.mark.parametrize(
    "heads", ["Полное имя", "ФИО", "Имя / Фамилия", "Фамилия и имя", "Полное имя пользователя"]
)
def test_who_has_no_report_is_named_whatever_names_are_called(tmp_path, heads):
    record = store(tmp_path, from_moodle("Пётр Иванов", 101))
    filled = fill(moodle(RUSSIAN.replace("Полное имя", heads)), record)
    assert "in the sheet without a report (1): Анна Орлова" in filled.outcome.notes


def test_names_in_two_columns_are_one():
    text = "Идентификатор;Имя;Фамилия;Оценка;Максимальная оценка\nУчастник103;Анна;Орлова;;10,00"
    assert moodle(text).people[0].name == "Анна Орлова"
    blind = moodle("Идентификатор;Статус;Оценка;Максимальная оценка\nУчастник103;-;;10,00")
    assert blind.people[0].name == ""


def test_only_the_cells_of_grades_change(tmp_path):
    record = store(tmp_path, from_moodle("Ivan Petrov", 101), from_moodle("Anna Orlova", 102))
    filled = fill(moodle(), record)
    expected = ENGLISH.replace('"Submitted - ",,', '"Submitted - ",60,').replace('"7.00"', '"60"')
    assert filled.data.decode("utf-8") == expected
    assert filled.outcome.summary() == "2 of 2 grades filled in"
    assert "grades that were in the sheet and are others now: 1" in filled.outcome.notes


def test_a_russian_sheet_gets_decimal_commas(tmp_path):
    record = store(tmp_path, from_moodle("Пётр Иванов", 101, score=3.127))
    filled = fill(moodle(RUSSIAN), record)
    expected = RUSSIAN.replace("petr@uni.example;;", "petr@uni.example;6,25;")
    assert filled.data.decode("utf-8") == expected


def test_a_decimal_comma_between_commas_is_quoted(tmp_path):
    text = 'Identifier,Grade,Maximum Grade\nParticipant 101,,"10,00"\n'
    filled = fill(moodle(text), store(tmp_path, from_moodle("P", 101, score=3.127)))
    assert filled.data.decode("utf-8") == text.replace("101,,", '101,"6,25",')


@pytest.mark.parametrize("text", [ENGLISH, RUSSIAN])
def test_a_locked_grade_is_left_and_named(tmp_path, text):
    names = {ENGLISH: "Locked Student", RUSSIAN: "Анна Орлова"}
    filled = fill(moodle(text), store(tmp_path, from_moodle(names[text], 103)))
    assert filled.data == text.encode("utf-8")
    assert [left.reason for left in filled.outcome.left] == [Reason.LEFT]
    assert filled.outcome.summary() == f"0 of 1 grades filled in; 1 left as it was: {names[text]}"


def test_an_error_of_ours_is_no_grade(tmp_path):
    ours = failed_by_us(from_moodle("Anna Orlova", 102))
    record = store(tmp_path, ours, from_moodle("Ivan Petrov", 101))
    filled = fill(moodle(), record, missing_as_zero=True)
    assert b'"7.00"' in filled.data
    assert filled.outcome.summary() == (
        "1 of 2 grades filled in; 1 has no grade because of an error of ours: Anna Orlova"
    )


def test_whoever_is_not_in_the_sheet_is_named(tmp_path):
    record = store(tmp_path, from_moodle("Ivan Petrov", 101), from_moodle("Oleg Stranger", 999))
    outcome = fill(moodle(), record).outcome
    assert outcome.summary() == "1 of 2 grades filled in; 1 not in the sheet: Oleg Stranger"
    assert [line for line in outcome.details() if "Oleg" in line] == [
        "Oleg Stranger: not in the sheet: no row has its number, its identifier or its name"
    ]


def test_many_names_are_cut_in_the_summary_and_all_there_in_the_details(tmp_path):
    record = store(tmp_path, *(from_moodle(f"Stranger {'abcdefg'[i]}x", 900 + i) for i in range(7)))
    outcome = fill(moodle(), record).outcome
    assert outcome.summary().endswith("and 2 more")
    assert sum("not in the sheet" in line for line in outcome.details()) == 7


@pytest.mark.parametrize(
    "report",
    [
        make_report("ivan@uni.example"),
        make_report("ivan"),
        make_report("petrov_ivan"),
        make_report("x", name="Petrov  Ivan"),
        make_report("x", lms_id="ivan@uni.example"),
        make_report("x", lms_id="101"),
    ],
    ids=["email", "login", "file name", "name", "lms: email", "lms: number"],
)
def test_a_student_is_found_by_whatever_is_known(tmp_path, report):
    filled = fill(moodle(), store(tmp_path, report))
    assert b'"Submitted - ",60,' in filled.data


def test_the_number_of_a_team_is_not_taken_for_a_student(tmp_path):
    record = store(tmp_path, from_moodle("Team Seven", 101))
    filled = fill(moodle(), record)
    assert filled.data == ENGLISH.encode("utf-8")
    assert filled.outcome.left[0].why == "its number 101 belongs to Ivan Petrov there"


def test_a_team_gets_its_grade_in_all_its_rows(tmp_path):
    text = (
        "Identifier,Full name,Group,Grade,Maximum Grade,Grade can be changed\n"
        "Participant 7,Ivan Petrov,Team Seven,,10.00,Yes\n"
        "Participant 8,Anna Orlova,Team Seven,,10.00,Yes\n"
        "Participant 9,Oleg Other,Team Eight,,10.00,Yes\n"
    )
    filled = fill(moodle(text), store(tmp_path, from_moodle("Team Seven", 9)))
    assert filled.data.decode("utf-8") == text.replace("Seven,,", "Seven,6,")
    assert filled.outcome.done == 1


def test_blind_marking_has_numbers_alone(tmp_path):
    text = "Identifier,Status,Grade,Maximum Grade,Grade can be changed\nParticipant 5,,,5.00,Yes\n"
    filled = fill(moodle(text), store(tmp_path, from_moodle("Participant", 5)))
    assert b"Participant 5,,3,5.00" in filled.data


def test_two_reports_for_one_row_are_both_left(tmp_path):
    record = store(tmp_path, from_moodle("Ivan Petrov", 101), make_report("ivan@uni.example"))
    filled = fill(moodle(), record)
    assert filled.data == ENGLISH.encode("utf-8")
    assert filled.outcome.done == 0
    assert "2 reports are for the same row" in filled.outcome.left[0].why


def test_two_rows_with_one_name_get_nothing(tmp_path):
    text = ENGLISH.replace("Nobody Handed", "Ivan Petrov")
    filled = fill(moodle(text), store(tmp_path, make_report("ivan_petrov")))
    assert filled.data == text.encode("utf-8")
    assert filled.outcome.left[0].why == "2 rows could be its own"


def test_a_row_with_cells_too_few_is_left(tmp_path):
    text = ENGLISH.replace(",Yes,-,-,\r\n", ",Yes\r\n")
    filled = fill(moodle(text), store(tmp_path, from_moodle("Nobody Handed", 104)))
    assert filled.data == text.encode("utf-8")
    assert "has 7 cells, not 10" in filled.outcome.left[0].why


def test_missing_ones_get_zero_only_if_asked(tmp_path):
    record = store(tmp_path, from_moodle("Ivan Petrov", 101))
    assert b"nobody@uni.example,,,100.00" in fill(moodle(), record).data
    zeros = fill(moodle(), record, missing_as_zero=True)
    assert b"nobody@uni.example,,0,100.00" in zeros.data
    assert b'"7.00"' in zeros.data
    assert b"55.00,100.00,No" in zeros.data


def test_nobody_gets_zero_while_a_report_belongs_to_no_row(tmp_path):
    record = store(tmp_path, from_moodle("Ivan Petrov", 101), make_report("nobady_handed"))
    filled = fill(moodle(), record, missing_as_zero=True)
    assert b"nobody@uni.example,,,100.00" in filled.data
    assert any(note.startswith("no zeros were written") for note in filled.outcome.notes)


def test_points_stay_points_if_asked(tmp_path):
    record = store(tmp_path, from_moodle("Ivan Petrov", 101))
    assert b'"Submitted - ",3,' in fill(moodle(), record, scale=False).data


def test_points_above_the_maximum_are_said(tmp_path):
    text = ENGLISH.replace("100.00", "2.00")
    outcome = fill(
        moodle(text), store(tmp_path, from_moodle("Ivan Petrov", 101)), scale=False
    ).outcome
    assert "grades that are above the maximum of the sheet: 1" in outcome.notes


def test_a_sheet_without_a_maximum_needs_a_word(tmp_path):
    record = store(tmp_path, from_moodle("Ivan Petrov", 101))
    target = moodle("Identifier,Grade,Notes\nParticipant 101,,x\n")
    with pytest.raises(UsageError, match="--no-scale"):
        fill(target, record)
    assert b"101,3,x" in fill(target, record, scale=False).data


def test_comments_are_html_that_runs_nothing(tmp_path):
    report = from_moodle("Ivan Petrov", 101, name="<b>Ivan Petrov")
    filled = fill(
        moodle(comments=True),
        store(tmp_path, report),
        comment=lambda each: comment_html(each, Language.EN),
    )
    comment = "Points: 3 of 5.<br>forward: 3 of 5. expected 2 &lt; 3"
    assert f'1:00 AM",-,{comment}\r\n'.encode() in filled.data
    assert b'"<p>old</p>"' in filled.data


def test_a_comment_that_is_replaced_is_said(tmp_path):
    record = store(tmp_path, from_moodle("Anna Orlova", 102))
    filled = fill(moodle(comments=True), record, comment=lambda _report: "a, b")
    assert b',-,-,"a, b"\r\n' in filled.data
    assert "comments that were in the sheet and are others now: 1" in filled.outcome.notes


@pytest.mark.parametrize(
    ("own", "asked", "lines"),
    [
        (
            Language.RU,
            Language.EN,
            [
                "Баллы: 3,0625 из 5.",
                "Опоздание, дней: 2; снято баллов: 0,75.",
                "a: 0,3333 из 1. нет",
                "b: 0 из 1. То же, что и выше.",
                "c: 0 из 1. да",
                "d: 0 из 1. нет",
            ],
        ),
        (
            None,
            Language.EN,
            [
                "Points: 3.0625 of 5.",
                "Late, days: 2; 0.75 points less.",
                "a: 0.3333 of 1. нет",
                "b: 0 of 1. The same as above.",
                "c: 0 of 1. да",
                "d: 0 of 1. нет",
            ],
        ),
    ],
    ids=["its own", "asked for"],
)
def test_a_comment_is_in_the_language_of_its_report_and_says_nothing_twice(own, asked, lines):
    checks = [
        make_check(id=f"t.{title}", title=title, points=points, max_points=1.0, message=message)
        for title, points, message in (
            *(("a", 1 / 3, "нет"), ("b", 0.0, "нет"), ("c", 0.0, "да"), ("d", 0.0, "нет")),
        )
    ]
    late = model.Late(
        deadline=datetime(2026, 1, 1, 20, tzinfo=UTC),
        handed_in_at=datetime(2026, 1, 2, 21, tzinfo=UTC),
        days=2,
        percent=20,
        points_lost=0.75,
    )
    report = make_report("x", score=3.0625, checks=tuple(checks), late=late, language=own)
    assert comment_lines(report, asked) == lines


def test_a_comment_has_no_formula():
    report = make_report("x", status="rejected", score=0.0, message="|=cmd()", checks=())
    assert "'=cmd" in comment_html(report, Language.RU).replace("&#x27;", "'")


def test_another_language_is_named_by_its_heading(tmp_path):
    text = "Tunniste,Koko nimi,Arvosana,Enimmäisarvosana\nOsallistuja101,Ivan Petrov,,20.00\n"
    with pytest.raises(UsageError, match="--grade-column"):
        moodle(text)
    filled = fill(moodle(text, grade_column="Arvosana"), store(tmp_path, from_moodle("I P", 101)))
    assert filled.data.decode("utf-8") == text.replace("Petrov,,", "Petrov,12,")
    assert any("locked" in note for note in filled.outcome.notes)


@pytest.mark.parametrize(
    ("text", "options", "complaint"),
    [
        ("", {}, "--grade-column"),
        ("Identifier,Grade,Scale\n", {}, "scale"),
        (ENGLISH, {"grade_column": "Points"}, "'Points'"),
        ("Identifier,Grade,Maximum Grade\n", {"comments": True}, "--comments"),
    ],
)
def test_what_is_no_worksheet_is_refused(text, options, complaint):
    with pytest.raises(UsageError, match=complaint):
        moodle(text, **options)


def test_canvas_gets_one_column(tmp_path):
    record = store(
        tmp_path,
        make_report("petrovivan_101", lms_id="101", name="petrovivan"),
        make_report("aorlova"),
        make_report("excusedegor_103", lms_id="103", file="excusedegor_103_9_hw.ipynb"),
    )
    filled = fill(canvas(), record)
    expected = CANVAS.replace("ipetrov,L1,,", "ipetrov,L1,6,").replace("L1,4.00,", "L1,6,")
    assert filled.data.decode("utf-8") == expected
    assert [left.why for left in filled.outcome.left] == ["the sheet says EX"]


def test_canvas_finds_whoever_packed_the_notebook_and_has_another_name_in_the_roster(tmp_path):
    files = {"petrovivan_101_50001_hw.zip": "mlp.ipynb", "orlovaanna_102_50002_hw.zip": "hw.py"}
    with zipfile.ZipFile(tmp_path / "canvas.zip", "w") as outer:
        for name, inner in files.items():
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w") as packed:
                packed.writestr(inner, "{}")
            outer.writestr(name, stream.getvalue())
        outer.writestr("kimli_103_50003_hw.ipynb", "{}")
    students = read_class(tmp_path / "canvas.zip", layout="canvas").students
    reports = [
        make_report(
            each.owner.key,
            lms_id=each.owner.lms_id,
            file=each.notebook.name if each.notebook else each.rest[0].name,
            name="Иван Петров",
        )
        for each in students
    ]
    filled = fill(canvas(), store(tmp_path / "reports", *reports))
    text = filled.data.decode("utf-8")
    assert "ipetrov,L1,6," in text
    assert "aorlova,L1,6," in text


def test_a_number_that_is_all_the_key_may_be_of_another_system(tmp_path):
    record = store(tmp_path, make_report("101", lms_id="101", name="Somebody Else"))
    filled = fill(canvas(), record)
    assert filled.data.decode("utf-8") == CANVAS
    assert filled.outcome.left[0].why == "its number 101 belongs to Petrov, Ivan there"


def test_canvas_of_another_country_with_first_and_last_names(tmp_path):
    text = (
        "LastName;FirstName;ID;SIS Login ID;Section;MLP (456);Final Score\n"
        "    Points Possible;;;;;10,00;(schreibgeschützt)\n"
        "Orlova;Anna;102;aorlova;L1;;\n"
    )
    filled = fill(canvas(text, column=""), store(tmp_path, make_report("anna_orlova", score=3.1)))
    assert filled.data.decode("utf-8") == text.replace("L1;;", "L1;6,2;")


def test_canvas_gives_no_zero_to_whoever_is_not_assigned(tmp_path):
    filled = fill(canvas(), store(tmp_path, make_report("s102")), missing_as_zero=True)
    text = filled.data.decode("utf-8")
    assert "ipetrov,L1,0," in text
    assert "L1,EX," in text
    assert "L1,N/A," in text


@pytest.mark.parametrize("column", ["HW 1: MLP (456)", "HW 1: MLP", "hw 1 mlp"])
def test_canvas_finds_a_column_by_its_heading_or_title(column):
    assert canvas(column=column).grade_column == 5


def test_canvas_finds_the_one_title_that_names_the_assignment():
    assert canvas(CANVAS.replace("MLP extra", "CNN"), column="").grade_column == 5


@pytest.mark.parametrize("column", ["", "cnn", "Assignments Current Score", "M"])
def test_canvas_asks_where_no_or_several_titles_fit(column):
    with pytest.raises(UsageError, match="--assignment-column"):
        canvas(column=column)


def test_canvas_never_fills_in_what_it_computes_itself():
    text = CANVAS.replace("10.00,5.00", "(только для чтения),5.00")
    with pytest.raises(UsageError, match="--assignment-column"):
        canvas(text, column="HW 1: MLP (456)")


def test_an_assignment_without_points_needs_a_word(tmp_path):
    with pytest.raises(UsageError, match="--no-scale"):
        fill(canvas(column="Quiz"), store(tmp_path, make_report("s101")))


def test_what_is_no_gradebook_is_refused():
    with pytest.raises(UsageError, match="no gradebook"):
        canvas(ENGLISH)


@pytest.mark.parametrize(
    ("grade", "text"),
    [(100.0, "100"), (57.5, "57.5"), (0.0, "0"), (1.005, "1.01"), (0.1 + 0.2, "0.3")],
)
def test_grades_have_two_decimals_at_most(grade, text):
    assert grade_text(grade) == text


@pytest.mark.parametrize("text", ["", "-", "nan", "inf", "-1", "1,2,3", "EX"])
def test_what_is_no_grade_is_no_number(text):
    assert number_of(text) is None
