import os

from hypothesis import given
from hypothesis import strategies as st

from zachetka.report.names import report_names


def names_of(*stems):
    found = report_names(stems)
    return [found[stem] for stem in stems]


def test_an_ordinary_stem_is_the_name():
    assert names_of("petrov_ivan_mlp", "Ёлкина Анна", "a.b") == [
        "petrov_ivan_mlp.json",
        "Ёлкина Анна.json",
        "a.b.json",
    ]


def test_names_that_some_file_systems_confuse_are_told_apart():
    found = names_of("Petrov", "petrov", "й", "и\u0306")
    assert len({name.casefold() for name in found}) == 4
    assert found[0] == "Petrov.json"
    assert found[1].startswith("petrov-")


def test_the_name_of_the_summary_stays_free():
    assert "summary.json" not in names_of("summary", "Summary", "con")


def test_unsafe_names_become_safe():
    raw = os.fsdecode(b"\xff\xfe")
    for name in names_of(
        raw, "a\nb", "\x1b[31m", "..", "-rf", "a:b", " a ", "-.x", ". -y", "я" * 130, "x" * 251
    ):
        assert name.encode("utf-8").decode().isprintable()
        assert not name.startswith((".", "-", " "))
        assert len(name.encode()) <= 255


stems = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=60
)


@given(st.sets(stems | st.sampled_from(["a", "A", "a-ca978112", "summary"]), max_size=8))
def test_nothing_is_lost(found):
    names = report_names(found)
    assert len({name.casefold() for name in names.values()}) == len(found)
    assert "summary.json" not in {name.casefold() for name in names.values()}
    assert all(len(name.encode()) <= 255 for name in names.values())
