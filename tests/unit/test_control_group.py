import pytest

from zachetka.sandbox import control_group
from zachetka.sandbox.base import MIB, Limits
from zachetka.sandbox.control_group import ControlGroup, Place
from zachetka.sandbox.gauge import MemoryGauge, container_folder


@pytest.mark.parametrize(
    ("group", "files", "peak", "kills"),
    [
        (
            "memory/docker/abc",
            {
                "memory.max_usage_in_bytes": "4096\n",
                "memory.limit_in_bytes": "4096\n",
                "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
            },
            4096,
            2,
        ),
        (
            "system.slice/docker-abc.scope",
            {"memory.peak": "8192\n", "memory.events": "low 0\noom 1\noom_kill 1\n"},
            8192,
            1,
        ),
        ("machine.slice/libpod-abc.scope", {"memory.current": "100\n"}, 100, 0),
    ],
)
def test_memory_is_read_under_both_versions_of_control_groups(tmp_path, group, files, peak, kills):
    gauge = MemoryGauge(lambda: container_folder("abc", tmp_path))
    gauge.read()
    assert (gauge.peak_bytes, gauge.kills) == (None, 0)
    folder = tmp_path / group
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    gauge.read()
    for name in files:
        (folder / name).unlink()
    gauge.read()
    assert (gauge.peak_bytes, gauge.kills) == (peak, kills)


def candidates(root, own, lines):
    own.write_text("".join(line + "\n" for line in lines))
    return list(control_group._candidates(root, own))


def test_version_1_has_a_folder_per_controller_below_our_own(tmp_path):
    for name in ("memory/a", "cpu/b"):
        (tmp_path / name).mkdir(parents=True)
    lines = ["5:pids:/", "4:memory:/a", "3:cpu,cpuacct:/b", "0::/"]
    both, memory = candidates(tmp_path, tmp_path / "own", lines)
    assert both == Place(1, {"memory": tmp_path / "memory/a", "cpu": tmp_path / "cpu/b"})
    assert memory == Place(1, {"memory": tmp_path / "memory/a"})


@pytest.mark.parametrize(
    ("handed_on", "found"),
    [("cpu memory pids", ["memory", "cpu"]), ("memory", ["memory"]), ("cpu pids", None)],
)
def test_version_2_has_one_beside_ours_where_the_parent_hands_on(tmp_path, handed_on, found):
    (tmp_path / "user/app").mkdir(parents=True)
    (tmp_path / "user/cgroup.subtree_control").write_text(handed_on)
    places = candidates(tmp_path, tmp_path / "own", ["0::/user/app"])
    folders = dict.fromkeys(found or (), tmp_path / "user")
    assert places == ([Place(2, folders)] if found else [])


@pytest.mark.parametrize("lines", [["0::/"], [], ["1:cpu:/"], ["4:memory:/docker/of-the-host"]])
def test_there_may_be_no_place(tmp_path, lines):
    assert candidates(tmp_path, tmp_path / "own", lines) == []


def test_without_that_file_there_is_no_place(tmp_path):
    assert list(control_group._candidates(tmp_path, tmp_path / "missing")) == []


def test_version_2_bounds_memory_swap_and_cpu_in_one_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(control_group, "_END_TIMEOUT_S", 0.0)  # a folder that keeps its files
    group = ControlGroup(
        Place(2, {"memory": tmp_path, "cpu": tmp_path}), Limits(memory_bytes=7 * MIB, cpus=1.5)
    )
    (folder,) = tmp_path.iterdir()
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        "memory.max": str(7 * MIB),
        "memory.swap.max": "0",
        "cpu.max": "150000 100000",
    }
    (folder / "memory.events").write_text("oom 0\noom_kill 1\n")
    assert (group.limit_has_killed(), group.host_has_killed()) == (False, True)
    (folder / "memory.events").write_text("oom 2\noom_kill 2\n")
    assert (group.limit_has_killed(), group.host_has_killed()) == (True, False)
    group.end()
