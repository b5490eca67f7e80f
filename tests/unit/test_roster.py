import csv
import unicodedata
from datetime import UTC, datetime

import pytest

from zachetka.errors import UsageError
from zachetka.intake.roster import Roster, Student, numbered_rows, read_roster


@pytest.fixture
def read(tmp_path):
    def read(content, encoding="utf-8", **more):
        path = tmp_path / "students.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return read_roster(path, **more)

    return read


def test_ids_names_and_groups(read):
    roster = read("id,name,group\n17,Пётр Иванов,А-1\n")
    assert roster == Roster((Student("17", "Пётр Иванов", group="А-1"),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_a_spreadsheet_saves(read, encoding, delimiter):
    text = "логин,ФИО,группа\r\npi,Пётр Иванов,А-1\r\n".replace(",", delimiter)
    assert read(text, encoding).students == (Student("pi", "Пётр Иванов", group="А-1"),)


def test_a_line_for_excel_is_no_header(read):
    assert read("sep=;\nid;name\n1;Anna\n").students == (Student("1", "Anna"),)


@pytest.mark.parametrize("name", ["name", "Full name", "ФИО", "Student Name"])
def test_a_student_beside_a_name_is_an_id(read, name):
    roster = read(f"student,{name},email\nst07,Anna Petrova,ap@x.ru\n")
    assert roster.students == (Student("st07", "Anna Petrova", "ap@x.ru"),)
    roster = read(f"student,{name},id\nA. P.,Anna Petrova,07\n")
    assert roster.students == (Student("07", "Anna Petrova"),)


def test_a_student_beside_two_names_is_an_id(read):
    roster = read("student,first name,last name\nst07,Anna,Petrova\n")
    assert roster.students == (Student("st07", "Anna Petrova"),)


def test_a_student_without_a_name_is_one(read):
    roster = read("student,email\nAnna Petrova,ap@x.ru\n")
    assert roster.students == (Student("ap@x.ru", "Anna Petrova", "ap@x.ru"),)


def test_the_grading_worksheet_of_moodle(read):
    (student,) = read(
        'Identifier,"Full name","Email address","Last modified (submission)"\n'
        'Participant 123,"Ivan Petrov",ip@x.ru,"Saturday, 21 November 2026, 11:59 PM"\n'
    ).students
    assert (student.participant, student.id) == ("123", "ip@x.ru")
    assert student.at == datetime(2026, 11, 21, 23, 59, tzinfo=UTC)


def test_the_grading_worksheet_of_a_german_moodle(read):
    (student,) = read(
        'ID,"Vollständiger Name",E-Mail-Adresse,Gruppe,Status,Bewertung,Bestwertung,'
        '"Bewertung kann geändert werden","Zuletzt geändert (Abgabe)"\n'
        'Teilnehmer/in123,"Max Muster",mm@x.de,G1,"Zur Bewertung abgegeben",,"10,00",Ja,'
        '"Samstag, 21. März 2026, 23:59"\n'
    ).students
    at = datetime(2026, 3, 21, 23, 59, tzinfo=UTC)
    expected = Student("mm@x.de", "Max Muster", "mm@x.de", "G1", participant="123", at=at)
    assert student == expected


def test_the_gradebook_of_canvas(read):
    roster = read(
        "Student,ID,SIS User ID,Section,HW 1 (5)\n    Points Possible,,,,10\n"
        '"Petrov, Ivan",900,u17,A,\n'
    )
    assert roster.students == (Student("900", "Petrov, Ivan", group="A"),)
    assert roster.notes == ("line 2 of the roster names nobody: Points Possible, 10",)


def test_first_and_last_names(read):
    assert read("id,Имя,Фамилия\n1,Анна,Ёлкина\n").students[0].name == "Анна Ёлкина"


def test_names_alone_will_do(read):
    assert read("name\nAnna\n").students == (Student("Anna", "Anna"),)


def test_repeated_ids_are_named(read):
    roster = read("id,name\n1,Anna\n\n1,Boris\n2,Clara\n")
    assert [student.name for student in roster.students] == ["Anna", "Clara"]
    assert roster.notes == ("line 4 of the roster repeats 1: Anna stays, Boris is left out",)


def test_short_rows_lack_what_they_lack(read):
    assert read("id,name,group\n1\n").students == (Student("1", ""),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("points,grade\n1,2\n", "first line, which is: points, grade"),
        ("Anna;Boris\n", "first line, which is: Anna, Boris"),
        (b"PK\x03\x04", "save it as CSV"),
        ('id,name\n1,"Anna\n2,Boris\n', "no CSV: line 3"),
        ("id,name\n1," + "x" * 200_000, "no CSV: line 2"),
        (b"x" * 20_000_001, "too large"),
    ],
    ids=range(8),
)
def test_what_is_no_roster_is_said_in_one_line(read, content, said):
    with pytest.raises(UsageError, match=said) as caught:
        read(content)
    assert "\n" not in str(caught.value)


def test_a_roster_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_roster(tmp_path / "x.csv")


def test_control_characters_do_not_reach_a_terminal(read):
    assert "\x1b" not in read("id,name\n1,\x1b[31mAnna\n").students[0].name


def test_a_table_names_the_line_that_is_broken():
    with pytest.raises(csv.Error, match="line 2"):
        list(numbered_rows('a,b\n"x\n'))


IVANOV = Student("17", "Иванов Пётр Ильич", "pi@x.ru", "А-1", "octocat", "hw-octocat")
IVANOVA = Student("18", "Иванова Анна", "pi@y.ru")
CLASS = Roster((IVANOV, IVANOVA, Student("19", "Ким Ли"), Student("20", "Ким Ли")))


@pytest.mark.parametrize(
    "key",
    [
        *("17", "PI@X.RU", "octocat", "hw-octocat", "Иванов Пётр Ильич", "петр иванов"),
        *("Иванов_Петр", "ивановпетрильич", "Иванов, Пётр"),
        unicodedata.normalize("NFD", "Иванов Пётр"),
    ],
)
def test_students_are_found_by_what_names_them(key):
    assert (CLASS.with_key(key) or CLASS.with_name(key)) == IVANOV


@pytest.mark.parametrize("key", ["", "pi", "Ким Ли", "Иванов", "Пётр", "21", "_", "Иванов Сергей"])
def test_nobody_is_guessed(key):
    assert (CLASS.with_key(key), CLASS.with_name(key)) == (None, None)


def test_the_first_key_that_names_one_student_counts():
    assert CLASS.with_key("nobody", "18", "17") == IVANOVA


def test_an_id_is_worth_more_than_a_login():
    roster = Roster((Student("1", "A", "2@x.ru"), Student("2", "B")))
    assert roster.with_key("2") == roster.students[1]


def test_names_as_canvas_writes_them():
    roster = Roster((Student("1", "Anna-Maria O'Neil"), Student("2", "Petrov, Ivan")))
    assert roster.with_name("oneilannamaria") == roster.students[0]
    assert roster.with_name("petrovivan") == roster.students[1]
    assert Roster((Student("1", "Ivan Petrov"),)).with_name("petrovivan") is not None


def test_a_large_class_is_searched_at_once():
    names = [f"Студент{n} Имя{n % 50} Отчество{n % 40}" for n in range(3000)]
    roster = Roster(tuple(Student(str(n), name) for n, name in enumerate(names)))
    found = [roster.with_name(f"Имя{n % 50} Студент{n}") for n in range(3000)]
    assert [student.id for student in found] == [str(n) for n in range(3000)]
