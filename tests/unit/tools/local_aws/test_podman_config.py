from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tools.local_aws import podman_config
from tools.local_aws.settings import Settings

SETTINGS = Settings(port=4600, state_dir=Path("/home/me/repo/.local-aws"), cache_dir=Path("/home/me/repo/cache"))
MOUNTS = """\
21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
22 21 0:20 / /home rw - btrfs /dev/vdb rw
23 22 0:21 / /home/me/repo rw master:1 - overlay overlay rw
"""


def test_containers_conf() -> None:
    text = podman_config.containers_conf(SETTINGS, "runc", "cgroupfs", {"nofile": 20000, "nproc": 4096})
    conf = tomllib.loads(text)

    assert conf["containers"]["default_ulimits"] == ["nofile=20000:20000", "nproc=4096:4096"]
    assert conf["engine"]["runtime"] == "runc"
    assert conf["engine"]["lock_type"] == "file"
    assert conf["engine"]["exit_command_delay"] == 5
    assert Path(conf["engine"]["tmp_dir"]).is_relative_to(SETTINGS.run_dir)
    assert Path(conf["network"]["network_config_dir"]).is_relative_to(SETTINGS.run_dir)


def test_registries_conf_leads_every_ecr_registry_to_ours() -> None:
    registries = tomllib.loads(podman_config.registries_conf(SETTINGS))["registry"]

    assert {"prefix": "*.amazonaws.com", "location": "127.0.0.1:4600", "insecure": True} in registries


@pytest.mark.parametrize(
    ("filesystem", "fuse", "driver", "mount_program"),
    [("ext4", False, "overlay", False), ("overlay", True, "overlay", True), ("overlay", False, "vfs", False)],
)
def test_storage_conf(filesystem: str, fuse: bool, driver: str, mount_program: bool) -> None:
    conf = tomllib.loads(podman_config.storage_conf(SETTINGS, filesystem, fuse))["storage"]

    assert conf["driver"] == driver
    assert ("mount_program" in conf.get("options", {}).get("overlay", {})) is mount_program
    assert Path(conf["graphroot"]).is_relative_to(SETTINGS.cache_dir)
    assert Path(conf["runroot"]).is_relative_to(SETTINGS.run_dir)


@pytest.mark.parametrize(
    ("path", "filesystem"),
    [("/srv/x", "ext4"), ("/home/other", "btrfs"), ("/home/me/repo/cache", "overlay"), ("/homer", "ext4")],
)
def test_filesystem_of(path: str, filesystem: str) -> None:
    assert podman_config.filesystem_of(Path(path), MOUNTS) == filesystem


def test_variables_point_at_the_written_files(tmp_path: Path) -> None:
    settings = Settings(port=4600, state_dir=tmp_path / "state", cache_dir=tmp_path / "cache")
    podman_config.write(settings)

    files = [Path(value) for value in podman_config.variables(settings).values()]
    assert all(file.is_file() for file in files)
    assert {file.name for file in files} == {"containers.conf", "storage.conf", "registries.conf", "auth.json"}
