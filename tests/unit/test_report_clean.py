from zachetka.report.clean import clean_line, clean_text


def test_colours_of_a_terminal_vanish():
    assert clean_text("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07", 100) == "red link"


def test_what_could_deceive_is_replaced():
    cleaned = clean_text("a\x00b\ud800c\u202ed\x1be", 100)
    assert cleaned == "a\ufffdb\ufffdc\ufffdd\ufffde"


def test_line_ends_become_newlines():
    assert clean_text("a\r\nb\rc\n\td", 100) == "a\nb\nc\n\td"


def test_emoji_and_russian_stay():
    text = "Привет 👩‍💻 ёжик"
    assert clean_text(text, 100) == text


def test_a_long_text_is_cut_with_a_mark():
    assert clean_text("x" * 50_000_000, 20) == "x" * 16 + " […]"


def test_a_line_has_no_line_ends():
    assert clean_line("a\n\n  b\u2028c", 100) == "a bc"


def test_what_can_be_printed_stays_as_it_is():
    printable = "".join(filter(str.isprintable, map(chr, range(0x110000))))
    assert clean_text(printable, len(printable)) == printable
    # The mark of a line's end has the whole text looked through.
    assert clean_text(f"{printable}\n", len(printable) + 1) == f"{printable}\n"
