"""The f-strings of Python 3.12, on a Python that may be older."""

import time

import pytest

from zachetka.agent.newer_strings import rewrite

NAMES = {"d": {"a": 1.5, "b": [2]}, "xs": ["p", "q"], "w": 7, "s": "ё"}


def value_of(source):
    names = dict(NAMES)
    exec(compile(rewrite(source), "<cell>", "exec"), names)  # noqa: S102 - a cell of ours
    return names["x"]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('x = f"loss {d["a"]:.3f}"', "loss 1.500"),
        ('x = f"{d["a"]:{w}.{d["b"][0]}f}|{d["a"]!r:>{w}}|{s!a}"', "   1.50|    1.5|'\\u0451'"),
        ('x = f"{", ".join(f"<{y}>" for y in xs)}"', "<p>, <q>"),
        ('x = f"{f"{f"{d["a"]}"}"}"', "1.5"),
        (r'x = f"{"\n".join(xs)}\t{{}}"', "p\nq\t{}"),
        (r'x = rf"$\alpha_{d["a"]}\N{w}$"', r"$\alpha_1.5\N7$"),
        (r'x = f"\N{EM DASH} {d["a"]}"', "\N{EM DASH} 1.5"),
        ('x = f"{d["a"]=} {w=:>3} {w = }"', 'd["a"]=1.5 w=  7 w = 7'),
        ('x = f"{d["a"] # the loss\n}" + "#"', "1.5#"),
        ('x = f"{\n  d["a"]\n}"', "1.5"),
        ('x = "a%s" f"{d["a"]}" % 3 + ("b"\n  # why\n  f"{d["b"]}" "{}")', "a31.5b[2]{}"),
        ('x = "-"\nf"{d["a"]}"', "-"),
        ('x = f"{(lambda q: q)({"k": d["a"]}["k"])}{d["a"] != 1}"', "1.5True"),
        ('x = f"""{d["a"]}\n{f"{d["a"]}"}"""', "1.5\n1.5"),
    ],
)
def test_newer_strings_say_what_they_say_in_newer_python(source, value):
    assert value_of(source) == value


def test_lines_stay_where_they_are():
    source = 'x = f"{\n  d["a"]\n=}" f"""{d["a"]}\n"""\n1 / 0'
    with pytest.raises(ZeroDivisionError) as caught:
        value_of(source)
    assert caught.tb.tb_next.tb_next.tb_lineno == source.count("\n") + 1


@pytest.mark.parametrize(
    "source",
    [
        "x = f'{w}' 'a'  # f\"{d[\"a\"]}\"",
        "x = '''f\"{d[\"a\"]}\"'''",
        'x = f"{d["a"]}"; y = = 1',
        'x = f"{d["a"]',
        'x = f"{',
        'x = "abc',
        'f"{d["a"]:"',
        'f"{d["a"]!"',
        '"' * 7,
        "def f(:",
        "\0",
        'f"{"' * 30,
    ],
)
def test_what_this_python_reads_and_what_no_python_reads_is_left_alone(source):
    assert rewrite(source) == source


@pytest.mark.parametrize(
    "piece",
    ['f"{', "f'{x", '"', "'''", "f'''{", "{", "\\N{", "\\", "a=", 'f"{x["a"]}" ', "=}", "f"],
)
def test_hostile_code_is_read_in_little_time(piece):
    started = time.process_time()
    rewrite(f"( {piece * (49_000 // len(piece))}")
    rewrite(f"f'{piece * (49_000 // len(piece))}")
    rewrite(f"f'{{{piece * (49_000 // len(piece))}}}'")
    assert time.process_time() - started < 4
