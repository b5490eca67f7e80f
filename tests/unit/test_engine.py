from __future__ import annotations

import json
import stat
import time
from types import SimpleNamespace

import pytest

from zachetka.errors import InfrastructureError
from zachetka.sandbox import container, docker, engine, image
from zachetka.sandbox.base import MIB, Limits
from zachetka.sandbox.engine import Engine, EngineRefusedError, find_engine
from zachetka.sandbox.gauge import MemoryGauge


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Make a command that stands for an engine; it is the only one on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def make(script, name="docker"):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(
        engine.shutil,
        "which",
        lambda word: str(folder / word) if (folder / word).exists() else None,
    )
    monkeypatch.delenv("ZACHETKA_ENGINE", raising=False)
    monkeypatch.delenv("ZACHETKA_IMAGE", raising=False)
    monkeypatch.setattr(docker, "_ready", {})
    return make


@pytest.mark.usefixtures("fake")
def test_no_engine_says_what_to_install():
    with pytest.raises(InfrastructureError, match=r"install Docker or Podman.*docker\.io"):
        find_engine()
    assert "install" in str(docker.DockerSandbox().unavailable())


def test_an_engine_that_does_not_answer_gives_its_reason(fake):
    fake("echo 'Cannot connect to the daemon' >&2; exit 1")
    with pytest.raises(
        InfrastructureError, match=r"Cannot connect to the daemon.*start the engine"
    ):
        find_engine()


def test_an_engine_that_is_slow_is_no_missing_image(fake, monkeypatch):
    def ask(_engine, *arguments, **_options):
        if arguments[0] == "image":
            raise InfrastructureError("docker gave no answer to `image` in 60 s")
        return ""

    fake("exit 0")
    monkeypatch.setattr(Engine, "ask", ask)
    assert docker.DockerSandbox().unavailable() == "docker gave no answer to `image` in 60 s"


def test_the_first_that_answers_is_taken(fake):
    fake("exit 1")
    podman = fake("exit 0", name="podman")
    assert find_engine().command == podman


def test_the_named_one_and_no_other_is_taken(fake, monkeypatch):
    fake("exit 0")
    podman = fake("exit 0", name="podman")
    monkeypatch.setenv("ZACHETKA_ENGINE", "podman")
    assert find_engine().command == podman
    monkeypatch.setenv("ZACHETKA_ENGINE", "other")
    with pytest.raises(InfrastructureError, match="other on PATH"):
        find_engine()


def test_an_engine_that_hangs_is_not_waited_for(fake):
    command = fake("exec sleep 60")
    started = time.monotonic()
    with pytest.raises(InfrastructureError, match="no answer to `ps`"):
        Engine(command).ask("ps", timeout_s=0.2)
    assert time.monotonic() - started < 10


def test_a_refusal_carries_the_engines_last_line(fake):
    command = fake("echo first >&2; echo 'the reason' >&2; echo >&2; exit 3")
    with pytest.raises(EngineRefusedError, match=r"^docker ps: the reason$"):
        Engine(command).ask("ps")


def test_a_missing_image_says_how_to_build_it(fake):
    fake('[ "$1" = version ]')
    assert "`zachetka sandbox --build`" in str(docker.DockerSandbox().unavailable())


@pytest.mark.parametrize(
    ("labels", "usable"),
    [
        ("null", True),
        ("{}", True),
        ('{"zachetka.agent":"0000"}', False),
        (json.dumps({"zachetka.agent": image.agent_sha256()}), True),
    ],
)
def test_an_image_of_another_agent_is_noticed(fake, labels, usable):
    fake(f"[ $1 = image ] && echo 'sha256:abc {labels}'; exit 0")
    sandbox = docker.DockerSandbox()
    assert (sandbox.unavailable() is None) is usable
    assert sandbox.image() == ("sha256:abc" if usable else None)


def test_a_yes_is_remembered_and_a_no_is_not(fake):
    fake("exit 1")
    assert docker.DockerSandbox().unavailable()
    fake("[ $1 = image ] && echo 'sha256:abc null'; exit 0")
    assert docker.DockerSandbox().unavailable() is None
    fake("exit 1")
    assert docker.DockerSandbox().unavailable() is None


