"""Notebooks of attackers as `# %%` scripts, with what is expected of them in a TOML header."""

import re
import tomllib

_HEADER = re.compile(r"\A# /// hostile\n(?P<toml>(?:# .*\n)*)# ///\n")
_CELL = re.compile(r"^# %%(.*)\n", flags=re.MULTILINE)


def load(path):
    """Give the header's fields and the cells, as pairs of a name and a source."""
    text = path.read_text()
    header = _HEADER.match(text)
    fields = tomllib.loads(re.sub(r"^# ", "", header["toml"], flags=re.MULTILINE))
    _, *parts = _CELL.split(text[header.end() :])
    names = [name.strip() for name in parts[::2]]
    return fields, tuple(zip(names, parts[1::2], strict=True))
