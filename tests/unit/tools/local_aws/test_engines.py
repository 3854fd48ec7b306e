from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tools.local_aws import engines, podman_config
from tools.local_aws.console import LocalAwsError
from tools.local_aws.settings import Settings

SOCKET = "unix:///var/run/docker.sock"
INFO = {"ServerVersion": "28.1.1", "OperatingSystem": "Debian GNU/Linux 12", "SecurityOptions": ["name=seccomp"]}


def test_docker_on_this_machine_serves() -> None:
    assert engines.docker_problem(INFO, SOCKET) is None


@pytest.mark.parametrize(
    ("info", "url", "problem"),
    [
        ({}, SOCKET, "no daemon"),
        ({"host": {"arch": "amd64"}, "version": {"Version": "4.3.1"}}, SOCKET, "no daemon"),  # podman as `docker`
        (INFO, "tcp://10.0.0.5:2375", "another machine"),
        ({**INFO, "OperatingSystem": "Docker Desktop"}, SOCKET, "Docker Desktop"),
        ({**INFO, "SecurityOptions": ["name=seccomp", "name=rootless"]}, SOCKET, "Rootless"),
    ],
)
def test_docker_that_cannot_serve(info: dict[str, Any], url: str, problem: str) -> None:
    assert problem in str(engines.docker_problem(info, url))


@pytest.mark.parametrize(
    ("text", "version"),
    [("podman version 4.3.1", (4, 3)), ("podman version 5.4.2-dev", (5, 4)), ("nonsense", (0, 0))],
)
def test_version(text: str, version: tuple[int, int]) -> None:
    assert engines.parse_version(text) == version


def test_without_any_engine_the_user_learns_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "can_be_root", lambda: False)
    with pytest.raises(LocalAwsError) as error:
        engines.prepare_podman("There is no `docker`.")

    message = str(error.value)
    assert "There is no `docker`. And podman needs root or passwordless sudo." in message
    assert "https://docs.docker.com/engine/install/" in message


def test_podman_runs_with_its_private_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(port=4600, state_dir=tmp_path, cache_dir=tmp_path / "cache", docker_host="unix:///x.sock")
    monkeypatch.setattr(engines, "is_root", lambda: True)
    assert engines.of(settings).command("ps")[0] == "env"

    monkeypatch.setattr(engines, "is_root", lambda: False)
    command = engines.of(settings).command("ps")
    assert command[:2] == ["sudo", "-n"]
    assert command[-2:] == ["podman", "ps"]
    assert f"CONTAINERS_STORAGE_CONF={tmp_path}/podman/storage.conf" in command


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> engines.Podman:
    settings = Settings(port=4600, state_dir=tmp_path, cache_dir=tmp_path / "cache", docker_host="unix:///x.sock")
    monkeypatch.setattr(engines, "SWEEP_PAUSE", 0.01)
    monkeypatch.setattr(engines, "as_root", list)
    return engines.Podman(settings)


def test_what_podman_still_clears_up_does_not_stop_the_clean_up(
    podman: engines.Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of podman's own unmounts what was just found mounted, and writes where it is being removed."""
    mounts, failing, commands = [[Path("/m")], [Path("/n")], []], ["umount", "rm"], []

    def run(command: list[str], what: str) -> str:
        commands.append(command[0])
        if command[0] in failing:
            failing.remove(command[0])
            raise LocalAwsError(what)
        return ""

    monkeypatch.setattr(podman_config, "mounts_below", lambda folders: mounts.pop(0))
    monkeypatch.setattr(engines, "run", run)
    podman.down()
    assert commands == ["umount", "umount", "rm", "rm", "rmdir"]


def test_a_clean_up_that_always_fails_says_why(podman: engines.Podman, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], what: str) -> str:
        raise LocalAwsError(f"{what} failed")

    monkeypatch.setattr(engines, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(podman_config, "mounts_below", lambda folders: [])
    monkeypatch.setattr(engines, "run", run)
    with pytest.raises(LocalAwsError, match="removing podman's sockets failed"):
        podman.down()


def test_wrapper_passes_its_arguments_on(tmp_path: Path) -> None:
    settings = Settings(port=4600, state_dir=tmp_path, cache_dir=tmp_path / "cache", engine="docker", docker_host="a b")
    engines.of(settings).write_wrapper()

    assert settings.engine_wrapper.stat().st_mode & 0o111
    assert settings.engine_wrapper.read_text(encoding="utf-8").splitlines()[-1].endswith("--host 'a b' \"$@\"")


@pytest.fixture
def with_source(podman: engines.Podman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> engines.Podman:
    """A store that is not used, and an instance whose cache is new."""
    source = tmp_path / "source"
    for folder in ("overlay/1/diff", "overlay-images", "overlay-layers", "overlay-containers", "libpod"):
        (source / "storage" / folder).mkdir(parents=True)
    (source / "storage/overlay/1/diff/file").write_text("content")
    (source / "storage/overlay-images/images.json").write_text("[]")
    (source / "owner").write_text(f"{source}\n{tmp_path}/other")
    monkeypatch.setattr(podman, "settings", replace(podman.settings, images_from=source))
    return podman


def test_a_new_store_begins_with_the_images_of_another_one(with_source: engines.Podman, tmp_path: Path) -> None:
    with_source._prepare_store()
    source, copy = tmp_path / "source/storage", tmp_path / "cache/storage"
    # Nothing of podman's own records, which say where the store lies.
    assert sorted(path.name for path in copy.iterdir()) == ["overlay", "overlay-images", "overlay-layers"]
    assert (copy / "overlay/1/diff/file").samefile(source / "overlay/1/diff/file")
    (copy / "overlay-images/images.json").write_text("[1]")
    assert (source / "overlay-images/images.json").read_text() == "[]"
    (copy / "overlay/1/diff/file").unlink()
    with_source._prepare_store()
    assert not (copy / "overlay/1/diff/file").exists()


def test_a_store_that_is_in_use_is_not_copied(
    with_source: engines.Podman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines.Podman, "_is_used", staticmethod(lambda state_dir: state_dir == tmp_path / "other"))
    with_source._prepare_store()
    assert not (tmp_path / "cache/storage").exists()


def test_a_store_that_was_moved_is_not_copied_from_itself(
    podman: engines.Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = podman.settings.cache_dir
    (cache / "storage/overlay").mkdir(parents=True)
    (cache / "owner").write_text("/elsewhere\n/elsewhere/aws")
    monkeypatch.setattr(podman, "settings", replace(podman.settings, images_from=cache))
    podman._prepare_store()
    assert [path.name for path in cache.iterdir()] == ["owner"]
