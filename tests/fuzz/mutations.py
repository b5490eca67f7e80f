"""Valid inputs, damaged: each strategy draws a seed and a few bytes that say what to do to it.

Drawing two things instead of a tree of choices is what makes a hundred thousand inputs cheap.
"""

import copy
import json

from hypothesis import strategies as st

# Four bytes are one damage; an input with many of them is hardly ever accepted.
PROGRAMS = st.binary(max_size=8) | st.binary(max_size=36)

ODD = (
    None, True, False, 0, 1, -1, 2**31, 2**53, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308,
    "", "x", "\0", "\ud800", "я", "👩‍💻", "\u202e", "\x1b[31m", "a" * 300, "x" * 5001,
    "nan", "inf", "code", "other", "error", [], {}, [[]], [None], {"": 0}, {"k": "list", "v": []},
    "@deep@", "@deeper@", "@digits@", "@huge@", "@nan@", "@infinity@", "@half@",
)  # fmt: skip
# What `json.dumps` does not write, by the odd value that stands for it.
RAW = {
    b'"@deep@"': b"[" * 200 + b"]" * 200,
    b'"@deeper@"': b'{"a":' * 5000 + b"0" + b"}" * 5000,
    b'"@digits@"': b"9" * 5000,
    b'"@huge@"': b"1e999",
    b'"@nan@"': b"NaN",
    b'"@infinity@"': b"-Infinity",
    b'"@half@"': b'"\\udc00\\u0000"',
}


def spliced(seeds, tokens):
    """Seeds with bytes flipped, cut out, repeated or put in, and bytes that never were a seed."""

    def splice(seed, program):
        data = bytearray(seed)
        for action, anywhere, which in _steps(program):
            at = anywhere % (len(data) + 1)
            token = tokens[which % len(tokens)]
            match action % 6:
                case 0:
                    data[at : at + 1] = bytes([which])
                case 1:
                    data[at:at] = token
                case 2:
                    data[at : at + len(token)] = token
                case 3:
                    del data[at : at + which]
                case 4:
                    data[at:at] = data[at : at + which]
                case 5:
                    del data[at:]
        return bytes(data)

    return st.binary(max_size=100) | st.builds(splice, st.sampled_from(seeds), PROGRAMS)


def damaged(seeds, keys):
    """Trees of JSON with nodes dropped, doubled, retyped, moved, nested and renamed."""

    def damage(seed, program):
        root = [json.loads(seed)]
        for action, anywhere, which in _steps(program):
            places = list(_places(root))
            if not places:
                break
            holder, key = places[anywhere % len(places)]
            other, other_key = places[which % len(places)]
            if action % 6 == 0:
                holder[key] = copy.deepcopy(other[other_key])
            else:
                _damage(
                    holder,
                    key,
                    action % 6,
                    odd=ODD[which % len(ODD)],
                    depth=which % 24,
                    name=keys[which % len(keys)],
                )
        return root[0] if root else None

    return st.builds(damage, st.sampled_from([json.dumps(seed) for seed in seeds]), PROGRAMS)


def _damage(holder, key, action, *, odd, depth, name):
    match action:
        case 1:
            del holder[key]
        case 2:
            holder[key] = copy.deepcopy(odd)
        case 3:
            for _ in range(depth):
                holder[key] = [holder[key]]
        case 4 if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        case 4:
            holder[name] = copy.deepcopy(holder[key])
        case 5 if isinstance(holder, dict):
            holder[name] = holder.pop(key)


def _places(holder):
    for key in range(len(holder)) if isinstance(holder, list) else list(holder):
        yield holder, key
        if isinstance(holder[key], list | dict):
            yield from _places(holder[key])


def _steps(program):
    for start in range(0, len(program) - 3, 4):
        action, high, low, which = program[start : start + 4]
        yield action, high << 8 | low, which


def to_json(tree):
    """Give a damaged tree as bytes, with what no tree can hold."""
    data = json.dumps(tree).encode()
    if b"@" in data:
        for mark, raw in RAW.items():
            data = data.replace(mark, raw)
    return data