def test_the_container_gets_every_option_of_the_promise():
    limits = Limits(memory_bytes=512 * MIB, disk_bytes=32 * MIB, processes=77, cpus=1.5)
    text = " ".join(docker.container_options(limits))
    for option in (
        *("--network none", "--read-only", "--cap-drop ALL", "--security-opt no-new-privileges"),
        *(f"--memory {512 * MIB}", f"--memory-swap {512 * MIB}", "--pids-limit 77", "--cpus 1.5"),
        *("--user 64999:64999", "--pull never", "--log-driver none", "--ipc private"),
        *("--ulimit core=0:0", f"size={32 * MIB}", f"--shm-size {32 * MIB}", "nosuid,nodev,noexec"),
    ):
        assert option in text
    for option in ("--volume", "-v ", "--mount", "--privileged", "--device", "--rm", "--cap-add"):
        assert option not in text


def test_the_runtime_can_be_chosen(monkeypatch):
    monkeypatch.setenv("ZACHETKA_DOCKER_RUNTIME", "runsc")
    assert "--runtime runsc" in " ".join(docker.container_options(Limits()))


def test_the_image_is_built_from_the_agent_alone(fake, tmp_path, monkeypatch):
    fake(
        '[ "$1" = version ] && exit 0\n'
        f"printf '%s\\n' \"$@\" > {tmp_path}/arguments\n"
        'for last; do :; done; cd "$last"; find . -type f > ' + f"{tmp_path}/context"
    )
    course = tmp_path / "course"
    recipe = image.PACKAGE.parents[1] / "docker"
    (course / "docker").mkdir(parents=True)
    for name in ("Dockerfile", "requirements.txt", "install-torch.sh"):
        (course / "docker" / name).write_bytes((recipe / name).read_bytes())
    for name in ("graders", "reference_solutions", ".zachetka", "src"):
        (course / name).mkdir()
        (course / name / "secret.py").write_text("")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "a-1-py3-none-any.whl").write_text("")
    (wheels / "other.txt").write_text("")
    monkeypatch.setenv("ZACHETKA_BASE_IMAGE", "some-base")
    image.build_image(course, wheelhouse=wheels)
    context = set((tmp_path / "context").read_text().split())
    outside = {name for name in context if not name.startswith("./src/zachetka/")}
    assert outside == {
        *("./docker/Dockerfile", "./docker/requirements.txt", "./docker/install-torch.sh"),
        "./docker/wheelhouse/a-1-py3-none-any.whl",
    }
    tops = {name.split("/")[3] for name in context - outside}
    assert tops == {"__init__.py", "errors.py", "language.py", "protocol", "agent"}
    assert not [name for name in context if "pyc" in name]
    arguments = (tmp_path / "arguments").read_text().split("\n")
    assert "BASE=some-base" in arguments
    assert f"zachetka.agent={image.agent_sha256()}" in arguments


def test_a_build_that_fails_is_ours(fake, tmp_path):
    fake('[ "$1" = version ]')
    with pytest.raises(InfrastructureError, match="could not be built"):
        image.build_image(tmp_path, wheelhouse=tmp_path)


def test_the_keep_list_of_plain_builds_names_the_same_files():
    root = image.PACKAGE.parents[1]
    lines = (root / ".dockerignore").read_text().splitlines()
    assert next(line for line in lines if line and not line.startswith("#")) == "*"
    kept = {line.removeprefix("!src/zachetka/") for line in lines if line.startswith("!src/")}
    assert kept == {"__init__.py", "errors.py", "language.py", "protocol", "agent"}


@pytest.mark.parametrize("memory_was_out", [True, False])
def test_a_panic_of_the_runtime_is_ours_unless_its_memory_was_used_up(monkeypatch, memory_was_out):
    monkeypatch.setenv("ZACHETKA_DOCKER_RUNTIME", "runsc")
    process = object.__new__(container.Container)
    process._state = container._State("exited", container._PANIC, out_of_memory=False, error="")
    process._client = SimpleNamespace(stderr_tail=lambda: "")
    process._client_code, process._killed_by_us, process._removed = container._PANIC, False, True
    process._gauge = MemoryGauge(lambda: None)
    process._gauge.own_limit_reached = memory_was_out
    death = process._describe()
    assert death.out_of_memory == memory_was_out
    assert (death.engine_error is None) == memory_was_out
