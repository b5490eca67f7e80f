import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zachetka.errors import UsageError
from zachetka.export.sheet import parse_sheet, read_sheet

CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('"\n\r,; '))
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5)


def written(rows, **dialect):
    stream = io.StringIO(newline="")
    csv.writer(stream, **dialect).writerows(rows)
    return stream.getvalue().encode("utf-8")


@given(st.binary() | st.text(st.sampled_from('a",;\t\r\n\ufeff')).map(str.encode))
def test_whoever_changes_nothing_gets_the_same_bytes(data):
    try:
        sheet = parse_sheet(data)
    except UsageError as error:
        assert "never closed" in str(error)  # noqa: PT017
    else:
        assert sheet.changed({}) == data
        spans = [(cell.start, cell.end) for row in sheet.rows for cell in row]
        assert spans == sorted(spans)


@given(TABLES, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_cells_say_what_the_writer_meant(rows, quoting):
    head = ["one", "two", "three", "four", "five", "six"]
    sheet = parse_sheet(written([head, *rows], quoting=quoting))
    assert [[cell.text for cell in row] for row in sheet.rows] == [head, *rows]


@given(TABLES, st.data())
def test_one_changed_cell_is_the_only_one_that_says_something_else(rows, data):
    table = [["one", "two", "three", "four", "five", "six"], *rows]
    sheet = parse_sheet(written(table))
    row = data.draw(st.integers(0, len(table) - 1))
    column = data.draw(st.integers(0, len(table[row]) - 1))
    text = data.draw(CELLS)
    changed = sheet.changed({(row, column): text})
    cell = sheet.rows[row][column]
    assert changed.startswith(sheet.data[: cell.start])
    assert changed.endswith(sheet.data[cell.end :])
    table[row][column] = text
    assert list(csv.reader(io.StringIO(changed.decode("utf-8"), newline=""))) == table


def test_quotes_stay_where_they_were_and_come_where_they_must():
    sheet = parse_sheet(b'"a";b;c\r\n"1";2;3')
    changes = {(1, 0): "x", (1, 1): "y", (1, 2): 'z;"'}
    assert sheet.changed(changes) == b'"a";b;c\r\n"x";y;"z;"""'


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [(b"a,b\n", b","), (b'a;"b,c,d,e"\n', b";"), (b"a\tb\n", b"\t"), (b"alone\n", b",")],
)
def test_the_first_row_says_what_divides_cells(data, delimiter):
    assert parse_sheet(data).delimiter == delimiter


def test_a_sheet_in_cp1251_stays_in_cp1251():
    data = "Имя;Оценка\r\nПётр;\r\n".encode("cp1251")
    sheet = parse_sheet(data)
    assert sheet.text(1, 0) == "Пётр"
    # The mark of a letter that cp1251 does not have brings a semicolon, so it is quoted.
    assert sheet.changed({(1, 1): "Да ∑"}) == data[:-2] + '"Да &#8721;"\r\n'.encode("cp1251")


def test_the_mark_at_the_start_is_no_part_of_the_first_heading():
    sheet = parse_sheet(b'\xef\xbb\xbf"ID",b\n')
    assert sheet.text(0, 0) == "ID"
    assert sheet.changed({(0, 1): "c"}) == b'\xef\xbb\xbf"ID",c\n'


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b'a,b\n"never,closed\n', "never closed"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04workbook", "a workbook"),
        (b"," * 1_000_001, "more than"),
    ],
)
def test_what_is_no_sheet_is_refused_in_one_line(tmp_path, data, complaint):
    path = tmp_path / "sheet.csv"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=complaint) as caught:
        read_sheet(path)
    assert "\n" not in str(caught.value)


def test_a_sheet_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot read the sheet"):
        read_sheet(tmp_path / "none.csv")
