import json
import math
import tempfile
from pathlib import Path

import pytest
from fuzzing import KIB, fuzzed, outcome
from hypothesis import example, given
from mutations import damaged, spliced

from zachetka.errors import UsageError
from zachetka.manifest import load_manifest

SEED = {
    "schema": "zachetka.assignment/1",
    "name": "mlp",
    "version": "1",
    "max_score": 10,
    "title": {"en": "A network", "ru": "Сеть"},
    "tasks": {
        "MyLinear": {"weight": 60, "names": ["MyLinear"]},
        "train": {"weight": 40.0, "names": ["train", "accuracy"]},
    },
    "limits": {"cell_s": 5, "memory_mb": 512, "output_mb": 0.5, "processes": 64, "cpus": 1.5},
}
KEYS = (
    "schema", "schema_", "name", "version", "max_score", "title", "tasks", "limits", "weight",
    "names", "en", "cell_s", "total_s", "memory_mb", "disk_mb", "reply_mb", "processes", "", "\n",
)  # fmt: skip
RAW = {
    "@deep@": "[" * 200 + "]" * 200,
    "@deeper@": "[" * 5000,
    "@digits@": "9" * 5000,
    "@huge@": "1e308",
    "@nan@": "nan",
    "@infinity@": "inf",
    "@half@": '"\\ud800"',
}
TOKENS = (
    b"=", b"[", b"]", b"[[", b"{", b"}", b".", b",", b'"', b"'", b'"""', b"#", b"\n", b"\r",
    b"inf", b"nan", b"1e308", b"1e-9", b"-", b"9" * 400, b"9" * 5000, b"[" * 2000, b"{a=" * 2000,
    b"a." * 500, b"\\ud800", b"\\u0000", b"\xff", b"\xef\xbb\xbf", b"1979-05-27T07:32:00Z",
    b"25:61:00", b"weight", b"[tasks]\n", b"cell_s = 1\n", "я".encode(),
)  # fmt: skip


def to_toml(tree):
    """Write a damaged tree in one line per key; what TOML cannot say becomes what it refuses."""
    if not isinstance(tree, dict):
        return value(tree)
    return "".join(f"{json.dumps(key)} = {value(inner)}\n" for key, inner in tree.items())


def value(node):
    if isinstance(node, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {value(v)}" for k, v in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(value, node)) + "]"
    return RAW.get(node) or json.dumps(node, ensure_ascii=False)


TREES = damaged([SEED], KEYS).map(lambda tree: to_toml(tree).encode("utf-8", "surrogatepass"))
BYTES = spliced([to_toml(SEED).encode()], TOKENS)


@pytest.fixture(scope="module")
def course():
    # On a disk in memory where there is one: a file is written for every input.
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder) / "assignments" / "mlp"
        path.mkdir(parents=True)
        (path / "assignment.toml").write_text(to_toml(SEED))
        load_manifest(Path(folder), "mlp").limits()
        yield Path(folder)


def with_weights(*weights):
    tasks = {f"task{at}": {"weight": w, "names": ["f"]} for at, w in enumerate(weights)}
    return to_toml({**SEED, "tasks": tasks}).encode()


@fuzzed
@given(data=TREES | BYTES)
@example(data=b"x = " + b"[" * 5000)
@example(data=b"x = " + b"9" * 5000)
@example(data=with_weights(1e308, 1e308))
@example(data=to_toml({**SEED, "limits": {"memory_mb": 1e308}}).encode())
@example(data=to_toml({**SEED, "limits": {"memory_mb": 1e-9}}).encode())
def test_any_manifest_is_read_or_refused_by_name(course, data):
    path = course / "assignments" / "mlp" / "assignment.toml"
    path.write_bytes(data)
    found = outcome(
        lambda: load_manifest(course, "mlp"),
        errors=UsageError,
        # Mostly the frames of a parser that recursed as deep as Python goes.
        at_most_bytes=4096 * KIB + 100 * len(data),
    )
    if isinstance(found, UsageError):
        assert str(path) in str(found)
        return
    assert found.name == "mlp"
    assert math.isclose(math.fsum(task.weight for task in found.tasks.values()), 100)
    assert all(task.names and all(task.names) for task in found.tasks.values())
    assert 0 < found.max_score < math.inf
    for text in (found.title.en, found.title.ru, found.version, *found.tasks):
        text.encode("utf-8")
    limits = found.limits()
    for name in limits.__slots__:
        # Added to clocks, and handed to the kernel and the engine as whole numbers.
        assert 0 < getattr(limits, name) < 1 << 60
        assert not name.endswith("_bytes") or getattr(limits, name) >= 1024
