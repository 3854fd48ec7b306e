"""The command lines of Docker and Podman."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecr import engine
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.api import Login
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRError
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.context import PROXY_ARGUMENTS

DIGEST = "sha256:" + "0a" * 32
AWS = Login("https://1.dkr.ecr.eu-west-1.amazonaws.com", "AWS", "the-password")
LOCAL = Login("http://127.0.0.1:4566", "AWS", "the-password")
NAME = "127.0.0.1:4566/airflow-test:0a1b"
BUILD = engine.Build(NAME, "c0ffee", Path("/context"), "Containerfile", {"B": "2", "A": "1"}, None, None)

Answer = tuple[int, str, str]


class FakeRun:
    """Answers by what a command line contains; the first that fits."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.commands: list[list[str]] = []
        self.inputs: list[str | None] = []

    def __call__(self, command: list[str], data: str | None = None) -> Answer:
        self.commands.append(command)
        self.inputs.append(data)
        if "--digestfile" in command:
            Path(command[command.index("--digestfile") + 1]).write_text(DIGEST)
        return next((answer for word, answer in self.answers.items() if word in command), (0, "", ""))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The engines this machine seems to have."""
    names = {"docker", "podman"}
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in names else None)
    return names


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_ARGUMENTS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def version_run(**broken: str) -> FakeRun:
    class VersionRun(FakeRun):
        def __call__(self, command: list[str], data: str | None = None) -> Answer:
            super().__call__(command, data)
            name = Path(command[0]).name
            if "--version" in command:
                return 0, f"{name} version 5", ""
            return (1, "", broken[name]) if name in broken else (0, "", "")

    return VersionRun()


def test_docker_comes_first(installed: set[str]) -> None:
    found = engine.find_engine(version_run(), None)

    assert (found.command, found.podman) == ("/usr/bin/docker", False)


def test_podman_serves_where_docker_has_no_daemon(installed: set[str]) -> None:
    found = engine.find_engine(version_run(docker="Cannot connect to the Docker daemon"), None)

    assert (found.command, found.podman) == ("/usr/bin/podman", True)


def test_the_wanted_engine_is_the_only_candidate(installed: set[str]) -> None:
    with pytest.raises(ECRError, match=r"^No container engine .*: docker does not work: no daemon\. Install Docker"):
        engine.find_engine(version_run(docker="no\nno daemon"), "docker")


def test_without_an_engine_it_says_what_to_install(installed: set[str]) -> None:
    installed.clear()

    with pytest.raises(ECRError, match=r"docker is not installed; podman is not installed\. Install Docker \(https://"):
        engine.find_engine(version_run(), None)


def test_build_with_podman() -> None:
    assert engine.build_command("podman", True, BUILD) == [
        *("podman", "build", "--file", "/context/Containerfile", "--tag", NAME),
        *("--label", "airflow.fargate.content=c0ffee", "--network", "host"),
        *("--build-arg=A=1", "--build-arg=B=2", "/context"),
    ]


def test_build_with_docker() -> None:
    command = engine.build_command("docker", False, BUILD)

    assert "--provenance=false" in command
    assert "--provenance=false" not in engine.build_command("podman", True, BUILD)


def test_platform_and_ca_bundle() -> None:
    command = engine.build_command("podman", True, BUILD._replace(platform="linux/arm64", ca_bundle="/ca.pem"))

    assert command[command.index("--platform") + 1] == "linux/arm64"
    assert command[command.index("--secret") + 1] == "id=ca_bundle,src=/ca.pem"


def test_a_proxy_is_passed_on_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@proxy:3128")

    command = engine.build_command("podman", True, BUILD)

    assert "--build-arg=HTTPS_PROXY" in command
    assert "password" not in " ".join(command)


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        ("Error: initializing source docker://debian:trixie-slim: pinging container registry", "cannot be pulled"),
        ("ERROR: failed to resolve source metadata for docker.io/library/debian", "cannot be pulled"),
        ("ERROR: BuildKit is enabled but the buildx component is missing or broken.", "docker-buildx-plugin"),
        ("unknown flag: --provenance", "docker-buildx-plugin"),
        ("invalid peer certificate: UnknownIssuer", "set ca_bundle"),
    ],
)
def test_a_common_build_failure_is_explained(output: str, hint: str) -> None:
    run = FakeRun(build=(125, "", output))

    with pytest.raises(ECRError, match=hint) as failure:
        engine.Engine(run, "podman", True).build(BUILD)
    assert output in str(failure.value)


def test_a_build_failure_ends_with_the_last_30_lines() -> None:
    lines = [f"line {number}" for number in range(100)]

    message = engine.build_failure("\n".join(lines), "Containerfile")

    assert message.splitlines() == ["The image could not be built. The build ended with:", *lines[-30:]]


@pytest.mark.parametrize(
    ("answer", "there"), [((0, "c0ffee\n", ""), True), ((0, "other\n", ""), False), ((1, "", "no such image"), False)]
)
def test_an_image_of_another_content_does_not_count(answer: Answer, there: bool) -> None:
    assert engine.Engine(FakeRun(inspect=answer), "podman", True).has(NAME, "c0ffee") is there


@pytest.mark.parametrize(("login", "verify"), [(AWS, "true"), (LOCAL, "false")])
def test_push_with_podman(tmp_path: Path, login: Login, verify: str) -> None:
    run = FakeRun()

    assert engine.Engine(run, "podman", True).push(NAME, login, tmp_path) == DIGEST

    log_in, push = run.commands
    options = ["--authfile", f"{tmp_path}/auth.json", f"--tls-verify={verify}"]
    assert log_in == ["podman", "login", *options, "--username", "AWS", "--password-stdin", login.host]
    assert push == ["podman", "push", "--quiet", *options, "--digestfile", f"{tmp_path}/digest", NAME]
    assert run.inputs == ["the-password", None]


def test_push_with_docker(tmp_path: Path) -> None:
    run = FakeRun(context=(0, "unix:///run/docker.sock\n", ""), push=(0, f"0a1b: digest: {DIGEST} size: 1\n", ""))

    assert engine.Engine(run, "docker", False).push(NAME, AWS, tmp_path) == DIGEST

    docker = ["docker", "--config", str(tmp_path), "--host", "unix:///run/docker.sock"]
    assert run.commands[1:] == [
        [*docker, "login", "--username", "AWS", "--password-stdin", AWS.host],
        [*docker, "push", NAME],
    ]
    assert run.inputs == [None, "the-password", None]


def test_a_failed_login_says_so_without_the_password(tmp_path: Path) -> None:
    run = FakeRun(login=(125, "", "Error: invalid username/password"))

    with pytest.raises(ECRError, match=r"Podman could not log in to 127\.0\.0\.1:4566:\nError: invalid") as failure:
        engine.Engine(run, "/opt/engine", True).push(NAME, LOCAL, tmp_path)
    assert "the-password" not in str(failure.value)


def test_a_push_without_a_digest_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ECRError, match="did not say which digest"):
        engine.Engine(FakeRun(), "docker", False).push(NAME, AWS, tmp_path)
