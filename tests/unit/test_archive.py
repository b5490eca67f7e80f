import pickle
import stat
import struct
import zipfile

import pytest

from zachetka.errors import InfrastructureError, SubmissionRejectedError, UsageError
from zachetka.submission import listing
from zachetka.submission.archive import Reader, read_member
from zachetka.submission.entries import LEADS_OUT
from zachetka.submission.file import FILE_BYTES
from zachetka.submission.listing import list_archive


@pytest.fixture
def packed(tmp_path):
    """Makes an archive of names (or ZipInfo) and their bytes."""

    def packed(*files, name="class.zip", method=zipfile.ZIP_DEFLATED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", method) as made:
            for called, data in files:
                made.writestr(called, data)
        return path

    return packed


def raw_name(path, placeholder, name):
    """Put the bytes of a name in place of as many letters; no flag says that it is UTF-8."""
    data = path.read_bytes()
    assert data.count(placeholder) == 2
    path.write_bytes(data.replace(placeholder, name))


def test_files_are_listed_with_their_paths_and_folders_are_not(packed):
    path = packed(("a/", b""), ("a/hw.ipynb", b"12345"), ("b.py", b""))
    assert [(m.path, m.size, m.name) for m in list_archive(path)] == [
        ("a/hw.ipynb", 5, "hw.ipynb"),
        ("b.py", 0, "b.py"),
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_is_read_by_source_and_address_that_travel_to_other_processes(packed):
    path = packed(("a.ipynb", b"first"), ("a.ipynb", b"second"))
    members = pickle.loads(pickle.dumps(list_archive(path)))  # noqa: S301
    assert [read_member(m.source, m.address).data for m in members] == [b"first", b"second"]


def test_a_plain_file_has_no_address(tmp_path):
    (tmp_path / "hw.ipynb").write_bytes(b"{}")
    assert read_member(tmp_path / "hw.ipynb", ()).data == b"{}"


def test_a_reader_goes_from_one_archive_to_the_next(packed):
    one, two = packed(("a", b"1"), name="1.zip"), packed(("a", b"2"), name="2.zip")
    with Reader() as reader:
        assert [reader.read(path, (0,)).data for path in (one, two, one)] == [b"1", b"2", b"1"]


def test_an_archive_inside_is_a_folder_of_its_name(packed):
    inner = packed(("hw/x.ipynb", b"deep"), name="inner.zip").read_bytes()
    path = packed(("petrov/work.ZIP", inner))
    (member,) = list_archive(path)
    assert member.path == "petrov/work.ZIP/hw/x.ipynb"
    assert read_member(path, member.address).data == b"deep"


def test_archives_are_looked_into_only_once(packed):
    third = packed(("x.ipynb", b""), name="3.zip").read_bytes()
    second = packed(("3.zip", third), ("y.ipynb", b""), name="2.zip").read_bytes()
    members = list_archive(packed(("2.zip", second)))
    assert [(m.path, m.trouble is None) for m in members] == [
        ("2.zip/3.zip", False),
        ("2.zip/y.ipynb", True),
    ]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut off", b"Rar!", b"PK\x05\x06" + bytes(18)])
def test_an_archive_inside_that_is_broken_or_empty_is_still_listed(packed, data):
    (member,) = list_archive(packed(("petrov/work.zip", data)))
    assert member.path == "petrov/work.zip"
    assert "archive" in member.trouble.en


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_said_in_one_line(tmp_path, data):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(UsageError, match="no zip archive that can be read") as caught:
        list_archive(path)
    assert "\n" not in str(caught.value)


def test_an_archive_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        list_archive(tmp_path / "x.zip")


@pytest.mark.parametrize(
    "name",
    [
        "../x.ipynb",
        "a/../../x.ipynb",
        "/etc/x.ipynb",
        "\\\\host\\x.ipynb",
        "C:\\x.ipynb",
        "C:x.ipynb",
        "..\\x.ipynb",
    ],
)
def test_paths_that_lead_out_are_marked(packed, name):
    (member,) = list_archive(packed((name, b"")))
    assert member.trouble == LEADS_OUT


def test_a_path_that_leads_out_of_an_archive_inside_stays_with_that_archive(packed):
    inner = packed(("../../sidorov/x.ipynb", b""), name="inner.zip").read_bytes()
    (member,) = list_archive(packed(("petrov/work.zip", inner)))
    assert member.path == "petrov/work.zip/x.ipynb"
    assert member.trouble == LEADS_OUT


def test_backslashes_divide_folders(packed):
    (member,) = list_archive(packed(("petrov\\hw.ipynb", b"")))
    assert member.parts == ("petrov", "hw.ipynb")


def test_a_name_of_nothing_still_has_one(packed):
    path = packed(("x", b"data"))
    path.write_bytes(path.read_bytes().replace(b"x", b"."))
    assert list_archive(path)[0].parts == ("unnamed",)


def test_links_are_no_files(packed):
    info = zipfile.ZipInfo("hw.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    (member,) = list_archive(packed((info, b"/etc/passwd")))
    assert "link" in member.trouble.en


def test_encrypted_files_are_marked_and_refused(packed):
    path = packed(("hw.ipynb", b"data"))
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(data)
    (member,) = list_archive(path)
    assert "encrypted" in member.trouble.en
    with pytest.raises(SubmissionRejectedError):
        read_member(path, member.address)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_may_take_any_memory_is_not_read(packed, method):
    (member,) = list_archive(packed(("hw.ipynb", b"data"), method=method))
    assert "packed" in member.trouble.en


def declare(path, *, size):
    """Let the directory and the header of the only file say that it has another size."""
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<L", data, data.index(mark) + offset, size)
    path.write_bytes(data)


def test_a_file_that_says_it_has_two_gigabytes_costs_nothing_to_list(packed):
    path = packed(("hw.ipynb", b"small"))
    declare(path, size=2_000_000_000)
    (member,) = list_archive(path)
    assert member.size == 2_000_000_000
    assert len(read_member(path, member.address).data) == 5


def test_a_bomb_is_refused_whatever_it_says_of_its_size(packed):
    path = packed(("hw.ipynb", bytes(FILE_BYTES + 1)))
    with pytest.raises(SubmissionRejectedError, match="too large"):
        read_member(path, (0,))
    declare(path, size=10)
    (member,) = list_archive(path)
    # What is read ends where the directory says, and the checksum is another one then.
    with pytest.raises(SubmissionRejectedError):
        read_member(path, member.address)


def test_a_bomb_for_an_archive_inside_is_not_opened(packed):
    (member,) = list_archive(packed(("work.zip", bytes(FILE_BYTES + 1))))
    assert member.path == "work.zip"
    assert member.trouble is not None


def test_files_that_share_their_bytes_are_refused(packed):
    path = packed(("a.ipynb", b"x" * 1000), ("b.ipynb", b"y" * 1000))
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, second + 42, 0)  # its local header is that of the first
    path.write_bytes(data)
    assert any("shares its bytes" in m.trouble.en for m in list_archive(path) if m.trouble)


def test_an_archive_inside_may_list_so_many_files_only(packed, monkeypatch):
    monkeypatch.setattr(listing, "NESTED_MEMBERS", 3)
    inner = packed(*((f"{n}.ipynb", b"") for n in range(4)), name="inner.zip").read_bytes()
    (member,) = list_archive(packed(("work.zip", inner)))
    assert member.name == "work.zip"
    assert "more files than" in member.trouble.en


def test_archives_inside_may_list_so_many_files_together(packed, monkeypatch):
    monkeypatch.setattr(listing, "_FEW_MEMBERS", 3)
    inner = packed(*((f"{n}.ipynb", b"") for n in range(4)), name="inner.zip").read_bytes()
    few = packed(*((f"{n}.ipynb", b"") for n in range(3)), name="few.zip").read_bytes()
    path = packed(("a.zip", inner), ("b.zip", inner), ("c.zip", few))
    listed = list_archive(path, listing.Allowance(7))
    assert [member.path for member in listed if member.trouble] == ["b.zip"]
    assert len(listed) == 8


def test_an_archive_in_a_folder_may_list_as_many_as_one_inside(packed, monkeypatch):
    monkeypatch.setattr(listing, "NESTED_MEMBERS", 3)
    for count in (4, 1000):
        path = packed(*((f"{n}.ipynb", b"") for n in range(count)))
        with pytest.raises(listing.TooManyFilesError):
            list_archive(path, listing.Allowance())
        assert len(list_archive(path)) == count


def test_with_the_archives_in_it_a_class_may_have_so_many_files(packed, monkeypatch):
    monkeypatch.setattr(listing, "MEMBERS", 5)
    inner = packed(("a", b""), ("b", b""), name="inner.zip").read_bytes()
    assert len(list_archive(packed(("1.zip", inner), ("2.zip", inner)))) == 4
    with pytest.raises(UsageError, match="more than 5 files"):
        list_archive(packed(("1.zip", inner), ("2.zip", inner), ("3.zip", inner)))


def test_an_archive_inside_is_opened_once_for_all_its_files(packed, monkeypatch):
    inner = packed(("a", b"1"), ("b", b"2"), name="inner.zip").read_bytes()
    path = packed(("1.zip", inner), ("2.zip", inner), ("c", b"3"))
    opened = []
    real = zipfile.ZipFile
    monkeypatch.setattr(zipfile, "ZipFile", lambda file: (opened.append(file), real(file))[1])
    with Reader() as reader:
        read = [reader.read(path, at).data for at in ((0, 0), (0, 1), (2,), (0, 0), (1, 1))]
    assert read == [b"1", b"2", b"3", b"1", b"2"]
    assert len(opened) == 3


def test_a_directory_that_is_too_large_is_not_read(packed, monkeypatch):
    path = packed(*((f"{'n' * 100}{n}.ipynb", b"") for n in range(1000)))
    monkeypatch.setattr(listing, "DIRECTORY_BYTES", 100_000)
    with pytest.raises(UsageError, match="too large"):
        list_archive(path)


def test_a_damaged_file_is_the_students_and_a_damaged_archive_is_not(packed):
    path = packed(("hw.ipynb", b"data" * 100), method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(SubmissionRejectedError, match="damaged"):
        read_member(path, (0,))
    path.write_bytes(b"gone")
    with pytest.raises(InfrastructureError):
        read_member(path, (0,))


def test_an_address_that_is_not_there_is_our_error(packed):
    with pytest.raises(InfrastructureError):
        read_member(packed(("a", b"")), (5,))


@pytest.mark.parametrize("encoding", ["cp866", "utf-8"])
def test_names_without_a_flag_are_those_of_russian_windows_or_utf_8(packed, encoding):
    name = "Ёлкина.ipynb".encode(encoding)
    path = packed(("n" * len(name), b""))
    raw_name(path, b"n" * len(name), name)
    assert list_archive(path)[0].name == "Ёлкина.ipynb"


def test_names_are_composed(packed):
    assert list_archive(packed(("и\u0306.ipynb", b"")))[0].name == "й.ipynb"


def test_times_are_those_of_the_directory_unless_there_are_none(packed):
    dated, undated = zipfile.ZipInfo("a", (2026, 11, 21, 10, 0, 2)), zipfile.ZipInfo("b")
    broken = zipfile.ZipInfo("c", (2026, 0, 0, 0, 0, 0))
    members = list_archive(packed((dated, b""), (undated, b""), (broken, b"")))
    times = [member.modified and member.modified.isoformat() for member in members]
    assert times == ["2026-11-21T10:00:02", None, None]
